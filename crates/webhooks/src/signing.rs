//! The two signatures of a delivery, both over exactly the bytes that are sent: Pusher's under the
//! app's secret, and that of Standard Webhooks under the endpoint's own.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use campanile_control::{Recipient, Ticket};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use time::OffsetDateTime;

const MASK: &str = "•••";

/// What a request says beside its body.
#[derive(Clone, Debug)]
pub(crate) enum Label {
    /// The original of a delivery.
    Original(String),
    /// A replay of it, the n-th.
    Replay(String, u32),
    /// No delivery: an example.
    Test(String),
}

impl Label {
    pub(crate) fn of(ticket: &Ticket) -> Self {
        let id = ticket.delivery_id.to_string();
        if ticket.replay == 0 { Self::Original(id) } else { Self::Replay(id, ticket.replay) }
    }

    fn id(&self) -> &str {
        match self {
            Self::Original(id) | Self::Replay(id, _) | Self::Test(id) => id,
        }
    }
}

/// The headers of one try at `now`: the endpoint's own, which cannot be any of the others, and ours.
pub(crate) fn headers(recipient: &Recipient, label: &Label, body: &[u8], now: OffsetDateTime) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in &recipient.headers {
        // Checked when they were given.
        if let (Ok(name), Ok(mut value)) =
            (HeaderName::try_from(name.as_str()), HeaderValue::from_str(value.expose_secret()))
        {
            value.set_sensitive(true);
            headers.insert(name, value);
        }
    }
    let mut insert = |name: &'static str, value: &str| {
        let value = HeaderValue::from_str(value).expect("ids, numbers and encoded digests are header text");
        headers.insert(HeaderName::from_static(name), value);
    };
    if let Some(key) = &recipient.app_key {
        insert("x-pusher-key", key.key().as_str());
        insert("x-pusher-signature", &key.sign([body]));
    }
    let timestamp = now.unix_timestamp().to_string();
    insert("webhook-id", label.id());
    insert("webhook-timestamp", &timestamp);
    insert("webhook-signature", &standard_signatures(recipient, label.id(), &timestamp, body));
    match label {
        Label::Original(_) => {}
        Label::Replay(_, n) => insert("webhook-replay", &n.to_string()),
        Label::Test(_) => insert("webhook-test", "1"),
    }
    // Exactly this: some receivers compare the whole value.
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(USER_AGENT, HeaderValue::from_static("Campanile"));
    headers
}

/// One signature per secret, the current one's first.
pub(crate) fn standard_signatures(recipient: &Recipient, id: &str, timestamp: &str, body: &[u8]) -> String {
    let parts = [id.as_bytes(), timestamp.as_bytes(), body];
    let signatures: Vec<String> =
        recipient.signing_secrets.iter().map(|secret| standard_signature(secret, parts)).collect();
    signatures.join(" ")
}

/// `v1,` and the base64 of the digest over id, timestamp and body, joined by dots.
fn standard_signature(secret: &SecretString, parts: [&[u8]; 3]) -> String {
    let text = secret.expose_secret();
    let key = STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(text)).unwrap_or_default();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes any length");
    for (index, part) in parts.into_iter().enumerate() {
        if index > 0 {
            mac.update(b".");
        }
        mac.update(part);
    }
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// Headers as their owner sees them later: the values of custom ones are theirs alone.
pub(crate) fn masked(headers: &HeaderMap) -> BTreeMap<String, String> {
    to_map(headers, |value| if value.is_sensitive() { MASK.into() } else { lossy(value) })
}

/// Headers with all their values.
pub(crate) fn to_plain(headers: &HeaderMap) -> BTreeMap<String, String> {
    to_map(headers, lossy)
}

fn to_map(headers: &HeaderMap, read: impl Fn(&HeaderValue) -> String) -> BTreeMap<String, String> {
    let mut map = BTreeMap::<String, String>::new();
    for (name, value) in headers {
        let joined = map.entry(name.as_str().to_owned()).or_default();
        if !joined.is_empty() {
            joined.push_str(", ");
        }
        joined.push_str(&read(value));
    }
    map
}

fn lossy(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

#[cfg(test)]
pub(crate) mod tests;
