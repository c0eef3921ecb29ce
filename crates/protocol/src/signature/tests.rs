use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::*;
use crate::{App, AppId, AppSettings, ChannelName, OccurrenceTypes, SocketId, TenantId, TenantQuotas};

#[derive(Deserialize)]
struct Vectors {
    channel_auth: Vec<ChannelVector>,
    user_auth: Vec<UserVector>,
    http_request: Vec<RequestVector>,
    webhook: Vec<WebhookVector>,
}

#[derive(Deserialize)]
struct ChannelVector {
    id: String,
    key: String,
    secret: String,
    socket_id: String,
    channel: String,
    channel_data: Option<String>,
    signature: String,
}

#[derive(Deserialize)]
struct UserVector {
    key: String,
    secret: String,
    socket_id: String,
    user_data: String,
    signature: String,
}

#[derive(Deserialize)]
struct RequestVector {
    id: String,
    method: String,
    path: String,
    key: String,
    secret: String,
    auth_timestamp: String,
    auth_version: String,
    parameters: serde_json::Map<String, Value>,
    body: Option<String>,
    body_md5: Option<String>,
    signature: String,
}

#[derive(Deserialize)]
struct WebhookVector {
    key: String,
    secret: String,
    body: String,
    signature: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../../../../sdk-specs/vectors/signatures.json")).unwrap()
}

fn signing_key(key: &str, secret: &str) -> SigningKey {
    SigningKey::new(key.parse().unwrap(), secret.into())
}

fn app(key: SigningKey) -> App {
    App {
        id: AppId::from_number(1).unwrap(),
        tenant_id: TenantId(Uuid::nil()),
        enabled: true,
        is_suspended: false,
        settings: AppSettings::default(),
        keys: vec![key],
        tenant_quotas: TenantQuotas::default(),
        webhook_types: OccurrenceTypes::default(),
    }
}

/// A query as a client would send it, unescaped.
fn query(vector: &RequestVector) -> String {
    let mut pairs = vec![
        format!("auth_key={}", vector.key),
        format!("auth_timestamp={}", vector.auth_timestamp),
        format!("auth_version={}", vector.auth_version),
        format!("auth_signature={}", vector.signature),
    ];
    pairs.extend(vector.body_md5.iter().map(|md5| format!("body_md5={md5}")));
    for (name, value) in &vector.parameters {
        match value {
            Value::Array(items) => {
                pairs.extend(items.iter().map(|item| format!("{name}[]={}", item.as_str().unwrap())));
            }
            Value::Null => pairs.push(format!("{name}=")),
            Value::String(text) => pairs.push(format!("{name}={text}")),
            other => pairs.push(format!("{name}={other}")),
        }
    }
    pairs.join("&")
}

fn verify(
    vector: &RequestVector,
    query: &str,
    method: &str,
    path: &str,
    body: &str,
) -> Result<(), InvalidRequestAuth> {
    let now = vector.auth_timestamp.parse().unwrap();
    let key = signing_key(&vector.key, &vector.secret);
    let auth = RequestAuth::parse(query)?;
    auth.verify(&key, &Request { method, path }, now)?;
    auth.verify_body(body.as_bytes())
}

#[test]
fn channel_vectors_verify_and_any_altered_field_does_not() {
    for vector in vectors().channel_auth {
        let app = app(signing_key(&vector.key, &vector.secret));
        let (Ok(channel), Ok(Some(socket_id))) =
            (ChannelName::parse(&vector.channel), SocketId::parse(&vector.socket_id))
        else {
            panic!("{}: not a name of ours", vector.id);
        };
        let auth = format!("{}:{}", vector.key, vector.signature);
        let data = vector.channel_data.as_deref();
        let check = |socket: SocketId, channel: &ChannelName, auth: &str, data: Option<&str>| {
            verify_channel(&app, socket, channel, Some(auth), data)
        };
        assert_eq!(check(socket_id, &channel, &auth, data), Ok(()), "{}", vector.id);

        let other = ChannelName::parse("private-other").unwrap();
        assert!(check(SocketId::from_random(7), &channel, &auth, data).is_err());
        assert!(check(socket_id, &other, &auth, data).is_err());
        assert!(check(socket_id, &channel, &auth, Some("{}")).is_err());
        assert!(check(socket_id, &channel, &auth.to_uppercase(), data).is_err());
        assert!(check(socket_id, &channel, &auth[..auth.len() - 1], data).is_err());
        assert!(check(socket_id, &channel, &format!("x{auth}"), data).is_err());
        assert_eq!(
            verify_channel(&app, socket_id, &channel, None, data),
            Err(InvalidChannelAuth::Missing(channel.clone()))
        );
    }
}

#[test]
fn user_vectors_verify_and_webhook_vectors_are_what_we_sign() {
    let Vectors { user_auth, webhook, .. } = vectors();
    for vector in user_auth {
        let Ok(Some(socket_id)) = SocketId::parse(&vector.socket_id) else { panic!("{}", vector.socket_id) };
        let app = app(signing_key(&vector.key, &vector.secret));
        let auth = format!("{}:{}", vector.key, vector.signature);
        assert_eq!(verify_user(&app, socket_id, &auth, &vector.user_data), Ok(()));
        assert!(verify_user(&app, SocketId::from_random(7), &auth, &vector.user_data).is_err());
        assert!(verify_user(&app, socket_id, &auth, "{}").is_err());
        assert_eq!(verify_user(&app, socket_id, "x", "{}"), Err(InvalidUserAuth::Malformed));
    }
    for vector in webhook {
        assert_eq!(signing_key(&vector.key, &vector.secret).sign([vector.body.as_bytes()]), vector.signature);
    }
}

