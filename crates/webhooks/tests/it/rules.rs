use std::time::Duration;

use campanile_control::{DeliveryOrder, DeliveryState, NewWebhook, WebhookState};
use sqlx::PgPool;
use time::OffsetDateTime;
use tokio::time::sleep;

use crate::{
    fixture::{
        Occupied, app, create, deliveries, make_due, new_webhook, push, signatures, start, store, tries,
    },
    receiver::Receiver,
};

#[sqlx::test(migrations = "../../migrations")]
async fn where_order_is_relaxed_a_poison_batch_is_set_aside_after_twelve_tries(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    let new = NewWebhook { order: DeliveryOrder::Relaxed, ..new_webhook(receiver.url("/hook")) };
    let webhook = create(&store, &acme, new).await.0.id;
    let webhooks = start(&store).await;
    push(&webhooks.inbox(), &acme, "poison", Occupied);
    for attempt in 1..=12 {
        let request = receiver.next().await;
        assert_eq!(request.words(), ["channel_occupied poison"]);
        if attempt == 1 {
            push(&webhooks.inbox(), &acme, "behind", Occupied);
        }
        request.answer(500);
        tries(&store, &acme, webhook, attempt).await;
        make_due(&pool).await;
    }
    assert_eq!(receiver.accept().await.1, ["channel_occupied behind"]);
    webhooks.shutdown().await;
    let seen = deliveries(&store, &acme, webhook).await;
    assert_eq!((seen[1].state, seen[1].attempts), (DeliveryState::Dead, 12));
    assert_eq!(store.backlog().await.unwrap().dead_letters, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_strict_lane_waits_for_its_first_batch(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    let webhook = create(&store, &acme, new_webhook(receiver.url("/hook"))).await.0.id;
    let webhooks = start(&store).await;
    push(&webhooks.inbox(), &acme, "poison", Occupied);
    for attempt in 1..=14 {
        let request = receiver.next().await;
        assert_eq!(request.words(), ["channel_occupied poison"], "try {attempt}");
        if attempt == 1 {
            push(&webhooks.inbox(), &acme, "behind", Occupied);
        }
        request.answer(500);
        tries(&store, &acme, webhook, attempt).await;
        make_due(&pool).await;
    }
    assert_eq!(receiver.accept().await.1, ["channel_occupied poison"]);
    assert_eq!(receiver.accept().await.1, ["channel_occupied behind"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn retry_after_is_waited_out(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    let webhook = create(&store, &acme, new_webhook(receiver.url("/hook"))).await.0.id;
    let webhooks = start(&store).await;
    for (channel, status, header, least, most) in [
        ("a", 429, "retry-after: 600\r\n", 590, 600),
        ("b", 503, "retry-after: 86400\r\n", 3590, 3600),
        ("c", 500, "retry-after: 600\r\n", 0, 2),
    ] {
        push(&webhooks.inbox(), &acme, channel, Occupied);
        receiver.next().await.answer_with(status, header, "");
        let next = loop {
            let seen = store.get_webhook(acme.tenant_id, acme.id, webhook).await.unwrap();
            match seen.next_attempt_at {
                Some(next) if seen.last_status == Some(status) => break next,
                _ => sleep(Duration::from_millis(5)).await,
            }
        };
        let wait = (next - OffsetDateTime::now_utc()).whole_seconds();
        assert!((least..=most).contains(&wait), "{status}: {wait}");
        make_due(&pool).await;
        receiver.accept().await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn custom_headers_arrive_and_their_values_are_never_written_down(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    let headers = vec![("X-Token".into(), "hush-hush".into())];
    let webhook =
        create(&store, &acme, NewWebhook { headers, ..new_webhook(receiver.url("/hook")) }).await.0.id;
    let webhooks = start(&store).await;
    push(&webhooks.inbox(), &acme, "a", Occupied);
    let request = receiver.next().await;
    assert_eq!(request.header("x-token"), "hush-hush");
    let headers = "x-powered-by: test\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n";
    request.answer_with(200, headers, "ok");
    let tried = tries(&store, &acme, webhook, 1).await.remove(0);
    assert_eq!(tried.request_headers["x-token"], "•••");
    assert_eq!(tried.request_headers["user-agent"], "Campanile");
    assert_eq!(tried.response_headers["x-powered-by"], "test");
    assert_eq!(tried.response_headers["set-cookie"], "a=1, b=2");
    let stored: Vec<String> =
        sqlx::query_scalar("select a::text from webhook_attempts a").fetch_all(&pool).await.unwrap();
    assert!(!stored.join("").contains("hush"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn after_a_rotation_both_secrets_verify(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    let (webhook, old) = create(&store, &acme, new_webhook(receiver.url("/hook"))).await;
    let new = store.rotate_webhook_secret(acme.tenant_id, acme.id, webhook.id).await.unwrap();
    let webhooks = start(&store).await;
    push(&webhooks.inbox(), &acme, "a", Occupied);
    let request = receiver.next().await;
    let expected = [signatures(&new.signing_secret, &request), signatures(&old, &request)].join(" ");
    assert_eq!(request.header("webhook-signature"), expected);
    request.answer(200);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_endpoint_that_was_gone_goes_on_where_it_stopped(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    let webhook = create(&store, &acme, new_webhook(receiver.url("/hook"))).await.0.id;
    let webhooks = start(&store).await;
    push(&webhooks.inbox(), &acme, "a", Occupied);
    receiver.next().await.answer(410);
    let state = async || store.get_webhook(acme.tenant_id, acme.id, webhook).await.unwrap().state;
    while state().await != WebhookState::Disabled {
        sleep(Duration::from_millis(5)).await;
    }
    push(&webhooks.inbox(), &acme, "unheard", Occupied);
    while webhooks.meter().read().await.recorded < 2 {
        sleep(Duration::from_millis(5)).await;
    }
    store.resume_webhook(acme.tenant_id, acme.id, webhook).await.unwrap();
    assert_eq!(receiver.accept().await.1, ["channel_occupied a"]);
    push(&webhooks.inbox(), &acme, "b", Occupied);
    assert_eq!(receiver.accept().await.1, ["channel_occupied b"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_replay_is_the_same_delivery_freshly_signed(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    let (webhook, secret) = create(&store, &acme, new_webhook(receiver.url("/hook"))).await;
    let webhooks = start(&store).await;
    push(&webhooks.inbox(), &acme, "a", Occupied);
    let original = receiver.next().await;
    assert_eq!(original.header("webhook-replay"), "");
    let sent = (original.header("webhook-id").to_owned(), original.body.clone());
    let at: i64 = original.header("webhook-timestamp").parse().unwrap();
    original.answer(200);
    tries(&store, &acme, webhook.id, 1).await;
    sleep(Duration::from_millis(1100)).await;
    for n in 1..=2 {
        let id = sent.0.parse().unwrap();
        assert_eq!(store.replay_delivery(acme.tenant_id, acme.id, webhook.id, id).await.unwrap(), n);
        let replay = receiver.next().await;
        assert_eq!((replay.header("webhook-id"), &replay.body), (sent.0.as_str(), &sent.1));
        assert_eq!(replay.header("webhook-replay"), n.to_string());
        assert!(replay.header("webhook-timestamp").parse::<i64>().unwrap() > at);
        assert_eq!(replay.header("webhook-signature"), signatures(&secret, &replay));
        replay.answer(200);
        tries(&store, &acme, webhook.id, 1 + n as usize).await;
    }
    push(&webhooks.inbox(), &acme, "b", Occupied);
    assert_eq!(receiver.accept().await.1, ["channel_occupied b"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_failing_replay_does_not_hold_up_the_lane(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    let webhook = create(&store, &acme, new_webhook(receiver.url("/hook"))).await.0.id;
    let webhooks = start(&store).await;
    push(&webhooks.inbox(), &acme, "a", Occupied);
    receiver.accept().await;
    tries(&store, &acme, webhook, 1).await;
    let id = deliveries(&store, &acme, webhook).await[0].id;
    store.replay_delivery(acme.tenant_id, acme.id, webhook, id).await.unwrap();
    let held = receiver.next().await;
    push(&webhooks.inbox(), &acme, "b", Occupied);
    assert_eq!(receiver.accept().await.1, ["channel_occupied b"]);
    held.answer(500);
    let again = receiver.next().await;
    assert_eq!((again.words(), again.header("webhook-replay")), (vec!["channel_occupied a".to_owned()], "1"));
    again.answer(200);
}
