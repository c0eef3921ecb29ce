use campanile_protocol::{AppSettings, OccurrenceTypes, TenantId, TenantQuotas};
use serde_json::json;
use uuid::Uuid;

use super::*;

const SOCKET: SocketId = SocketId::from_random(1 << 32 | 2);

fn key(name: &str) -> SigningKey {
    SigningKey::new(name.parse().unwrap(), format!("secret of {name}").into())
}

fn app() -> App {
    App {
        id: "1".parse().unwrap(),
        tenant_id: TenantId(Uuid::nil()),
        enabled: true,
        is_suspended: false,
        settings: AppSettings::default(),
        keys: vec![key("old"), key("new")],
        tenant_quotas: TenantQuotas::default(),
        webhook_types: OccurrenceTypes::default(),
    }
}

fn explained(channel: &str, status: u16, body: &str) -> Explained {
    let channel = ChannelName::parse(channel).unwrap();
    explain(&app(), SOCKET, &channel, &Answer { error: None, status: Some(status), body })
}

/// The last finding for an answer to `private-x` whose signature is of `text`.
fn verdict(channel: &str, text: &str, data: Option<&str>) -> Finding {
    let auth = format!("new:{}", key("new").sign([text.as_bytes()]));
    let body = json!({ "auth": auth, "channel_data": data }).to_string();
    explained(channel, 200, &body).findings.pop().unwrap()
}

#[test]
fn a_right_answer_is_accepted() {
    assert!(verdict("private-x", "1.2:private-x", None).ok);
    let data = r#"{"user_id":"ann"}"#;
    assert!(verdict("presence-x", &format!("1.2:presence-x:{data}"), Some(data)).ok);
    let auth = format!("old:{}", key("old").sign([b"1.2:private-encrypted-x".as_slice()]));
    let secret = "A".repeat(43) + "=";
    let body = json!({ "auth": auth, "shared_secret": secret }).to_string();
    let explained = explained("private-encrypted-x", 200, &body);
    assert!(explained.findings.iter().all(|finding| finding.ok), "{explained:?}");
    assert_eq!(explained.expected_text.as_deref(), Some("1.2:private-encrypted-x"));
}

#[test]
fn a_signature_of_another_text_is_named() {
    let data = r#"{"user_id": "ann"}"#;
    for (channel, text, data, says) in [
        ("private-x", "private-x:1.2", None, "wrong way round"),
        ("private-x", "1.2:x", None, "without its prefix"),
        ("private-x", "private-x", None, "the socket id is missing"),
        ("presence-x", "1.2:presence-x", Some(data), "channel_data is missing"),
        ("presence-x", r#"1.2:presence-x:{"user_id":"ann"}"#, Some(data), "byte for byte"),
        ("presence-x", r#"1.2::user::{"user_id": "ann"}"#, Some(data), "for signing in"),
        ("private-x", "1.3:private-x", None, "another socket id"),
    ] {
        let finding = verdict(channel, text, data);
        assert!(!finding.ok && finding.check == "signature", "{text}: {finding:?}");
        assert!(finding.message.contains(says), "{text}: {finding:?}");
    }
}

#[test]
fn a_secret_of_another_key_is_named() {
    let auth = format!("old:{}", key("new").sign([b"1.2:private-x".as_slice()]));
    let finding = explained("private-x", 200, &json!({ "auth": auth }).to_string()).findings.pop().unwrap();
    assert!(finding.message.contains("another key of this app, new"), "{finding:?}");
}

#[test]
fn what_no_client_can_use_is_named() {
    for (channel, status, body, check) in [
        ("private-x", 403, "Forbidden", "status"),
        ("private-x", 201, "{}", "status"),
        ("private-x", 200, "<html>", "json"),
        ("private-x", 200, "nonsense", "json"),
        ("private-x", 200, "[]", "json"),
        ("private-x", 200, "{}", "auth"),
        ("private-x", 200, r#"{"auth":1}"#, "auth"),
        ("private-x", 200, r#"{"auth":"x"}"#, "auth"),
        ("private-x", 200, r#"{"auth":"foreign:00"}"#, "key"),
        ("presence-x", 200, r#"{"auth":"new:00"}"#, "channel_data"),
        ("presence-x", 200, r#"{"auth":"new:00","channel_data":{"user_id":1}}"#, "channel_data"),
        ("presence-x", 200, r#"{"auth":"new:00","channel_data":"{}"}"#, "channel_data"),
        ("private-encrypted-x", 200, r#"{"auth":"new:00"}"#, "shared_secret"),
        ("private-encrypted-x", 200, r#"{"auth":"new:00","shared_secret":"AAAA"}"#, "shared_secret"),
    ] {
        let finding = explained(channel, status, body).findings.pop().unwrap();
        assert_eq!((finding.check, finding.ok), (check, false), "{channel} {status} {body}: {finding:?}");
    }
    let channel = ChannelName::parse("private-x").unwrap();
    let answer = Answer { error: Some("could not connect"), status: None, body: "" };
    assert_eq!(explain(&app(), SOCKET, &channel, &answer).findings[0].check, "answer");
}

#[test]
fn an_answer_that_does_not_depend_on_who_asks_is_told() {
    let body =
        json!({ "auth": format!("new:{}", key("new").sign([b"1.1:private-x".as_slice()])) }).to_string();
    let mut found = explained("private-x", 200, &body);
    assert!(found.is_signature_wrong);
    let answer = || Answer { error: None, status: Some(200), body: &body };
    found.compare(&answer(), &answer());
    assert!(found.findings.last().unwrap().message.contains("Another socket id got the same"));
}
