//! Headers that an endpoint's owner adds to each request. Their values may be secrets: sealed at rest, and
//! never shown again.

use std::collections::{BTreeMap, HashSet};

use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::{
    StoreError, WebhookError,
    seal::{Place, SealError, SealingKey},
};

pub(super) const MAX_HEADERS: usize = 20;
const MAX_NAME_BYTES: usize = 64;
const MAX_VALUE_BYTES: usize = 1024;

/// What a request carries anyway, what frames it, and what would change how it is answered.
const RESERVED: &[&str] = &[
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];
const RESERVED_PREFIXES: &[&str] = &["proxy-", "webhook-", "x-pusher-"];

/// Custom headers by name, in lower case.
pub(super) struct CustomHeaders(BTreeMap<String, SecretString>);

impl CustomHeaders {
    pub(super) fn check(given: Vec<(String, SecretString)>) -> Result<Self, WebhookError> {
        if given.len() > MAX_HEADERS {
            return Err(WebhookError::TooManyHeaders);
        }
        let mut seen = HashSet::new();
        for (name, value) in &given {
            let is_new = seen.insert(name.to_ascii_lowercase());
            if !is_new || !is_name(name) || !is_value(value.expose_secret()) {
                return Err(WebhookError::InvalidHeader(name.clone()));
            }
        }
        Ok(Self(given.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect()))
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    pub(super) fn into_pairs(self) -> Vec<(String, SecretString)> {
        self.0.into_iter().collect()
    }

    /// `None` when there is nothing to seal.
    pub(super) fn seal(&self, key: &SealingKey, webhook: Uuid) -> Option<Vec<u8>> {
        if self.0.is_empty() {
            return None;
        }
        let values: BTreeMap<&str, &str> =
            self.0.iter().map(|(name, value)| (name.as_str(), value.expose_secret())).collect();
        let json = serde_json::to_string(&values).expect("texts always serialise");
        Some(key.seal_text(&json.into(), place(webhook)))
    }

    pub(super) fn open(
        key: &SealingKey,
        webhook: Uuid,
        sealed: Option<&[u8]>,
    ) -> Result<Vec<(String, SecretString)>, StoreError> {
        let Some(sealed) = sealed else { return Ok(Vec::new()) };
        let json = key.open_text(sealed, place(webhook))?;
        let values: BTreeMap<String, String> =
            serde_json::from_str(json.expose_secret()).map_err(|_| SealError::Content)?;
        Ok(values.into_iter().map(|(name, value)| (name, value.into())).collect())
    }
}

fn place(webhook: Uuid) -> Place {
    Place { table: "webhook_endpoints", row: webhook, column: "headers_sealed" }
}

/// A token (RFC 9110) that webhooks do not use themselves.
fn is_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_token_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    (1..=MAX_NAME_BYTES).contains(&name.len())
        && name.bytes().all(is_token_byte)
        && !RESERVED.contains(&name.as_str())
        && !RESERVED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Visible ASCII with spaces between: nothing that could end the header.
fn is_value(value: &str) -> bool {
    value.len() <= MAX_VALUE_BYTES
        && value.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && value.trim() == value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[(&str, &str)]) -> Result<CustomHeaders, WebhookError> {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).into()));
        CustomHeaders::check(headers.collect())
    }

    #[test]
    fn what_is_sent_anyway_or_would_end_a_header_is_refused() {
        for name in [
            "Content-Type",
            "content-length",
            "HOST",
            "X-Pusher-Signature",
            "x-pusher-anything",
            "Webhook-Id",
            "webhook-replay",
            "Transfer-Encoding",
            "connection",
            "user-agent",
            "proxy-authorization",
            "",
            "a b",
            "a:b",
            "a\r\nb",
            "ü",
        ] {
            let refused = check(&[(name, "x")]);
            assert!(matches!(refused, Err(WebhookError::InvalidHeader(named)) if named == name), "{name:?}");
        }
        for value in ["a\r\nhost: x", "a\0", " a", "ü", "\t", &"x".repeat(1025)] {
            assert!(check(&[("x-a", value)]).is_err(), "{value:?}");
        }
        assert!(check(&[("X-A", "1"), ("x-a", "2")]).is_err(), "the same name twice");
        let many: Vec<_> = (0..21).map(|n| (format!("x-{n}"), "1".into())).collect();
        assert!(matches!(CustomHeaders::check(many), Err(WebhookError::TooManyHeaders)));
    }

    #[test]
    fn values_are_sealed_in_their_place() {
        let key = SealingKey::generate();
        let headers = check(&[("Authorization", "Bearer hush"), ("X-Empty", "")]).unwrap();
        assert_eq!(headers.names(), ["authorization", "x-empty"]);
        let id = Uuid::from_u128(1);
        let sealed = headers.seal(&key, id).unwrap();
        assert!(!sealed.windows(4).any(|window| window == b"hush"));
        let opened = CustomHeaders::open(&key, id, Some(&sealed)).unwrap();
        assert_eq!((opened[0].0.as_str(), opened[0].1.expose_secret()), ("authorization", "Bearer hush"));
        assert!(CustomHeaders::open(&key, Uuid::from_u128(2), Some(&sealed)).is_err());
        assert!(check(&[]).unwrap().seal(&key, id).is_none());
    }
}
