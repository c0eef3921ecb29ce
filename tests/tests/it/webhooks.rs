//! What a tenant's server is told, over restarts and failures.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use campanile_tests::{App, Platform, Webhook, WebhookReceiver};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::{signing::sign, socket::Client};

/// Shorter than the lease of a delivery whose sender was killed: its successor gives it back.
const PATIENCE: Duration = Duration::from_secs(25);
const MEMBER: &str = r#"{"user_id":"ada"}"#;

struct Stage {
    platform: Platform,
    app: App,
    webhook: Webhook,
    receiver: WebhookReceiver,
}

impl Stage {
    fn new() -> Self {
        let platform = Platform::spawn().unwrap();
        let tenant = platform.create_tenant("Acme").unwrap();
        let app = platform.create_app(&tenant, "Shop", &[]).unwrap();
        let receiver = WebhookReceiver::start().unwrap();
        let webhook = platform.create_webhook(&app, receiver.url(), &[]).unwrap();
        Self { platform, app, webhook, receiver }
    }

    /// Waits for the next event of that name.
    fn told(&self, name: &str) -> Value {
        self.receiver.wait_for(PATIENCE, |event| event["name"] == name).unwrap()
    }
}

#[test]
fn a_delivery_is_signed_both_ways_and_typed_exactly() {
    let stage = Stage::new();
    Client::connect(&stage.platform, &stage.app).subscribe("news", None);

    let delivery = stage.receiver.next(PATIENCE).unwrap();

    let header = |name: &str| delivery.headers.get(name).map_or("", String::as_str);
    let body = String::from_utf8(delivery.body.clone()).unwrap();
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("x-pusher-key"), stage.app.key);
    assert_eq!(header("x-pusher-signature"), sign(&stage.app.secret, &body));
    let secret = STANDARD.decode(stage.webhook.signing_secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
    mac.update(format!("{}.{}.{body}", header("webhook-id"), header("webhook-timestamp")).as_bytes());
    assert_eq!(header("webhook-signature"), format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())));
}

#[test]
fn a_kill_between_a_member_leaving_and_its_webhook_loses_nothing() {
    let mut stage = Stage::new();
    let mut client = Client::connect(&stage.platform, &stage.app);
    client.subscribe("presence-room", Some(MEMBER));
    assert_eq!(stage.told("member_added")["user_id"], "ada");

    drop(client);
    stage.platform.crash_and_restart().unwrap();

    let removed = stage.told("member_removed");
    assert_eq!((&removed["channel"], &removed["user_id"]), (&"presence-room".into(), &"ada".into()));
}

#[test]
fn a_kill_while_members_are_present_removes_them() {
    let mut stage = Stage::new();
    let mut client = Client::connect(&stage.platform, &stage.app);
    client.subscribe("presence-room", Some(MEMBER));
    stage.told("member_added");

    stage.platform.crash_and_restart().unwrap();

    assert_eq!(stage.told("member_removed")["user_id"], "ada");
    // Edges alternate: who comes back is added anew.
    let mut client = Client::connect(&stage.platform, &stage.app);
    client.subscribe("presence-room", Some(MEMBER));
    stage.told("member_added");
}

#[test]
fn a_refused_delivery_is_tried_again_with_the_same_id_and_body_also_after_a_kill() {
    let mut stage = Stage::new();
    stage.receiver.answer(500);
    let mut client = Client::connect(&stage.platform, &stage.app);
    client.subscribe("news", None);
    let first = stage.receiver.next(PATIENCE).unwrap();

    stage.platform.crash_and_restart().unwrap();
    stage.receiver.answer(200);

    let again = stage.receiver.next(PATIENCE).unwrap();
    assert_eq!(first.headers["webhook-id"], again.headers["webhook-id"]);
    assert_eq!(first.events(), again.events());
}
