use std::collections::HashMap;

use campanile_control::Recipient;
use campanile_protocol::signature::SigningKey;

use crate::signing::standard_signatures;

/// What a request's two signatures are worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// `X-Pusher-Signature`.
    pub pusher: Check,
    /// `webhook-signature`.
    pub standard: Check,
}

/// What one signature is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Whether it is right.
    pub valid: bool,
    /// Why not.
    pub reason: Option<String>,
    /// What it should be; unknown when what it is made of is missing.
    pub expected: Option<String>,
}

impl Check {
    fn impossible(reason: &str) -> Self {
        Self { valid: false, reason: Some(reason.to_owned()), expected: None }
    }

    fn of(valid: bool, reason: &str, expected: String) -> Self {
        Self { valid, reason: (!valid).then(|| reason.to_owned()), expected: Some(expected) }
    }
}

/// Checks a request as a receiver would that knows all of the app's keys and the endpoint's secrets.
pub(crate) fn verify(
    recipient: &Recipient,
    keys: &[SigningKey],
    headers: &HashMap<String, String>,
    body: &str,
) -> Verification {
    let header = |wanted: &str| {
        let found = headers.iter().find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    };
    Verification {
        pusher: verify_pusher(keys, header("x-pusher-key"), header("x-pusher-signature"), body),
        standard: verify_standard(
            recipient,
            [header("webhook-id"), header("webhook-timestamp"), header("webhook-signature")],
            body,
        ),
    }
}

fn verify_pusher(keys: &[SigningKey], name: Option<&str>, given: Option<&str>, body: &str) -> Check {
    let Some(oldest) = keys.first() else { return Check::impossible("the app has no key") };
    let named = name.map(|name| keys.iter().find(|key| key.key().as_str() == name));
    let key = match named {
        Some(None) => return Check::impossible("X-Pusher-Key is not a key of this app"),
        Some(Some(key)) => key,
        None => oldest,
    };
    let expected = key.sign([body.as_bytes()]);
    match given {
        None => Check::of(false, "X-Pusher-Signature is missing", expected),
        Some(_) if name.is_none() => Check::of(false, "X-Pusher-Key is missing", expected),
        Some(given) => {
            let valid = given.eq_ignore_ascii_case(&expected);
            Check::of(
                valid,
                "the body is not what was signed, byte for byte, or another secret signed it",
                expected,
            )
        }
    }
}

fn verify_standard(recipient: &Recipient, [id, timestamp, given]: [Option<&str>; 3], body: &str) -> Check {
    let Some(id) = id else { return Check::impossible("webhook-id is missing") };
    let Some(timestamp) = timestamp else { return Check::impossible("webhook-timestamp is missing") };
    let expected = standard_signatures(recipient, id, timestamp, body.as_bytes());
    let Some(given) = given else { return Check::of(false, "webhook-signature is missing", expected) };
    let valid = given.split(' ').any(|one| expected.split(' ').any(|right| one == right));
    let reason = "id, timestamp or body is not what was signed, byte for byte, or another secret signed it";
    Check::of(valid, reason, expected)
}

#[cfg(test)]
mod tests {
    use campanile_protocol::signature::SigningKey;

    use super::*;
    use crate::signing::tests::recipient;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &str = r#"{"test": 2432232314}"#;

    fn keys() -> Vec<SigningKey> {
        let key = |name: &str, secret: &str| SigningKey::new(name.parse().unwrap(), secret.into());
        vec![key("old", "tofu"), key("new", "secret")]
    }

    fn request() -> HashMap<String, String> {
        let pusher = keys()[0].sign([BODY.as_bytes()]);
        [
            ("X-Pusher-Key", "old"),
            ("X-Pusher-Signature", &pusher),
            ("Webhook-Id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    fn check(headers: &HashMap<String, String>, body: &str) -> Verification {
        verify(&recipient(&[SECRET], &[]), &keys(), headers, body)
    }

    #[test]
    fn a_request_as_it_was_sent_is_valid() {
        let verification = check(&request(), BODY);
        assert!(verification.pusher.valid && verification.standard.valid, "{verification:?}");
        assert_eq!(verification.pusher.reason, None);
        let mut with_newer_key = request();
        with_newer_key.insert("X-Pusher-Key".into(), "new".into());
        with_newer_key.insert("X-Pusher-Signature".into(), keys()[1].sign([BODY.as_bytes()]));
        assert!(check(&with_newer_key, BODY).pusher.valid);
    }

    #[test]
    fn threat_45_whatever_is_altered_invalidates_what_covers_it() {
        let altered = |name: &str, value: &str| {
            let mut headers = request();
            headers.insert(name.to_owned(), value.to_owned());
            let verification = check(&headers, BODY);
            (verification.pusher.valid, verification.standard.valid)
        };
        assert_eq!(altered("X-Pusher-Key", "new"), (false, true));
        assert_eq!(altered("X-Pusher-Key", "other"), (false, true));
        assert_eq!(altered("X-Pusher-Signature", "00"), (false, true));
        assert_eq!(altered("Webhook-Id", "other"), (true, false));
        assert_eq!(altered("webhook-timestamp", "1614265331"), (true, false));
        assert_eq!(altered("webhook-signature", "v1,AAAA"), (true, false));
        let verification = check(&request(), &format!("{BODY} "));
        assert!(!verification.pusher.valid && !verification.standard.valid);
        // The app's secret does not sign for the endpoint, nor the endpoint's for the app.
        let other = verify(&recipient(&["tofu"], &[]), &keys(), &request(), BODY);
        assert!(!other.standard.valid);
    }

    #[test]
    fn what_is_missing_is_named() {
        let without = |name: &str| {
            let mut headers = request();
            headers.remove(name).unwrap();
            check(&headers, BODY)
        };
        let reason = |check: Check| check.reason.unwrap();
        assert_eq!(reason(without("X-Pusher-Signature").pusher), "X-Pusher-Signature is missing");
        assert!(without("X-Pusher-Signature").pusher.expected.is_some());
        assert_eq!(reason(without("Webhook-Id").standard), "webhook-id is missing");
        assert_eq!(without("Webhook-Id").standard.expected, None);
        assert_eq!(reason(without("webhook-signature").standard), "webhook-signature is missing");
        assert_eq!(
            reason(verify(&recipient(&[SECRET], &[]), &[], &request(), BODY).pusher),
            "the app has no key"
        );
    }
}
