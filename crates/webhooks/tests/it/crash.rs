use std::{collections::HashSet, time::Duration};

use campanile_protocol::OccurrenceType;
use sqlx::PgPool;

use crate::{
    fixture::{Occupied, Vacated, added, app, endpoint, push, push_with, start, store},
    receiver::Receiver,
};

const ALL: [OccurrenceType; 9] = OccurrenceType::ALL;
const AN_HOUR: Duration = Duration::from_secs(3600);

/// As if the leases of a crashed node had run out.
async fn end_leases(pool: &PgPool) {
    sqlx::query("update webhook_lanes set locked_until = null, next_at = now()").execute(pool).await.unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn after_a_crash_who_was_present_is_told_as_gone_exactly_once(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    endpoint(&store, &acme, receiver.url("/hook"), &ALL).await;
    let first = start(&store).await;
    push(&first.inbox(), &acme, "presence-a", Occupied);
    push(&first.inbox(), &acme, "presence-a", added("u"));
    assert_eq!(receiver.accept().await.1, ["channel_occupied presence-a"]);
    let told = receiver.next().await;
    drop(first);
    drop(told);

    for round in 0..2 {
        let next = start(&store).await;
        if round == 0 {
            // Its lease was cut short by the crash: at least once, and in order.
            end_leases(&pool).await;
            assert_eq!(receiver.accept().await.1, ["member_added presence-a u"]);
            assert_eq!(receiver.accept().await.1, ["member_removed presence-a u"]);
            assert_eq!(receiver.accept().await.1, ["channel_vacated presence-a"]);
        }
        let fence = format!("fence-{round}");
        push(&next.inbox(), &acme, &fence, Occupied);
        push(&next.inbox(), &acme, &fence, Vacated);
        assert_eq!(receiver.accept().await.1, [format!("channel_occupied {fence}")]);
        assert_eq!(receiver.accept().await.1, [format!("channel_vacated {fence}")]);
        next.shutdown().await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_removal_that_was_held_back_at_the_crash_is_told_after_it(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    endpoint(&store, &acme, receiver.url("/hook"), &ALL).await;
    let first = start(&store).await;
    push(&first.inbox(), &acme, "a", Occupied);
    assert_eq!(receiver.accept().await.1, ["channel_occupied a"]);
    push_with(&first.inbox(), &acme, "a", Vacated, AN_HOUR);
    push(&first.inbox(), &acme, "fence", Occupied);
    receiver.next().await.answer(200);
    drop(first);

    let _second = start(&store).await;
    end_leases(&pool).await;
    let mut told = Vec::new();
    while told.len() < 2 {
        // The fence itself comes again when the crash was quicker than its outcome.
        told.extend(receiver.accept().await.1.into_iter().filter(|words| words != "channel_occupied fence"));
    }
    assert_eq!(told, ["channel_vacated a", "channel_vacated fence"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_shutdown_records_removals_without_their_delay(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    endpoint(&store, &acme, receiver.url("/hook"), &ALL).await;
    let first = start(&store).await;
    push(&first.inbox(), &acme, "a", Occupied);
    assert_eq!(receiver.accept().await.1, ["channel_occupied a"]);
    push_with(&first.inbox(), &acme, "a", Vacated, AN_HOUR);
    first.shutdown().await;
    assert!(store.backlog().await.unwrap().pending <= 1);
    let noted: i64 = sqlx::query_scalar("select count(*) from occupancy").fetch_one(&pool).await.unwrap();
    assert_eq!(noted, 0, "nothing is left for the next start to tell");

    let second = start(&store).await;
    push(&second.inbox(), &acme, "fence", Occupied);
    // What the first one posted before it ended, unanswered, comes again under its id.
    let (mut ids, mut told) = (HashSet::new(), Vec::new());
    while told.len() < 2 {
        let request = receiver.next().await;
        if ids.insert(request.header("webhook-id").to_owned()) {
            told.extend(request.words());
        }
        request.answer(200);
    }
    assert_eq!(told, ["channel_vacated a", "channel_occupied fence"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_request_under_way_at_shutdown_is_given_back_and_sent_again(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    endpoint(&store, &acme, receiver.url("/hook"), &ALL).await;
    let first = start(&store).await;
    push(&first.inbox(), &acme, "a", Occupied);
    let held = receiver.next().await;
    first.shutdown().await;
    let _second = start(&store).await;
    let again = receiver.next().await;
    assert_eq!((&again.body, again.header("webhook-id")), (&held.body, held.header("webhook-id")));
    again.answer(200);
}
