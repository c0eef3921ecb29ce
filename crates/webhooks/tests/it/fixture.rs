use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use campanile_control::{
    AppRecord, AttemptRecord, Delivery, DeliveryQuery, Incarnation, MasterKey, NewApp, NewWebhook, Store,
    WebhookRecord,
};
use campanile_protocol::{ChannelName, Occurrence, OccurrenceKind, OccurrenceType};
use campanile_webhooks::{Inbox, TargetPolicy, WebhookConfig, Webhooks};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use sqlx::PgPool;
use tokio::{
    sync::{Mutex, MutexGuard},
    time::{sleep, timeout},
};
use uuid::Uuid;

use crate::receiver::Received;

pub(crate) use campanile_protocol::OccurrenceKind::{Occupied, Vacated};

/// Short enough to wait for, long enough to return within.
pub(crate) const DEBOUNCE: Duration = Duration::from_millis(600);

/// Held by tests that measure, or that keep a core busy: one at a time.
static BUSY: Mutex<()> = Mutex::const_new(());

pub(crate) async fn alone() -> MutexGuard<'static, ()> {
    BUSY.lock().await
}

pub(crate) async fn store(pool: &PgPool) -> Store {
    let key = MasterKey::from_text(&"07".repeat(32).into()).unwrap();
    let store = Store::new(pool.clone(), key);
    store.migrate().await.unwrap();
    store
}

pub(crate) fn config() -> WebhookConfig {
    WebhookConfig {
        policy: TargetPolicy { allow_loopback: true, allow_private: false },
        ..WebhookConfig::default()
    }
}

pub(crate) async fn start(store: &Store) -> Webhooks {
    start_with(store, config()).await
}

pub(crate) async fn start_with(store: &Store, config: WebhookConfig) -> Webhooks {
    let incarnation = Incarnation::begin(store).await.unwrap();
    Webhooks::start(store.clone(), incarnation, &config).unwrap()
}

pub(crate) async fn app(store: &Store, name: &str) -> AppRecord {
    let tenant = store.create_tenant(name).await.unwrap();
    store.create_app(tenant, NewApp { name: name.into(), ..NewApp::default() }).await.unwrap()
}

pub(crate) async fn endpoint(
    store: &Store,
    app: &AppRecord,
    url: String,
    types: &[OccurrenceType],
) -> (WebhookRecord, SecretString) {
    create(store, app, NewWebhook { event_types: types.to_vec(), ..new_webhook(url) }).await
}

pub(crate) fn new_webhook(url: String) -> NewWebhook {
    NewWebhook { url, event_types: OccurrenceType::ALL.to_vec(), ..NewWebhook::default() }
}

pub(crate) async fn create(store: &Store, app: &AppRecord, new: NewWebhook) -> (WebhookRecord, SecretString) {
    store.create_webhook(app.tenant_id, app.id, new).await.unwrap()
}

pub(crate) async fn batching_endpoint(store: &Store, app: &AppRecord, url: String) -> WebhookRecord {
    create(store, app, NewWebhook { batching: true, ..new_webhook(url) }).await.0
}

pub(crate) fn push(inbox: &Inbox, app: &AppRecord, channel: &str, kind: OccurrenceKind) {
    push_with(inbox, app, channel, kind, DEBOUNCE);
}

pub(crate) fn push_with(
    inbox: &Inbox,
    app: &AppRecord,
    channel: &str,
    kind: OccurrenceKind,
    debounce: Duration,
) {
    let channel = ChannelName::parse(channel).ok();
    inbox.push(Occurrence { app_id: app.id, channel, at_ms: 1_700_000_000_000, kind }, debounce);
}

/// Ends all pauses.
pub(crate) async fn make_due(pool: &PgPool) {
    sqlx::query("update webhook_lanes set next_at = now() where locked_until is null")
        .execute(pool)
        .await
        .unwrap();
}

/// The signature a receiver with that secret expects.
pub(crate) fn signatures(secret: &SecretString, request: &Received) -> String {
    let signed = [request.header("webhook-id"), request.header("webhook-timestamp"), &request.body].join(".");
    let secret = STANDARD.decode(secret.expose_secret().strip_prefix("whsec_").unwrap()).unwrap();
    let mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap().chain_update(signed).finalize();
    format!("v1,{}", STANDARD.encode(mac.into_bytes()))
}

/// Everything that was sent to an endpoint, newest first.
pub(crate) async fn deliveries(store: &Store, app: &AppRecord, webhook: Uuid) -> Vec<Delivery> {
    let query = DeliveryQuery::default();
    store.list_deliveries(app.tenant_id, app.id, webhook, &query).await.unwrap().deliveries
}

/// The newest delivery's tries, oldest first, as soon as there are as many.
pub(crate) async fn tries(store: &Store, app: &AppRecord, webhook: Uuid, count: usize) -> Vec<AttemptRecord> {
    let tried = async {
        loop {
            if let Some(delivery) = deliveries(store, app, webhook).await.first() {
                let detail = store.get_delivery(app.tenant_id, app.id, webhook, delivery.id).await.unwrap();
                if detail.attempts.len() >= count {
                    return detail.attempts;
                }
            }
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(30), tried).await.expect("tries in time")
}

pub(crate) fn added(user: &str) -> OccurrenceKind {
    OccurrenceKind::MemberAdded { user_id: user.into() }
}

pub(crate) fn removed(user: &str) -> OccurrenceKind {
    OccurrenceKind::MemberRemoved { user_id: user.into() }
}

pub(crate) fn client_event(event: &str) -> OccurrenceKind {
    let (event, data, socket_id) = (event.into(), "{\"a\":1}".into(), "1.1".into());
    OccurrenceKind::ClientEvent { event, data, socket_id, user_id: Some("u".into()) }
}
