use campanile_control::{AppRecord, AttemptOutcome, AttemptRecord, Store};
use campanile_protocol::OccurrenceType;
use campanile_webhooks::TargetPolicy;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    fixture::{Occupied, app, config, endpoint, push, start, start_with, store, tries},
    receiver::Receiver,
};

/// The first try, as soon as it is recorded.
async fn first_try(store: &Store, app: &AppRecord, webhook: Uuid) -> AttemptRecord {
    tries(store, app, webhook, 1).await.remove(0)
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_address_that_is_not_allowed_is_never_connected_to(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    let mut strict = config();
    strict.policy = TargetPolicy::default();
    let port = receiver.port;
    let webhooks = start_with(&store, strict).await;
    for host in ["127.0.0.1", "localhost", "2130706433", "[::ffff:7f00:1]", "0x7f.1"] {
        let url = format!("http://{host}:{port}/forbidden");
        let (webhook, _) = endpoint(&store, &acme, url, &OccurrenceType::ALL).await;
        push(&webhooks.inbox(), &acme, "a", Occupied);
        let attempt = first_try(&store, &acme, webhook.id).await;
        let error = attempt.error.unwrap_or_default();
        assert!(attempt.status.is_none() && error.contains("may not be sent to"), "{host}: {error}");
        store.delete_webhook(acme.tenant_id, acme.id, webhook.id).await.unwrap();
    }
    webhooks.shutdown().await;

    // The first that arrives is what a permitted dispatcher sends.
    endpoint(&store, &acme, receiver.url("/allowed"), &OccurrenceType::ALL).await;
    let webhooks = start(&store).await;
    push(&webhooks.inbox(), &acme, "b", Occupied);
    assert_eq!(receiver.accept().await.0, "/allowed");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_redirect_is_a_failure_and_is_not_followed(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    let (webhook, _) = endpoint(&store, &acme, receiver.url("/hook"), &OccurrenceType::ALL).await;
    let webhooks = start(&store).await;
    push(&webhooks.inbox(), &acme, "a", Occupied);
    let elsewhere = format!("location: {}\r\n", receiver.url("/elsewhere"));
    receiver.next().await.answer_with(307, &elsewhere, "");
    let attempt = first_try(&store, &acme, webhook.id).await;
    assert_eq!((attempt.status, attempt.outcome), (Some(307), AttemptOutcome::Failed));
    assert_eq!(receiver.accept().await.0, "/hook", "the next request is the retry");
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_endless_answer_is_cut_off_and_its_beginning_kept(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    let (webhook, _) = endpoint(&store, &acme, receiver.url("/hook"), &OccurrenceType::ALL).await;
    let webhooks = start(&store).await;
    push(&webhooks.inbox(), &acme, "a", Occupied);
    receiver.next().await.answer_with(500, "", &"x".repeat(1 << 20));
    let attempt = first_try(&store, &acme, webhook.id).await;
    assert_eq!(attempt.response_excerpt.map(|excerpt| excerpt.len()), Some(4096));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_refused_connection_is_told_without_its_address(pool: PgPool) {
    let store = store(&pool).await;
    let acme = app(&store, "Acme").await;
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (webhook, _) = endpoint(&store, &acme, format!("http://{unused}/"), &OccurrenceType::ALL).await;
    let webhooks = start(&store).await;
    push(&webhooks.inbox(), &acme, "a", Occupied);
    let error = first_try(&store, &acme, webhook.id).await.error.unwrap();
    assert_eq!(error, "could not connect: connection refused");
}
