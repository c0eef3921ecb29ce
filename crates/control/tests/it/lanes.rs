use std::{collections::HashSet, time::Duration};

use campanile_control::{
    Busy, ClaimLimits, DeliveryQuery, DeliveryState, DisabledReason, NewWebhook, Outcome, RecordBatch,
    WebhookState,
};
use campanile_protocol::{
    OccurrenceKind::{Occupied, Vacated},
    OccurrenceType,
};
use sqlx::PgPool;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::fixture::{
    added, attempt, batching_endpoint, claim, client_event, create, deliver, endpoint, limits, make_due,
    new_webhook, occurrence, record, removed, settle, store, tenant_with_app, words,
};

#[sqlx::test(migrations = "../../migrations")]
async fn a_lane_is_handed_out_one_event_at_a_time_in_order(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    endpoint(&store, &app, &OccurrenceType::ALL).await;
    let recorded =
        record(&store, vec![occurrence(app.id, "a", Occupied), occurrence(app.id, "b", Occupied)]).await;
    assert_eq!(recorded, 2);

    let first = claim(&store).await;
    assert_eq!(words(&first[0]), ["channel_occupied a 1"]);
    assert!(claim(&store).await.is_empty(), "one request at a time");
    deliver(&store, &first[0]).await;
    let second = claim(&store).await;
    assert_eq!(words(&second[0]), ["channel_occupied b 2"]);
    assert_ne!(second[0].ticket.delivery_id, first[0].ticket.delivery_id);
    deliver(&store, &second[0]).await;
    assert!(claim(&store).await.is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_failed_batch_comes_again_frozen_and_not_before_its_time(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = batching_endpoint(&store, &app).await;
    record(&store, vec![occurrence(app.id, "a", Occupied)]).await;
    assert!(claim(&store).await.is_empty(), "the first waits a moment for company");
    record(&store, vec![occurrence(app.id, "a", Vacated)]).await;
    make_due(&pool).await;

    let first = claim(&store).await;
    assert_eq!(words(&first[0]), ["channel_occupied a 1", "channel_vacated a 2"]);
    record(&store, vec![occurrence(app.id, "b", Occupied)]).await;
    let retry = Outcome::RetryIn(Duration::from_secs(3600));
    assert!(settle(&store, &first[0], 500, retry).await);
    assert!(claim(&store).await.is_empty());

    make_due(&pool).await;
    let second = claim(&store).await;
    assert_eq!((second[0].ticket.delivery_id, second[0].ticket.attempt), (first[0].ticket.delivery_id, 2));
    assert_eq!(second[0].ticket.frozen_at, first[0].ticket.frozen_at);
    assert_eq!(words(&second[0]), words(&first[0]), "what came later waits for the next batch");
    assert!(!settle(&store, &first[0], 500, retry).await, "a stale claim changes nothing");
    deliver(&store, &second[0]).await;

    let detail = store.get_delivery(tenant, app.id, webhook.id, first[0].ticket.delivery_id).await.unwrap();
    let [oldest, newest] = &detail.attempts[..] else { panic!("two attempts") };
    assert_eq!((newest.attempt, newest.status, newest.outcome.as_str()), (2, Some(200), "delivered"));
    assert_eq!((oldest.attempt, oldest.status, oldest.outcome.as_str()), (1, Some(500), "failed"));
    assert_eq!(oldest.error.as_deref(), Some("bad\u{fffd}news"));
    assert_eq!(oldest.response_headers["server"], "test");
    assert_eq!(detail.body.as_deref(), Some(first[0].to_body().as_str()));
    let delivery = detail.delivery;
    assert_eq!((delivery.state, delivery.attempts, delivery.event_count), (DeliveryState::Delivered, 2, 2));
    assert_eq!(delivery.events[1].name, "channel_vacated");
    assert_eq!(delivery.events[1].channel.as_deref(), Some("a"));
    let listed = &store.list_webhooks(tenant, app.id).await.unwrap()[0];
    assert_eq!((listed.pending, listed.last_status), (1, Some(200)));
    assert!(listed.oldest_pending_at.is_some() && listed.next_attempt_at.is_some());
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_batch_holds_at_most_a_hundred_events_and_256_kib(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    batching_endpoint(&store, &app).await;
    let small = (0..130).map(|_| occurrence(app.id, "a", Occupied));
    let large = (0..30).map(|_| occurrence(app.id, "private-a", client_event(&"x".repeat(10_000))));
    record(&store, small.chain(large).collect()).await;
    make_due(&pool).await;
    let mut sizes = Vec::new();
    while let [claim] = &claim(&store).await[..] {
        let bytes: usize = claim.events.iter().map(|event| event.body.len()).sum();
        assert!(bytes <= 256 * 1024, "{bytes}");
        sizes.push(claim.events.len());
        deliver(&store, claim).await;
    }
    assert_eq!(sizes.iter().sum::<usize>(), 160);
    assert_eq!(sizes[0], 100);
    assert_eq!(sizes.len(), 3);
}

#[sqlx::test(migrations = "../../migrations")]
async fn endpoints_hear_their_types_of_their_app_only(pool: PgPool) {
    let store = store(&pool).await;
    let (_, acme) = tenant_with_app(&store, "Acme").await;
    let (_, rival) = tenant_with_app(&store, "Rival").await;
    let members =
        endpoint(&store, &acme, &[OccurrenceType::MemberAdded, OccurrenceType::MemberRemoved]).await;
    let channels = endpoint(&store, &acme, &[OccurrenceType::ChannelOccupied]).await;
    let rivals = endpoint(&store, &rival, &OccurrenceType::ALL).await;
    let recorded = record(
        &store,
        vec![
            occurrence(acme.id, "presence-a", Occupied),
            occurrence(acme.id, "presence-a", added("u1")),
            occurrence(rival.id, "presence-a", added("u2")),
            occurrence(acme.id, "presence-a", Vacated),
        ],
    )
    .await;
    assert_eq!(recorded, 3);
    let claims = claim(&store).await;
    let of = |id| words(claims.iter().find(|claim| claim.recipient.id == id).unwrap());
    assert_eq!(of(members.id), ["member_added presence-au1 1"]);
    assert_eq!(of(channels.id), ["channel_occupied presence-a 1"]);
    assert_eq!(of(rivals.id), ["member_added presence-au2 1"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_batch_recorded_again_after_a_lost_answer_is_recorded_once(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    endpoint(&store, &app, &OccurrenceType::ALL).await;
    let incarnation = Uuid::new_v4();
    let batch =
        |number| RecordBatch { incarnation, number, occurrences: vec![occurrence(app.id, "a", Occupied)] };
    assert_eq!(store.record(&batch(1)).await.unwrap(), 1);
    assert_eq!(store.record(&batch(1)).await.unwrap(), 0);
    assert_eq!(store.record(&batch(2)).await.unwrap(), 1);
    assert_eq!(store.backlog().await.unwrap().pending, 2);
}

#[sqlx::test(migrations = "../../migrations")]
async fn writers_at_the_same_time_leave_no_gap_and_no_double(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    for _ in 0..3 {
        endpoint(&store, &app, &OccurrenceType::ALL).await;
    }
    let writers = (0..8).map(|_| {
        let (store, id) = (store.clone(), app.id);
        tokio::spawn(async move {
            let incarnation = Uuid::new_v4();
            for number in 1..=10 {
                let occurrences = (0..5).map(|_| occurrence(id, "a", client_event("x"))).collect();
                store.record(&RecordBatch { incarnation, number, occurrences }).await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let lanes: Vec<(i64, i64, i64, i64)> = sqlx::query_as(
        "select l.head, count(*), min(e.seq), max(e.seq) from webhook_lanes l
         join webhook_events e on e.lane_id = l.id group by l.id",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(lanes, [(400, 400, 1, 400); 3]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn claimers_at_the_same_time_never_get_the_same_lane(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    for _ in 0..12 {
        endpoint(&store, &app, &OccurrenceType::ALL).await;
    }
    record(&store, vec![occurrence(app.id, "a", Occupied)]).await;
    let claimers = (0..6).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { claim(&store).await })
    });
    let mut seen = HashSet::new();
    for claimer in claimers.collect::<Vec<_>>() {
        for claim in claimer.await.unwrap() {
            assert!(seen.insert(claim.recipient.id), "a lane was handed out twice");
        }
    }
    seen.extend(claim(&store).await.iter().map(|claim| claim.recipient.id));
    assert_eq!(seen.len(), 12);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_app_with_many_lanes_leaves_room_for_others(pool: PgPool) {
    let store = store(&pool).await;
    let (_, noisy) = tenant_with_app(&store, "Noisy").await;
    let (_, quiet) = tenant_with_app(&store, "Quiet").await;
    for _ in 0..20 {
        endpoint(&store, &noisy, &OccurrenceType::ALL).await;
    }
    endpoint(&store, &quiet, &OccurrenceType::ALL).await;
    record(&store, vec![occurrence(noisy.id, "a", Occupied)]).await;
    record(&store, vec![occurrence(quiet.id, "a", Occupied)]).await;
    let first = store.claim(&limits(2)).await.unwrap();
    let apps: HashSet<_> = first.iter().map(|claim| claim.recipient.app_id).collect();
    assert_eq!(apps, HashSet::from([noisy.id, quiet.id]), "the apps are served in turn");
    let busy = |requests| Busy { app_id: noisy.id, requests, laggards: 0 };
    let with = |requests| ClaimLimits { busy: vec![busy(requests)], ..limits(100) };
    assert_eq!(store.claim(&with(1)).await.unwrap().len(), 15, "sixteen of one app at once");
    assert!(store.claim(&with(16)).await.unwrap().is_empty());
    assert_eq!(store.claim(&with(15)).await.unwrap().len(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_lease_that_ended_or_was_released_is_claimed_again(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    endpoint(&store, &app, &OccurrenceType::ALL).await;
    record(&store, vec![occurrence(app.id, "a", Occupied)]).await;
    let first = claim(&store).await;
    make_due(&pool).await;
    let second = claim(&store).await;
    assert_eq!(first[0].ticket.delivery_id, second[0].ticket.delivery_id);
    assert!(claim(&store).await.is_empty());
    store.release(&second[0].ticket).await.unwrap();
    let third = claim(&store).await;
    assert_eq!((third[0].ticket.delivery_id, third[0].ticket.attempt), (first[0].ticket.delivery_id, 1));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_dropped_batch_is_marked_and_the_lane_goes_on(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = endpoint(&store, &app, &OccurrenceType::ALL).await;
    record(&store, vec![occurrence(app.id, "a", Occupied), occurrence(app.id, "a", Vacated)]).await;
    let claims = claim(&store).await;
    settle(&store, &claims[0], 500, Outcome::Dead).await;
    assert_eq!(words(&claim(&store).await[0]), ["channel_vacated a 2"]);
    let seen = store.list_deliveries(tenant, app.id, webhook.id, &DeliveryQuery::default()).await.unwrap();
    assert_eq!(seen.deliveries[0].state, DeliveryState::Dead);
    assert_eq!(store.get_webhook(tenant, app.id, webhook.id).await.unwrap().dead_letters, 1);
    assert_eq!(store.backlog().await.unwrap().dead_letters, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_endpoint_that_is_gone_is_disabled_and_hears_nothing_more(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    endpoint(&store, &app, &OccurrenceType::ALL).await;
    record(&store, vec![occurrence(app.id, "a", Occupied)]).await;
    let claims = claim(&store).await;
    settle(&store, &claims[0], 410, Outcome::Disable(DisabledReason::Gone)).await;
    let listed = &store.list_webhooks(tenant, app.id).await.unwrap()[0];
    assert_eq!((listed.state, listed.pending, listed.last_status), (WebhookState::Disabled, 1, Some(410)));
    assert_eq!(listed.disabled_reason, Some(DisabledReason::Gone));
    assert_eq!(record(&store, vec![occurrence(app.id, "a", Vacated)]).await, 0);
    assert!(claim(&store).await.is_empty());
    assert_eq!(store.backlog().await.unwrap().pending, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn presence_is_noted_as_the_last_edge_leaves_it(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let (_, deaf) = tenant_with_app(&store, "Deaf").await;
    let webhook = endpoint(&store, &app, &[OccurrenceType::ClientEvent]).await;
    record(
        &store,
        vec![
            occurrence(app.id, "presence-a", Occupied),
            occurrence(app.id, "presence-a", added("\0")),
            occurrence(app.id, "presence-a", added("v")),
            occurrence(app.id, "presence-a", removed("v")),
            occurrence(deaf.id, "presence-a", Occupied),
        ],
    )
    .await;
    let noted = async || -> Vec<(i64, Vec<u8>)> {
        sqlx::query_as("select app_id, user_id from occupancy order by user_id")
            .fetch_all(&pool)
            .await
            .unwrap()
    };
    let id = app.id.number();
    assert_eq!(noted().await, [(id, Vec::new()), (id, vec![0])]);
    store.delete_webhook(tenant, app.id, webhook.id).await.unwrap();
    endpoint(&store, &app, &OccurrenceType::ALL).await;
    assert!(noted().await.is_empty(), "what was noted before an app had no listener is stale");
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_endpoint_whose_secret_does_not_open_stops_nobody_else(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    let spoiled = endpoint(&store, &app, &OccurrenceType::ALL).await;
    let sound = endpoint(&store, &app, &OccurrenceType::ALL).await;
    sqlx::query("update webhook_endpoints set secret_sealed = '' where id = $1")
        .bind(spoiled.id)
        .execute(&pool)
        .await
        .unwrap();
    record(&store, vec![occurrence(app.id, "a", Occupied)]).await;
    let claims = claim(&store).await;
    assert_eq!(claims.iter().map(|claim| claim.recipient.id).collect::<Vec<_>>(), [sound.id]);
    assert!(claim(&store).await.is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_batch_behind_expired_events_is_retried_whole(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = batching_endpoint(&store, &app).await;
    record(&store, (0..6).map(|n| occurrence(app.id, &format!("c{n}"), Occupied)).collect()).await;
    sqlx::query("delete from webhook_events where seq <= 3").execute(&pool).await.unwrap();
    make_due(&pool).await;
    let first = claim(&store).await.remove(0);
    assert_eq!((first.ticket.first_seq, first.ticket.last_seq), (4, 6));
    settle(&store, &first, 503, Outcome::RetryIn(Duration::ZERO)).await;
    let again = claim(&store).await.remove(0);
    assert_eq!((again.ticket.delivery_id, again.ticket.attempt), (first.ticket.delivery_id, 2));
    assert_eq!(again.to_body(), first.to_body());
    assert_eq!(store.get_webhook(tenant, app.id, webhook.id).await.unwrap().pending, 3);
    deliver(&store, &again).await;
    assert_eq!(store.backlog().await.unwrap().pending, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn lanes_that_disable_their_endpoint_at_once_do_not_wait_for_each_other(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    create(&store, &app, NewWebhook { lanes: Some(16), ..new_webhook() }).await;
    record(&store, (0..64).map(|n| occurrence(app.id, &format!("c{n}"), Occupied)).collect()).await;
    let claims = claim(&store).await;
    assert!(claims.len() > 8, "{}", claims.len());
    let mut tries = JoinSet::new();
    for claim in claims {
        let store = store.clone();
        tries.spawn(async move {
            let gone = Outcome::Disable(DisabledReason::Gone);
            store.settle(&claim.ticket, &attempt(410), gone, None).await.unwrap()
        });
    }
    let settled = tries.join_all().await;
    assert!(settled.iter().all(|settled| settled.is_recorded));
    assert_eq!(settled.iter().filter(|settled| settled.is_disabled).count(), 1, "the first one");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_quiet_app_is_served_however_much_the_others_have_due(pool: PgPool) {
    let store = store(&pool).await;
    let (_, noisy) = tenant_with_app(&store, "Noisy").await;
    let (_, quiet) = tenant_with_app(&store, "Quiet").await;
    let endless = endpoint(&store, &noisy, &OccurrenceType::ALL).await;
    endpoint(&store, &quiet, &OccurrenceType::ALL).await;
    sqlx::query(
        "insert into webhook_lanes (endpoint_id, app_id, n, head, next_at)
         select $1, $2, n, 1, now() - interval '1 hour' from generate_series(1, 3000) n",
    )
    .bind(endless.id)
    .bind(noisy.id.number())
    .execute(&pool)
    .await
    .unwrap();
    record(&store, vec![occurrence(quiet.id, "a", Occupied)]).await;
    let claims = store.claim(&limits(2)).await.unwrap();
    assert_eq!(claims.iter().map(|claim| claim.recipient.app_id).collect::<Vec<_>>(), [quiet.id]);
}
