use campanile_control::{DeliveryOrder, Recipient};
use campanile_protocol::{AppId, TenantId, signature::SigningKey};
use uuid::Uuid;

use super::*;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

pub(crate) fn recipient(secrets: &[&str], headers: &[(&str, &str)]) -> Recipient {
    Recipient {
        id: Uuid::nil(),
        app_id: AppId::from_number(1).unwrap(),
        tenant_id: TenantId(Uuid::nil()),
        url: "https://example.com/".into(),
        batching: false,
        timeout: std::time::Duration::from_secs(10),
        order: DeliveryOrder::Strict,
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect(),
        signing_secrets: secrets.iter().map(|secret| (*secret).into()).collect(),
        app_key: Some(SigningKey::new("key".parse().unwrap(), "tofu".into())),
        failing_since: None,
        active_since: OffsetDateTime::UNIX_EPOCH,
    }
}

#[test]
fn the_signature_is_that_of_standard_webhooks() {
    let signature = standard_signature(
        &SECRET.into(),
        [b"msg_p5jXN8AQM9LWM0D4loKWxJek", b"1614265330", br#"{"test": 2432232314}"#],
    );
    assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[test]
fn after_a_rotation_both_secrets_sign() {
    let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let sign = |secrets: &[&str]| standard_signatures(&recipient(secrets, &[]), "id", "1", b"{}");
    assert_eq!(sign(&[other, SECRET]), format!("{} {}", sign(&[other]), sign(&[SECRET])));
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

#[test]
fn a_label_says_what_kind_of_request_it_is() {
    let names = |label: Label| {
        let headers = headers(&recipient(&[SECRET], &[]), &label, b"{}", OffsetDateTime::UNIX_EPOCH);
        let of = |name| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        (of("webhook-id").unwrap(), of("webhook-replay"), of("webhook-test"))
    };
    assert_eq!(names(Label::Original("a".into())), ("a".into(), None, None));
    assert_eq!(names(Label::Replay("a".into(), 2)), ("a".into(), Some("2".into()), None));
    assert_eq!(names(Label::Test("a".into())), ("a".into(), None, Some("1".into())));
}

#[test]
fn custom_headers_are_sent_and_their_values_shown_to_nobody() {
    let recipient = recipient(&[SECRET], &[("authorization", "Bearer hush"), ("user-agent", "Other")]);
    let headers = headers(&recipient, &Label::Original("a".into()), b"{}", OffsetDateTime::UNIX_EPOCH);
    assert_eq!(headers["authorization"], "Bearer hush");
    assert_eq!(headers["user-agent"], "Campanile", "ours are never overridden");
    let shown = masked(&headers);
    assert_eq!((shown["authorization"].as_str(), shown["content-type"].as_str()), (MASK, "application/json"));
    assert!(!format!("{headers:?}").contains("hush"));
    assert_eq!(to_plain(&headers)["authorization"], "Bearer hush");
}
