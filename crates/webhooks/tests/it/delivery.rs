use std::time::Duration;

use campanile_control::{AttemptOutcome, NewWebhook, WebhookState};
use campanile_protocol::{OccurrenceType, signature::SigningKey};
use secrecy::SecretString;
use sqlx::PgPool;

use crate::{
    fixture::{
        Occupied, Vacated, added, app, batching_endpoint, client_event, create, deliveries, endpoint,
        new_webhook, push, removed, signatures, start, store, tries,
    },
    receiver::{Received, Receiver},
};

const ALL: [OccurrenceType; 9] = OccurrenceType::ALL;

/// Verifies as a receiver would, with what it was told at set-up.
fn assert_signed(request: &Received, key: &SigningKey, secret: &SecretString) {
    assert_eq!(request.header("x-pusher-key"), key.key().as_str());
    assert_eq!(request.header("x-pusher-signature"), key.sign([request.body.as_bytes()]));
    assert_eq!(request.header("webhook-signature"), signatures(secret, request));
}

#[sqlx::test(migrations = "../../migrations")]
async fn occurrences_arrive_in_order_and_signed_twice(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    store.create_key(acme.tenant_id, acme.id, "a younger key").await.unwrap();
    let (_, secret) = endpoint(&store, &acme, receiver.url("/hook"), &ALL).await;
    let keys = store.find_app(acme.id).await.unwrap().unwrap().keys;
    let webhooks = start(&store).await;
    let inbox = webhooks.inbox();
    push(&inbox, &acme, "presence-a", Occupied);
    push(&inbox, &acme, "presence-a", added("u"));
    push(&inbox, &acme, "presence-a", client_event("client-x"));
    push(&inbox, &acme, "presence-a", removed("u"));
    push(&inbox, &acme, "presence-a", Vacated);

    let expected = [
        "channel_occupied presence-a",
        "member_added presence-a u",
        "client_event presence-a u",
        "member_removed presence-a u",
        "channel_vacated presence-a",
    ];
    for (index, words) in expected.into_iter().enumerate() {
        let request = receiver.next().await;
        assert_eq!(request.words(), [words]);
        assert_eq!(request.events()[0]["seq"], index + 1);
        assert_eq!(request.events()[0]["occurred_at"], "2023-11-14T22:13:20Z");
        assert_eq!(request.header("content-type"), "application/json");
        assert_eq!(request.header("user-agent"), "Campanile");
        assert_signed(&request, &keys[0], &secret);
        request.answer(204);
    }
    webhooks.shutdown().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_retry_sends_the_same_bytes_under_the_same_id(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    let webhook = batching_endpoint(&store, &acme, receiver.url("/hook")).await;
    let webhooks = start(&store).await;
    let inbox = webhooks.inbox();
    push(&inbox, &acme, "a", Occupied);
    push(&inbox, &acme, "b", Occupied);

    let first = receiver.next().await;
    assert_eq!(first.words(), ["channel_occupied a", "channel_occupied b"]);
    let sent = (first.body.clone(), first.header("webhook-id").to_owned());
    push(&inbox, &acme, "c", Occupied);
    first.answer_with(500, "", "<script>oh</script>");
    let second = receiver.next().await;
    assert_eq!((second.body.clone(), second.header("webhook-id").to_owned()), sent);
    second.answer(200);
    let third = receiver.next().await;
    assert_eq!(third.words(), ["channel_occupied c"]);
    assert_ne!(third.header("webhook-id"), sent.1);
    third.answer(200);
    webhooks.shutdown().await;

    let tries = tries(&store, &acme, webhook.id, 1).await;
    assert_eq!(tries.len(), 1, "the newest is the third");
    let seen = deliveries(&store, &acme, webhook.id).await;
    assert_eq!((seen.len(), seen[1].id.to_string(), seen[1].attempts), (2, sent.1, 2));
    let detail = store.get_delivery(acme.tenant_id, acme.id, webhook.id, seen[1].id).await.unwrap();
    assert_eq!(detail.body, Some(sent.0), "as it was sent, byte for byte");
    let [first, second] = &detail.attempts[..] else { panic!("two tries") };
    assert_eq!((first.attempt, first.status, first.outcome), (1, Some(500), AttemptOutcome::Failed));
    assert_eq!((second.attempt, second.status, second.outcome), (2, Some(200), AttemptOutcome::Delivered));
    assert_eq!(first.error.as_deref(), Some("the endpoint answered 500"));
    assert_eq!(first.response_excerpt.as_deref(), Some("<script>oh</script>"));
    assert_eq!(first.request_headers["webhook-id"], seen[1].id.to_string());
    assert_eq!(first.response_headers["content-length"], "19");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_silent_endpoint_delays_nobody_else(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let mut silent = Receiver::start().await;
    let acme = app(&store, "Acme").await;
    endpoint(&store, &acme, silent.url("/silent"), &ALL).await;
    endpoint(&store, &acme, receiver.url("/good"), &ALL).await;
    let webhooks = start(&store).await;
    push(&webhooks.inbox(), &acme, "a", Occupied);
    let held = silent.next().await;
    for channel in ["b", "c", "d"] {
        push(&webhooks.inbox(), &acme, channel, Occupied);
    }
    for channel in ["a", "b", "c", "d"] {
        assert_eq!(receiver.accept().await.1, [format!("channel_occupied {channel}")]);
    }
    held.answer(200);
    assert_eq!(silent.accept().await.1, ["channel_occupied b"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_endpoint_that_does_not_answer_in_time_is_tried_again(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    let timeout = Some(Duration::from_secs(1));
    let new = NewWebhook { timeout, ..new_webhook(receiver.url("/hook")) };
    let (webhook, _) = create(&store, &acme, new).await;
    let webhooks = start(&store).await;
    push(&webhooks.inbox(), &acme, "a", Occupied);
    let _held = receiver.next().await;
    assert_eq!(receiver.accept().await.1, ["channel_occupied a"]);
    webhooks.shutdown().await;
    let tries = tries(&store, &acme, webhook.id, 2).await;
    assert_eq!(tries[0].error.as_deref(), Some("no answer within 1 s"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_apps_with_the_same_channel_never_mix(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let mut rivals_receiver = Receiver::start().await;
    let (acme, rival) = (app(&store, "Acme").await, app(&store, "Rival").await);
    endpoint(&store, &acme, receiver.url("/acme"), &ALL).await;
    endpoint(&store, &rival, rivals_receiver.url("/rival"), &ALL).await;
    let webhooks = start(&store).await;
    let inbox = webhooks.inbox();
    push(&inbox, &acme, "presence-a", added("alice"));
    push(&inbox, &rival, "presence-a", added("mallory"));
    // A return to one app's channel cancels nothing in the other's.
    push(&inbox, &acme, "presence-a", removed("alice"));
    push(&inbox, &rival, "presence-a", added("alice"));
    push(&inbox, &rival, "fence", Occupied);

    assert_eq!(receiver.accept().await.1, ["member_added presence-a alice"]);
    assert_eq!(receiver.accept().await.1, ["member_removed presence-a alice"]);
    assert_eq!(rivals_receiver.accept().await.1, ["member_added presence-a mallory"]);
    assert_eq!(rivals_receiver.accept().await.1, ["member_added presence-a alice"]);
    assert_eq!(rivals_receiver.accept().await.1, ["channel_occupied fence"]);
    push(&inbox, &acme, "fence", Occupied);
    assert_eq!(receiver.accept().await.1, ["channel_occupied fence"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_type_that_was_not_chosen_is_never_sent(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    endpoint(&store, &acme, receiver.url("/members"), &[OccurrenceType::MemberAdded]).await;
    let webhooks = start(&store).await;
    let inbox = webhooks.inbox();
    push(&inbox, &acme, "presence-a", Occupied);
    push(&inbox, &acme, "presence-a", client_event("client-x"));
    push(&inbox, &acme, "presence-a", added("fence"));
    assert_eq!(receiver.accept().await.1, ["member_added presence-a fence"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_short_absence_is_not_told(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    endpoint(&store, &acme, receiver.url("/hook"), &ALL).await;
    let webhooks = start(&store).await;
    let inbox = webhooks.inbox();
    push(&inbox, &acme, "a", Occupied);
    assert_eq!(receiver.accept().await.1, ["channel_occupied a"]);
    push(&inbox, &acme, "a", Vacated);
    push(&inbox, &acme, "a", Occupied);
    push(&inbox, &acme, "fence", Vacated);
    assert_eq!(receiver.accept().await.1, ["channel_vacated fence"], "held back as long as the other");
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_endpoint_that_says_gone_is_disabled(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    endpoint(&store, &acme, receiver.url("/gone"), &ALL).await;
    let webhooks = start(&store).await;
    push(&webhooks.inbox(), &acme, "a", Occupied);
    receiver.next().await.answer(410);
    webhooks.shutdown().await;
    let listed = &store.list_webhooks(acme.tenant_id, acme.id).await.unwrap()[0];
    assert_eq!((listed.state, listed.last_status), (WebhookState::Disabled, Some(410)));
}
