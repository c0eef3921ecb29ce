use std::{collections::HashSet, time::Duration};

use campanile_control::{
    Claim, DeliveryQuery, DeliveryState, DisabledReason, Outcome, ReplayRange, Replayed, Store, WebhookError,
    WebhookState,
};
use campanile_protocol::OccurrenceKind::Occupied;
use sqlx::PgPool;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::fixture::{
    claim, create, deliver, make_due, new_webhook, occurrence, record, settle, store, tenant_with_app,
};

async fn claim_replays(store: &Store) -> Vec<Claim> {
    store.claim_replays(Uuid::nil(), 100).await.unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_replay_has_the_original_id_and_bytes_and_counts_from_one(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = create(&store, &app, new_webhook()).await.id;
    record(&store, vec![occurrence(app.id, "a", Occupied)]).await;
    let original = claim(&store).await.remove(0);
    let id = original.ticket.delivery_id;
    let replay = async || store.replay_delivery(tenant, app.id, webhook, id).await;
    let find = async || store.get_delivery(tenant, app.id, webhook, id).await.unwrap();
    assert!(matches!(replay().await, Err(WebhookError::NotFound)), "nothing was tried yet");
    settle(&store, &original, 500, Outcome::RetryIn(Duration::ZERO)).await;
    assert!(matches!(replay().await, Err(WebhookError::InProgress)));
    deliver(&store, &claim(&store).await[0]).await;

    assert_eq!(replay().await.unwrap(), 1);
    assert!(matches!(replay().await, Err(WebhookError::InProgress)), "one is waiting already");
    assert_eq!(store.get_queue(tenant, app.id, webhook, 1).await.unwrap().replays, 1);
    assert!(claim(&store).await.is_empty(), "it is no lane's");
    let again = claim_replays(&store).await.remove(0);
    assert!(claim_replays(&store).await.is_empty(), "leased");
    assert_eq!((again.ticket.delivery_id, again.to_body()), (id, original.to_body()));
    assert_eq!((again.ticket.replay, again.ticket.attempt), (1, 1));
    settle(&store, &again, 500, Outcome::RetryIn(Duration::ZERO)).await;
    assert_eq!(find().await.delivery.state, DeliveryState::Delivered, "it was, once");
    let again = claim_replays(&store).await.remove(0);
    assert_eq!((again.ticket.replay, again.ticket.attempt), (1, 2));
    deliver(&store, &again).await;
    assert_eq!(replay().await.unwrap(), 2);
    deliver(&store, &claim_replays(&store).await[0]).await;
    let detail = find().await;
    assert_eq!((detail.delivery.attempts, detail.delivery.replays), (5, 2));
    let tries: Vec<_> = detail.attempts.iter().map(|attempt| (attempt.replay, attempt.attempt)).collect();
    assert_eq!(tries, [(0, 1), (0, 2), (1, 1), (1, 2), (2, 1)]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn replays_go_one_at_a_time_oldest_first_and_wait_for_each_other(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = create(&store, &app, new_webhook()).await.id;
    let names = ["a", "b", "c"];
    record(&store, names.iter().map(|name| occurrence(app.id, name, Occupied)).collect()).await;
    for _ in names {
        deliver(&store, &claim(&store).await[0]).await;
    }
    let (from, to) = (OffsetDateTime::UNIX_EPOCH, OffsetDateTime::now_utc());
    let between = ReplayRange::Between { from, to };
    let asked = store.replay_deliveries(tenant, app.id, webhook, between).await.unwrap();
    assert_eq!(asked, Replayed { deliveries: 3, is_truncated: false });
    let asked = store.replay_deliveries(tenant, app.id, webhook, between).await.unwrap();
    assert_eq!(asked.deliveries, 0, "what waits already is passed over");
    for name in names {
        let claims = claim_replays(&store).await;
        assert_eq!((claims.len(), claims[0].events[0].channel.as_deref()), (1, Some(name)));
        settle(&store, &claims[0], 500, Outcome::RetryIn(Duration::from_secs(3600))).await;
        assert!(claim_replays(&store).await.is_empty(), "the others wait for it");
        make_due(&pool).await;
        deliver(&store, &claim_replays(&store).await[0]).await;
    }
    assert_eq!(store.get_queue(tenant, app.id, webhook, 1).await.unwrap().replays, 0);
    // The next one asked for begins at once.
    let id =
        store.list_deliveries(tenant, app.id, webhook, &Default::default()).await.unwrap().deliveries[0].id;
    store.replay_delivery(tenant, app.id, webhook, id).await.unwrap();
    assert_eq!(claim_replays(&store).await.len(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn dead_letters_are_replayed_discarded_and_dead_again(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = create(&store, &app, new_webhook()).await.id;
    record(&store, (0..3).map(|n| occurrence(app.id, &format!("c{n}"), Occupied)).collect()).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let claims = claim(&store).await;
        ids.push(claims[0].ticket.delivery_id);
        settle(&store, &claims[0], 500, Outcome::Dead).await;
    }
    let state = async |id| store.get_delivery(tenant, app.id, webhook, id).await.unwrap().delivery.state;
    store.discard_dead_letter(tenant, app.id, webhook, ids[0]).await.unwrap();
    let twice = store.discard_dead_letter(tenant, app.id, webhook, ids[0]).await;
    assert!(matches!(twice, Err(WebhookError::NotDead)));
    assert_eq!(state(ids[0]).await, DeliveryState::Discarded);
    let later = ReplayRange::FailedSince(OffsetDateTime::now_utc() + time::Duration::MINUTE);
    assert_eq!(store.replay_deliveries(tenant, app.id, webhook, later).await.unwrap().deliveries, 0);
    let since = ReplayRange::FailedSince(OffsetDateTime::now_utc() - time::Duration::MINUTE);
    assert_eq!(store.replay_deliveries(tenant, app.id, webhook, since).await.unwrap().deliveries, 2);
    assert_eq!(state(ids[1]).await, DeliveryState::Retrying);
    assert_eq!(store.get_webhook(tenant, app.id, webhook).await.unwrap().dead_letters, 0);
    settle(&store, &claim_replays(&store).await[0], 500, Outcome::Dead).await;
    deliver(&store, &claim_replays(&store).await[0]).await;
    assert_eq!((state(ids[1]).await, state(ids[2]).await), (DeliveryState::Dead, DeliveryState::Delivered));
    let all = store.replay_deliveries(tenant, app.id, webhook, ReplayRange::DeadLetters).await.unwrap();
    assert_eq!(all.deliveries, 1, "the discarded one stays where it is");
    assert_eq!(
        store.replay_delivery(tenant, app.id, webhook, ids[0]).await.unwrap(),
        1,
        "unless it is named"
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn replays_wait_while_paused_and_end_when_their_events_have_expired(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = create(&store, &app, new_webhook()).await.id;
    record(&store, vec![occurrence(app.id, "a", Occupied), occurrence(app.id, "b", Occupied)]).await;
    for _ in 0..2 {
        settle(&store, &claim(&store).await[0], 500, Outcome::Dead).await;
    }
    store.pause_webhook(tenant, app.id, webhook).await.unwrap();
    store.replay_deliveries(tenant, app.id, webhook, ReplayRange::DeadLetters).await.unwrap();
    assert!(claim_replays(&store).await.is_empty());
    store.resume_webhook(tenant, app.id, webhook).await.unwrap();
    sqlx::query("delete from webhook_events where seq = 1").execute(&pool).await.unwrap();
    assert!(claim_replays(&store).await.is_empty(), "it is given up instead");
    assert_eq!(store.get_webhook(tenant, app.id, webhook).await.unwrap().dead_letters, 1);
    let gone = claim_replays(&store).await.remove(0);
    assert_eq!(gone.events[0].channel.as_deref(), Some("b"));
    settle(&store, &gone, 410, Outcome::Disable(DisabledReason::Gone)).await;
    assert_eq!(store.get_webhook(tenant, app.id, webhook).await.unwrap().state, WebhookState::Disabled);
    make_due(&pool).await;
    assert!(claim_replays(&store).await.is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn asking_and_settling_at_the_same_time_always_leaves_one_due(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = create(&store, &app, new_webhook()).await.id;
    record(&store, (0..20).map(|n| occurrence(app.id, &format!("c{n}"), Occupied)).collect()).await;
    let mut ids = Vec::new();
    for _ in 0..20 {
        let claims = claim(&store).await;
        ids.push(claims[0].ticket.delivery_id);
        deliver(&store, &claims[0]).await;
    }
    let asking = tokio::spawn({
        let store = store.clone();
        async move {
            for id in ids {
                store.replay_delivery(tenant, app.id, webhook, id).await.unwrap();
            }
        }
    });
    let mut replayed = HashSet::new();
    while replayed.len() < 20 {
        let claims = claim_replays(&store).await;
        assert!(claims.len() <= 1);
        if claims.is_empty() && asking.is_finished() {
            // It may have been asked for between the two looks.
            let last = claim_replays(&store).await;
            assert!(!last.is_empty(), "{} of 20 were sent, and none is due", replayed.len());
            replayed.insert(last[0].ticket.delivery_id);
            deliver(&store, &last[0]).await;
        }
        for claim in claims {
            assert!(replayed.insert(claim.ticket.delivery_id));
            deliver(&store, &claim).await;
        }
    }
    asking.await.unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn four_replays_of_an_app_are_under_way_at_most(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    for _ in 0..6 {
        create(&store, &app, new_webhook()).await;
    }
    record(&store, vec![occurrence(app.id, "a", Occupied)]).await;
    for claim in claim(&store).await {
        deliver(&store, &claim).await;
        let (webhook, delivery) = (claim.ticket.endpoint_id, claim.ticket.delivery_id);
        store.replay_delivery(tenant, app.id, webhook, delivery).await.unwrap();
    }
    let first = claim_replays(&store).await;
    assert_eq!(first.len(), 4);
    assert!(claim_replays(&store).await.is_empty());
    deliver(&store, &first[0]).await;
    assert_eq!(claim_replays(&store).await.len(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_queue_of_replays_has_an_end(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = create(&store, &app, new_webhook()).await.id;
    record(&store, (0..3).map(|n| occurrence(app.id, &format!("c{n}"), Occupied)).collect()).await;
    for _ in 0..3 {
        settle(&store, &claim(&store).await[0], 500, Outcome::Dead).await;
    }
    sqlx::query(
        "insert into webhook_replays (tenant_id, endpoint_id, delivery_id, frozen_at, lane_id, first_seq,
             last_seq, n)
         select $1, $2, gen_random_uuid(), now(), 1, 1, 1, 1 from generate_series(1, 9998)",
    )
    .bind(tenant.0)
    .bind(webhook)
    .execute(&pool)
    .await
    .unwrap();
    let replay = async || store.replay_deliveries(tenant, app.id, webhook, ReplayRange::DeadLetters).await;
    assert_eq!(replay().await.unwrap(), Replayed { deliveries: 2, is_truncated: true });
    assert!(matches!(replay().await, Err(WebhookError::TooManyReplays)));
    let query = DeliveryQuery { state: Some(DeliveryState::Dead), ..DeliveryQuery::default() };
    let left = store.list_deliveries(tenant, app.id, webhook, &query).await.unwrap().deliveries;
    let one = store.replay_delivery(tenant, app.id, webhook, left[0].id).await;
    assert!(matches!(one, Err(WebhookError::TooManyReplays)));
}
