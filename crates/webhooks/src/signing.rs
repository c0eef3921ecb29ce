//! The two signatures of a delivery, both over exactly the bytes that are sent: Pusher's under the
//! app's secret, and that of Standard Webhooks under the endpoint's own.

use base64::{Engine, engine::general_purpose::STANDARD};
use campanile_control::Claim;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use time::OffsetDateTime;

/// The headers of one try at `now`.
pub(crate) fn headers(claim: &Claim, body: &[u8], now: OffsetDateTime) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut insert = |name: &'static str, value: &str| {
        let value = HeaderValue::from_str(value).expect("ids, numbers and encoded digests are header text");
        headers.insert(HeaderName::from_static(name), value);
    };
    if let Some(key) = &claim.app_key {
        insert("x-pusher-key", key.key().as_str());
        insert("x-pusher-signature", &key.sign([body]));
    }
    let id = claim.batch.id.to_string();
    let timestamp = now.unix_timestamp().to_string();
    let signature = standard_signature(&claim.signing_secret, [id.as_bytes(), timestamp.as_bytes(), body]);
    insert("webhook-id", &id);
    insert("webhook-timestamp", &timestamp);
    insert("webhook-signature", &signature);
    // Exactly this: some receivers compare the whole value.
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers
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

#[cfg(test)]
mod tests {
    use campanile_protocol::signature::SigningKey;

    use super::*;

    #[test]
    fn the_signature_is_that_of_standard_webhooks() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned().into();
        let signature = standard_signature(
            &secret,
            [b"msg_p5jXN8AQM9LWM0D4loKWxJek", b"1614265330", br#"{"test": 2432232314}"#],
        );
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn pushers_signature_covers_the_body_alone() {
        let table = [
            (
                "tofu",
                r#"{"time_ms":1403175510755,"events":[{"channel":"test_channel","name":"channel_vacated"}]}"#,
                "c17257e92037cd7de407ebc1ed174ceb7b2e518db127f44411b9ffc4f5b28cc5",
            ),
            (
                "secret",
                r#"{"hello":"world"}"#,
                "2677ad3e7c090b2fa2c0fb13020d66d5420879b8316eb356a2d60fb9073bc778",
            ),
        ];
        for (secret, body, signature) in table {
            let key = SigningKey::new("key".parse().unwrap(), secret.to_owned().into());
            assert_eq!(key.sign([body.as_bytes()]), signature);
        }
    }
}
