use std::time::{Duration, Instant};

use campanile_control::{
    DeliveryCursor, DeliveryQuery, DeliveryState, Outcome, Store, WebhookError, WebhookRecord,
};
use campanile_protocol::{
    AppId,
    OccurrenceKind::{Occupied, Vacated},
    TenantId,
};
use sqlx::PgPool;
use time::OffsetDateTime;

use crate::fixture::{
    batching_endpoint, claim, create, deliver, make_due, new_webhook, occurrence, record, settle, store,
    tenant_with_app,
};

const RETRY: Outcome = Outcome::RetryIn(Duration::from_secs(3600));

struct Log<'a> {
    store: &'a Store,
    tenant: TenantId,
    app: AppId,
    webhook: WebhookRecord,
}

impl Log<'_> {
    /// `channel state` of each delivery, and whether there is more.
    async fn list(&self, query: DeliveryQuery) -> (Vec<String>, Option<DeliveryCursor>) {
        let page = self.store.list_deliveries(self.tenant, self.app, self.webhook.id, &query).await.unwrap();
        let describe = |delivery: &campanile_control::Delivery| {
            let channel = delivery.events.first().and_then(|event| event.channel.clone());
            format!("{} {}", channel.unwrap_or_default(), delivery.state)
        };
        (page.deliveries.iter().map(describe).collect(), page.next_cursor)
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn deliveries_are_found_by_state_channel_and_time_and_paged(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = create(&store, &app, new_webhook()).await;
    let log = Log { store: &store, tenant, app: app.id, webhook };
    let names = ["a", "b", "a", "c", "d"];
    record(&store, names.iter().map(|name| occurrence(app.id, name, Occupied)).collect()).await;
    for outcome in [Outcome::Delivered, Outcome::Dead, Outcome::Delivered, Outcome::Delivered, RETRY] {
        settle(&store, &claim(&store).await[0], 200, outcome).await;
    }
    let all = ["d retrying", "c delivered", "a delivered", "b dead", "a delivered"];
    assert_eq!(log.list(DeliveryQuery::default()).await, (all.map(str::to_owned).to_vec(), None));

    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let (page, next) = log.list(DeliveryQuery { limit: 2, cursor, ..DeliveryQuery::default() }).await;
        assert!(page.len() <= 2);
        seen.extend(page);
        match next {
            Some(next) => cursor = Some(next.to_string().parse().unwrap()),
            None => break,
        }
    }
    assert_eq!(seen, all);

    let by_state =
        async |state| log.list(DeliveryQuery { state: Some(state), ..DeliveryQuery::default() }).await.0;
    assert_eq!(by_state(DeliveryState::Dead).await, ["b dead"]);
    assert_eq!(by_state(DeliveryState::Retrying).await, ["d retrying"]);
    assert_eq!(by_state(DeliveryState::Delivered).await.len(), 3);
    assert!(by_state(DeliveryState::Discarded).await.is_empty());
    let by_channel = DeliveryQuery { channel: Some("a".into()), limit: 1, ..DeliveryQuery::default() };
    let (page, next) = log.list(by_channel.clone()).await;
    assert_eq!(page, ["a delivered"]);
    let (page, next) = log.list(DeliveryQuery { cursor: next, ..by_channel }).await;
    assert_eq!((page, next), (vec!["a delivered".to_owned()], None));

    let now = OffsetDateTime::now_utc();
    assert!(log.list(DeliveryQuery { from: Some(now), ..DeliveryQuery::default() }).await.0.is_empty());
    let before =
        DeliveryQuery { to: Some(now), from: Some(now - time::Duration::HOUR), ..DeliveryQuery::default() };
    assert_eq!(log.list(before).await.0.len(), 5);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_delivery_outlives_its_events(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = batching_endpoint(&store, &app).await;
    record(&store, (0..12).map(|n| occurrence(app.id, &format!("c{n}"), Occupied)).collect()).await;
    make_due(&pool).await;
    let sent = claim(&store).await.remove(0);
    deliver(&store, &sent).await;
    let id = sent.ticket.delivery_id;
    let detail = store.get_delivery(tenant, app.id, webhook.id, id).await.unwrap();
    assert_eq!((detail.delivery.event_count, detail.delivery.events.len()), (12, 10));
    assert_eq!((detail.delivery.first_seq, detail.delivery.last_seq), (1, 12));
    assert_eq!(detail.body.as_deref(), Some(sent.to_body().as_str()));
    sqlx::query("delete from webhook_events where seq = 3").execute(&pool).await.unwrap();
    let detail = store.get_delivery(tenant, app.id, webhook.id, id).await.unwrap();
    assert_eq!((detail.body, detail.delivery.event_count), (None, 12));
    let refused = store.replay_delivery(tenant, app.id, webhook.id, id).await;
    assert!(matches!(refused, Err(WebhookError::Expired)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_queue_shows_what_waits_behind_what_and_a_batch_can_be_skipped(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = create(&store, &app, new_webhook()).await;
    let names = ["a", "b", "c"];
    record(&store, names.iter().map(|name| occurrence(app.id, name, Occupied)).collect()).await;
    let refused = store.skip_batch(tenant, app.id, webhook.id, 0).await;
    assert!(matches!(refused, Err(WebhookError::NothingFrozen)));
    let poison = claim(&store).await.remove(0);
    assert!(
        matches!(store.skip_batch(tenant, app.id, webhook.id, 0).await, Err(WebhookError::NothingFrozen)),
        "its first try is still under way"
    );
    settle(&store, &poison, 500, RETRY).await;

    let queue = store.get_queue(tenant, app.id, webhook.id, 2).await.unwrap();
    let lane = &queue.lanes[0];
    assert_eq!((queue.lanes.len(), queue.replays, lane.n), (1, 0, 0));
    assert_eq!((lane.head, lane.cursor, lane.pending), (3, 0, 3));
    assert_eq!(lane.blocked_by.as_ref().unwrap().id, poison.ticket.delivery_id);
    assert!(lane.next_attempt_at.unwrap() > OffsetDateTime::now_utc() + time::Duration::minutes(50));
    let waiting: Vec<_> = lane.waiting.iter().map(|event| (event.seq, event.channel.as_deref())).collect();
    assert_eq!(waiting, [(1, Some("a")), (2, Some("b"))]);
    assert_eq!(lane.waiting[0].occurred_at.unix_timestamp_nanos(), 1_000_000, "when it happened");

    store.skip_batch(tenant, app.id, webhook.id, 0).await.unwrap();
    let listed = store.get_webhook(tenant, app.id, webhook.id).await.unwrap();
    assert_eq!((listed.dead_letters, listed.pending), (1, 2));
    assert_eq!(claim(&store).await[0].events[0].channel.as_deref(), Some("b"));
    assert!(!settle(&store, &poison, 200, Outcome::Delivered).await, "a late answer changes nothing");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_batch_that_lost_events_to_age_is_given_up_whole(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = batching_endpoint(&store, &app).await;
    record(&store, vec![occurrence(app.id, "a", Occupied), occurrence(app.id, "a", Vacated)]).await;
    make_due(&pool).await;
    let first = claim(&store).await.remove(0);
    settle(&store, &first, 500, RETRY).await;
    record(&store, vec![occurrence(app.id, "b", Occupied)]).await;
    sqlx::query("delete from webhook_events where seq = 1").execute(&pool).await.unwrap();
    make_due(&pool).await;
    assert!(claim(&store).await.is_empty(), "a part of it under its id would be a lie");
    let detail =
        store.get_delivery(tenant, app.id, webhook.id, first.ticket.delivery_id).await.unwrap().delivery;
    assert_eq!(detail.state, DeliveryState::Dead);
    assert_eq!(detail.last_error.as_deref(), Some("its events had expired"));
    assert_eq!(claim(&store).await[0].events[0].channel.as_deref(), Some("b"));
}

/// What a page of a busy endpoint costs: a million deliveries, made up in bulk.
#[sqlx::test(migrations = "../../migrations")]
async fn a_million_deliveries_are_listed_at_once(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = create(&store, &app, new_webhook()).await;
    store.housekeep().await.unwrap();
    for text in [
        "insert into webhook_events (lane_id, seq, src, name, channel, body, created_at)
         select l.id, i, gen_random_uuid(), 'client_event', 'private-' || i % 1000,
             '{\"name\":\"client_event\",\"occurred_at\":\"2026-01-01T00:00:00Z\"}', now() - interval '1 second' * (i / 20)
         from webhook_lanes l, generate_series(1, 1000000) i",
        "insert into webhook_deliveries (id, frozen_at, tenant_id, endpoint_id, lane_id, lane, first_seq,
             last_seq, channels, state, attempts, first_at, last_at, last_status, duration_ms)
         select gen_random_uuid(), now() - interval '1 second' * ((1000000 - i) / 20), w.tenant_id, w.id, l.id,
             0, i, i, array['private-' || i % 1000],
             case when i % 10000 = 0 then 'dead' else 'delivered' end, 1, now(), now(), 200, 12
         from webhook_endpoints w join webhook_lanes l on l.endpoint_id = w.id, generate_series(1, 1000000) i",
        "update webhook_lanes set head = 1000000, cursor = 999000",
        "analyze webhook_events",
        "analyze webhook_deliveries",
    ] {
        sqlx::query(text).execute(&pool).await.unwrap();
    }
    let query = DeliveryQuery::default();
    let timed = async |what: &str, query: DeliveryQuery| {
        let began = Instant::now();
        let page = store.list_deliveries(tenant, app.id, webhook.id, &query).await.unwrap();
        println!("{what}: {} in {:?}", page.deliveries.len(), began.elapsed());
        assert!(began.elapsed() < Duration::from_secs(1), "{what}: {:?}", began.elapsed());
        page
    };
    let first = timed("newest", query.clone()).await;
    timed("next page", DeliveryQuery { cursor: first.next_cursor, ..query.clone() }).await;
    let old = Some(OffsetDateTime::now_utc() - time::Duration::hours(10));
    timed("older", DeliveryQuery { to: old, ..query.clone() }).await;
    timed("dead", DeliveryQuery { state: Some(DeliveryState::Dead), ..query.clone() }).await;
    let channel = Some("private-7".to_owned());
    assert_eq!(timed("channel", DeliveryQuery { channel, ..query.clone() }).await.deliveries.len(), 10);
    let channel = Some("nowhere".to_owned());
    assert!(timed("no channel", DeliveryQuery { channel, ..query }).await.next_cursor.is_some());
    let began = Instant::now();
    let listed = store.list_webhooks(tenant, app.id).await.unwrap();
    store.get_queue(tenant, app.id, webhook.id, 100).await.unwrap();
    store.get_delivery(tenant, app.id, webhook.id, first.deliveries[0].id).await.unwrap();
    store.backlog().await.unwrap();
    println!("endpoint, queue, delivery, backlog: {:?}", began.elapsed());
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!((listed[0].dead_letters, listed[0].pending), (100, 1000));
}
