use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use campanile_control::{
    AppRecord, Attempt, Claim, ClaimLimits, MasterKey, NewApp, NewWebhook, Outcome, RecordBatch,
    RecordedOccurrence, Store, WebhookRecord,
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
    create(store, app, NewWebhook { event_types: types.to_vec(), ..new_webhook() }).await
}

pub(crate) fn new_webhook() -> NewWebhook {
    NewWebhook {
        url: "https://example.com/hook".into(),
        event_types: OccurrenceType::ALL.to_vec(),
        ..NewWebhook::default()
    }
}

pub(crate) async fn create(store: &Store, app: &AppRecord, new: NewWebhook) -> WebhookRecord {
    store.create_webhook(app.tenant_id, app.id, new).await.unwrap().0
}

pub(crate) async fn batching_endpoint(store: &Store, app: &AppRecord) -> WebhookRecord {
    create(store, app, NewWebhook { batching: true, ..new_webhook() }).await
}

pub(crate) fn occurrence(app_id: AppId, channel: &str, kind: OccurrenceKind) -> RecordedOccurrence {
    let channel = Some(ChannelName::parse(channel).unwrap());
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

/// Records one batch, as the same incarnation each time: what another one holds already is not told again.
pub(crate) async fn record(store: &Store, occurrences: Vec<RecordedOccurrence>) -> usize {
    static NUMBER: AtomicI64 = AtomicI64::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let batch = RecordBatch { incarnation: Uuid::from_u128(1), number, occurrences };
    store.record(&batch).await.unwrap()
}

pub(crate) fn limits(lanes: i64) -> ClaimLimits {
    ClaimLimits {
        incarnation: Uuid::nil(),
        lanes,
        not_proven: 1_000,
        laggards: 1_000,
        per_app: 16,
        laggards_per_app: 16,
        busy: Vec::new(),
    }
}

pub(crate) async fn claim(store: &Store) -> Vec<Claim> {
    store.claim(&limits(100)).await.unwrap()
}

pub(crate) async fn settle(store: &Store, claim: &Claim, status: u16, outcome: Outcome) -> bool {
    store.settle(&claim.ticket, &attempt(status), outcome, None).await.unwrap().is_recorded
}

pub(crate) async fn deliver(store: &Store, claim: &Claim) {
    assert!(settle(store, claim, 200, Outcome::Delivered).await);
}

/// Ends all leases and pauses.
pub(crate) async fn make_due(pool: &PgPool) {
    sqlx::query("update webhook_lanes set next_at = now(), locked_until = null").execute(pool).await.unwrap();
    sqlx::query("update webhook_replays set next_at = now(), locked_until = null where next_at < 'infinity'")
        .execute(pool)
        .await
        .unwrap();
}

pub(crate) fn attempt(status: u16) -> Attempt {
    Attempt {
        at: OffsetDateTime::now_utc(),
        duration: Duration::from_millis(12),
        status: Some(status),
        error: (status != 200).then(|| "bad\0news".into()),
        request_headers: BTreeMap::from([("webhook-id".into(), "x".into())]),
        response_headers: BTreeMap::from([("server".into(), "test".into())]),
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
    claim.events.iter().map(|event| describe(&event.body)).collect()
}
