use std::time::Duration;

use campanile_control::{AppRecord, Incarnation, MasterKey, NewApp, NewWebhook, Store, WebhookRecord};
use campanile_protocol::{ChannelName, Occurrence, OccurrenceKind, OccurrenceType};
use campanile_webhooks::{Inbox, TargetPolicy, WebhookConfig, Webhooks};
use secrecy::SecretString;
use sqlx::PgPool;

pub(crate) use campanile_protocol::OccurrenceKind::{Occupied, Vacated};

/// Short enough to wait for, long enough to return within.
pub(crate) const DEBOUNCE: Duration = Duration::from_millis(600);

pub(crate) async fn store(pool: &PgPool) -> Store {
    let key = MasterKey::from_text(&"07".repeat(32).into()).unwrap();
    let store = Store::new(pool.clone(), key);
    store.migrate().await.unwrap();
    store
}

pub(crate) fn config() -> WebhookConfig {
    WebhookConfig {
        policy: TargetPolicy { allow_loopback: true, allow_private: false },
        debounce: DEBOUNCE,
        ..WebhookConfig::default()
    }
}

pub(crate) async fn start(store: &Store) -> Webhooks {
    start_with(store, config()).await
}

pub(crate) async fn start_with(store: &Store, config: WebhookConfig) -> Webhooks {
    let incarnation = Incarnation::begin(store).await.unwrap();
    Webhooks::start(store.clone(), incarnation, config).unwrap()
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
    let new = NewWebhook { url, event_types: types.to_vec(), batching: false };
    store.create_webhook(app.tenant_id, app.id, new).await.unwrap()
}

pub(crate) async fn batching_endpoint(store: &Store, app: &AppRecord, url: String) -> WebhookRecord {
    let new = NewWebhook { url, event_types: OccurrenceType::ALL.to_vec(), batching: true };
    store.create_webhook(app.tenant_id, app.id, new).await.unwrap().0
}

pub(crate) fn push(inbox: &Inbox, app: &AppRecord, channel: &str, kind: OccurrenceKind) {
    let channel = ChannelName::parse(channel).unwrap();
    inbox.push(Occurrence { app_id: app.id, channel, at_ms: 1_700_000_000_000, kind });
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
