use std::time::Duration;

use campanile_control::{
    AppRecord, Attempt, Claim, ClaimLimits, MasterKey, NewApp, NewWebhook, RecordBatch, RecordedOccurrence,
    Store, WebhookRecord,
};
use campanile_protocol::{AppId, ChannelName, Occurrence, OccurrenceKind, OccurrenceType, TenantId};
use sqlx::PgPool;
use time::OffsetDateTime;
use uuid::Uuid;

pub(crate) fn master_key(byte: &str) -> MasterKey {
    MasterKey::from_text(&byte.repeat(32).into()).unwrap()
}

pub(crate) async fn store(pool: &PgPool) -> Store {
    let store = Store::new(pool.clone(), master_key("07"));
    store.migrate().await.unwrap();
    store
}

pub(crate) async fn tenant_with_app(store: &Store, name: &str) -> (TenantId, AppRecord) {
    let tenant = store.create_tenant(name).await.unwrap();
    let app = store.create_app(tenant, NewApp { name: name.into(), ..NewApp::default() }).await.unwrap();
    (tenant, app)
}

pub(crate) async fn endpoint(store: &Store, app: &AppRecord, types: &[OccurrenceType]) -> WebhookRecord {
    let new =
        NewWebhook { url: "https://example.com/hook".into(), event_types: types.to_vec(), batching: false };
    store.create_webhook(app.tenant_id, app.id, new).await.unwrap().0
}

pub(crate) async fn batching_endpoint(store: &Store, app: &AppRecord) -> WebhookRecord {
    let (url, event_types) = ("https://example.com/hook".into(), OccurrenceType::ALL.to_vec());
    let new = NewWebhook { url, event_types, batching: true };
    store.create_webhook(app.tenant_id, app.id, new).await.unwrap().0
}

pub(crate) fn occurrence(app_id: AppId, channel: &str, kind: OccurrenceKind) -> RecordedOccurrence {
    let channel = ChannelName::parse(channel).unwrap();
    RecordedOccurrence { id: Uuid::now_v7(), occurrence: Occurrence { app_id, channel, at_ms: 1, kind } }
}

pub(crate) fn added(user: &str) -> OccurrenceKind {
    OccurrenceKind::MemberAdded { user_id: user.into() }
}

pub(crate) fn removed(user: &str) -> OccurrenceKind {
    OccurrenceKind::MemberRemoved { user_id: user.into() }
}

pub(crate) fn client_event(data: &str) -> OccurrenceKind {
    let (event, data, socket_id) = ("client-a".into(), data.into(), "1.1".into());
    OccurrenceKind::ClientEvent { event, data, socket_id, user_id: None }
}

/// Records one batch under an incarnation of its own.
pub(crate) async fn record(store: &Store, occurrences: Vec<RecordedOccurrence>) -> usize {
    let batch = RecordBatch { incarnation: Uuid::new_v4(), number: 1, occurrences };
    store.record(&batch).await.unwrap()
}

pub(crate) async fn claim(store: &Store) -> Vec<Claim> {
    claim_for(store, Duration::from_secs(60)).await
}

pub(crate) async fn claim_for(store: &Store, lease: Duration) -> Vec<Claim> {
    store.claim(ClaimLimits { incarnation: Uuid::nil(), lanes: 100, lanes_per_app: 16, lease }).await.unwrap()
}

pub(crate) fn attempt(status: u16) -> Attempt {
    Attempt {
        at: OffsetDateTime::now_utc(),
        duration: Duration::from_millis(12),
        status: Some(status),
        error: (status != 200).then(|| "bad\0news".into()),
        response_excerpt: Some("hello".into()),
    }
}

/// `name channel seq` of each event.
pub(crate) fn words(claim: &Claim) -> Vec<String> {
    let describe = |body: &str| {
        let event: serde_json::Value = serde_json::from_str(body).unwrap();
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        format!("{} {}{} {}", text("name"), text("channel"), text("user_id"), event["seq"])
    };
    claim.batch.events.iter().map(|event| describe(&event.body)).collect()
}