#[test]
fn request_vectors_verify_and_any_altered_part_does_not() {
    for vector in vectors().http_request {
        let (query, body) = (query(&vector), vector.body.clone().unwrap_or_default());
        assert_eq!(verify(&vector, &query, &vector.method, &vector.path, &body), Ok(()), "{}", vector.id);
        assert!(verify(&vector, &query, "PUT", &vector.path, &body).is_err());
        assert!(verify(&vector, &query, &vector.method, "/apps/4/events", &body).is_err());
        assert!(verify(&vector, &query, &vector.method, &vector.path, &format!("{body} ")).is_err());
        assert!(verify(&vector, &format!("{query}&x=1"), &vector.method, &vector.path, &body).is_err());
    }
}

#[test]
fn a_timestamp_is_accepted_for_599_seconds_either_way() {
    let key = signing_key("key", "secret");
    let signature = key.sign([b"GET\n/\nauth_key=key&auth_timestamp=1234&auth_version=1.0".as_slice()]);
    let query = format!("auth_key=key&auth_timestamp=1234&auth_version=1.0&auth_signature={signature}");
    let auth = RequestAuth::parse(&query).unwrap();
    for (now, accepted) in [(634, false), (635, true), (1234, true), (1833, true), (1834, false)] {
        assert_eq!(auth.verify(&key, &Request { method: "GET", path: "/" }, now).is_ok(), accepted, "{now}");
    }
    let error = auth.verify(&key, &Request { method: "GET", path: "/" }, 1834).unwrap_err().to_string();
    assert_eq!(
        error,
        "Timestamp expired: Given timestamp (1970-01-01T00:20:34Z) not within 600s of server time (1970-01-01T00:30:34Z)"
    );
}

#[test]
fn each_missing_or_double_parameter_has_its_own_text() {
    let key = signing_key("key", "secret");
    let check = |query: &str| {
        let auth = RequestAuth::parse(query)?;
        auth.key()?;
        auth.verify(&key, &Request { method: "GET", path: "/" }, 0)
    };
    for (query, text) in [
        ("", "Missing parameter: auth_key"),
        ("auth_key=key", "Version required"),
        ("auth_key=key&auth_version=2.0", "Version not supported"),
        ("auth_key=key&auth_version=1.0", "Timestamp required"),
        ("auth_key=key&auth_version=1.0&auth_timestamp=x", "Timestamp required"),
        ("auth_key=key&auth_version=1.0&auth_timestamp=0", "Missing parameter: auth_signature"),
        ("auth_key=key&auth_key=key", "Duplicate parameter: auth_key"),
        ("auth_key=key&AUTH_KEY=key", "Duplicate parameter: auth_key"),
    ] {
        assert_eq!(check(query).unwrap_err().to_string(), text, "{query}");
    }
}

#[test]
fn names_are_lowered_and_values_unescaped_before_signing() {
    let key = signing_key("key", "secret");
    let canonical =
        b"POST\n/some/path\nauth_key=key&auth_timestamp=1234&auth_version=1.0&go=a,b&query=params";
    let signature = key.sign([canonical.as_slice()]);
    let query = format!(
        "Query=params&GO=a%2Cb&auth_version=1.0&auth_key=key&auth_timestamp=1234&auth_signature={signature}"
    );
    let auth = RequestAuth::parse(&query).unwrap();
    assert_eq!(auth.verify(&key, &Request { method: "POST", path: "/some/path" }, 1234), Ok(()));
    assert_eq!(auth.names().collect::<Vec<_>>(), ["go", "query"]);
}

#[test]
fn values_may_be_signed_as_they_were_escaped() {
    let key = signing_key("key", "secret");
    let canonical = b"GET\n/\nauth_key=key&auth_timestamp=0&auth_version=1.0&filter_by_prefix=a%41";
    let signature = key.sign([canonical.as_slice()]);
    let query = format!(
        "auth_key=key&auth_timestamp=0&auth_version=1.0&filter_by_prefix=a%41&auth_signature={signature}"
    );
    let auth = RequestAuth::parse(&query).unwrap();
    assert_eq!(auth.verify(&key, &Request { method: "GET", path: "/" }, 0), Ok(()));
    assert_eq!(auth.find("filter_by_prefix"), Some("aA"));
}

#[test]
fn an_unsigned_body_is_refused() {
    let key = signing_key("key", "secret");
    let signature = key.sign([b"POST\n/\nauth_key=key&auth_timestamp=0&auth_version=1.0".as_slice()]);
    let query = format!("auth_key=key&auth_timestamp=0&auth_version=1.0&auth_signature={signature}");
    let auth = RequestAuth::parse(&query).unwrap();
    assert_eq!(
        auth.verify(&key, &Request { method: "POST", path: "/" }, 0).and_then(|()| auth.verify_body(b"{}")),
        Err(InvalidRequestAuth::WrongBody)
    );
}

#[test]
fn a_key_never_shows_its_secret() {
    let shown = format!("{:?}", app(signing_key("key", "hunter22")));
    assert!(shown.contains("key") && !shown.contains("hunter22"), "{shown}");
}
