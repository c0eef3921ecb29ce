use std::time::Duration;

use campanile_control::{
    Claim, Incarnation, ListenerRecord, NewListener, NewWebhook, Outcome, Standing, Store, WebhookError,
};
use campanile_protocol::{AppId, OccurrenceKind::Occupied, OccurrenceType, TenantId};
use secrecy::ExposeSecret;
use sqlx::PgPool;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::fixture::{
    attempt, claim, create, deliver, new_webhook, occurrence, record, settle, store, tenant_with_app, words,
};

async fn open(store: &Store, place: (TenantId, AppId), new: NewListener) -> ListenerRecord {
    store.create_listener(place.0, place.1, new).await.unwrap()
}

async fn listened(store: &Store, listener: &ListenerRecord) -> Vec<Claim> {
    store.claim_listened(listener.id, Uuid::nil()).await.unwrap().expect("it is there")
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_listener_hears_beside_the_others_and_only_its_holder_claims_it(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = create(&store, &app, new_webhook()).await;
    let life = Incarnation::begin(&store).await.unwrap();
    let new = NewListener { incarnation: life.id(), ..NewListener::default() };
    let listener = open(&store, (tenant, app.id), new).await;
    assert_eq!(listener.event_types, OccurrenceType::DEFAULT);
    assert_eq!(store.list_webhooks(tenant, app.id).await.unwrap().len(), 1, "it is not listed");
    assert!(store.get_webhook(tenant, app.id, listener.id).await.is_err());
    assert!(store.delete_webhook(tenant, app.id, listener.id).await.is_err());

    record(&store, vec![occurrence(app.id, "a", Occupied)]).await;
    assert_eq!(claim(&store).await.iter().map(|claim| claim.recipient.id).collect::<Vec<_>>(), [webhook.id]);
    let claims = listened(&store, &listener).await;
    assert_eq!(words(&claims[0]), ["channel_occupied a 1"]);
    assert_eq!(
        claims[0].recipient.signing_secrets[0].expose_secret(),
        listener.signing_secret.as_ref().unwrap().expose_secret()
    );
    assert!(listened(&store, &listener).await.is_empty(), "leased");

    let id = claims[0].ticket.delivery_id;
    let (ticket, _) = store.find_listened(tenant, app.id, listener.id, id).await.unwrap();
    assert_eq!((ticket.attempt, ticket.first_seq, ticket.last_seq), (1, 1, 1));
    store.settle(&ticket, &attempt(200), Outcome::Delivered, None).await.unwrap();
    let again = store.find_listened(tenant, app.id, listener.id, id).await;
    assert!(matches!(again, Err(WebhookError::NotFound)));
    store.delete_listener(listener.id).await.unwrap();
    assert!(store.claim_listened(listener.id, Uuid::nil()).await.unwrap().is_none());
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_listener_that_stands_for_a_webhook_uses_its_filter_and_secret(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let new = NewWebhook {
        channels: vec!["room-*".into()],
        headers: vec![("x-token".into(), "hush".into())],
        event_types: vec![OccurrenceType::ChannelOccupied],
        ..new_webhook()
    };
    let (webhook, secret) = store.create_webhook(tenant, app.id, new).await.unwrap();
    let life = Incarnation::begin(&store).await.unwrap();
    let new = NewListener { incarnation: life.id(), stands_for: Some(webhook.id), ..NewListener::default() };
    let listener = open(&store, (tenant, app.id), new).await;
    assert!(listener.signing_secret.is_none());
    record(&store, vec![occurrence(app.id, "lobby", Occupied), occurrence(app.id, "room-1", Occupied)]).await;
    let claims = listened(&store, &listener).await;
    assert_eq!(words(&claims[0]), ["channel_occupied room-1 1"]);
    assert_eq!(claims[0].recipient.signing_secrets[0].expose_secret(), secret.expose_secret());
    assert_eq!(claims[0].recipient.headers.len(), 1);
    assert_eq!(words(&claim(&store).await[0]), ["channel_occupied room-1 1"], "the webhook is told too");
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_a_listener_takes_comes_back_when_it_ends(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = create(&store, &app, new_webhook()).await;
    record(&store, vec![occurrence(app.id, "a", Occupied)]).await;
    settle(&store, &claim(&store).await[0], 500, Outcome::RetryIn(Duration::from_secs(3600))).await;
    let life = Incarnation::begin(&store).await.unwrap();
    let taking = || NewListener {
        incarnation: life.id(),
        stands_for: Some(webhook.id),
        takes: true,
        ..NewListener::default()
    };
    let listener = open(&store, (tenant, app.id), taking()).await;
    record(&store, vec![occurrence(app.id, "b", Occupied)]).await;
    assert!(claim(&store).await.is_empty());
    let claims = listened(&store, &listener).await;
    assert_eq!(claims.len(), 1, "it records nothing of its own");
    assert_eq!((words(&claims[0]), claims[0].ticket.attempt), (vec!["channel_occupied a 1".to_owned()], 2));
    let id = claims[0].ticket.delivery_id;
    let (ticket, recipient) = store.find_listened(tenant, app.id, listener.id, id).await.unwrap();
    assert_eq!(recipient.id, webhook.id);
    store.settle(&ticket, &attempt(200), Outcome::Delivered, None).await.unwrap();
    let health = store.get_webhook(tenant, app.id, webhook.id).await.unwrap().health;
    assert_eq!((health.delivered, health.failed), (0, 1), "what a listener says is no sign of health");

    // A second one takes over; the end of the first changes nothing.
    let held = listened(&store, &listener).await;
    assert_eq!(words(&held[0]), ["channel_occupied b 2"]);
    let second = open(&store, (tenant, app.id), taking()).await;
    store.delete_listener(listener.id).await.unwrap();
    assert!(claim(&store).await.is_empty());
    store.delete_listener(second.id).await.unwrap();
    let back = claim(&store).await;
    assert_eq!(words(&back[0]), ["channel_occupied b 2"], "at once, whoever held it");
    deliver(&store, &back[0]).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_listeners_of_a_dead_node_are_swept(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = create(&store, &app, new_webhook()).await;
    let life = Incarnation::begin(&store).await.unwrap();
    let new = NewListener {
        incarnation: life.id(),
        stands_for: Some(webhook.id),
        takes: true,
        ..NewListener::default()
    };
    let listener = open(&store, (tenant, app.id), new).await;
    record(&store, vec![occurrence(app.id, "a", Occupied)]).await;
    let held = store.claim_listened(listener.id, life.id()).await.unwrap().unwrap();
    assert_eq!(held.len(), 1);
    drop(life);
    let swept = async {
        while store.claim_listened(listener.id, Uuid::nil()).await.unwrap().is_some() {
            store.reconcile(Uuid::nil()).await.unwrap();
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(30), swept).await.expect("it is swept");
    assert_eq!(words(&claim(&store).await[0]), ["channel_occupied a 1"], "the webhook has it back");
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_app_has_ten_listeners_at_most(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let life = Incarnation::begin(&store).await.unwrap();
    let new = || NewListener { incarnation: life.id(), ..NewListener::default() };
    for _ in 0..10 {
        open(&store, (tenant, app.id), new()).await;
    }
    let refused = store.create_listener(tenant, app.id, new()).await;
    assert!(matches!(refused, Err(WebhookError::TooManyListeners)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_webhook_does_not_wait_for_what_failed_at_its_listener(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = create(&store, &app, new_webhook()).await;
    let life = Incarnation::begin(&store).await.unwrap();
    let taking = || NewListener {
        incarnation: life.id(),
        stands_for: Some(webhook.id),
        takes: true,
        ..NewListener::default()
    };
    let first = open(&store, (tenant, app.id), taking()).await;
    record(&store, vec![occurrence(app.id, "a", Occupied)]).await;
    assert_eq!(listened(&store, &first).await.len(), 1);
    let second = open(&store, (tenant, app.id), taking()).await;
    let held = listened(&store, &second).await;
    assert_eq!(held.len(), 1, "the lease of the first one has ended");
    let id = held[0].ticket.delivery_id;
    let (ticket, _) = store.find_listened(tenant, app.id, second.id, id).await.unwrap();
    let later = Outcome::RetryIn(Duration::from_secs(3600));
    store.settle(&ticket, &attempt(500), later, None).await.unwrap();
    assert!(listened(&store, &second).await.is_empty());
    store.delete_listener(second.id).await.unwrap();
    let back = claim(&store).await.remove(0);
    assert_eq!((back.ticket.delivery_id, back.standing), (id, Standing::Unproven));
}

#[sqlx::test(migrations = "../../migrations")]
async fn listeners_that_nobody_holds_are_swept_unless_they_are_new(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let life = Incarnation::begin(&store).await.unwrap();
    let other_life = Incarnation::begin(&store).await.unwrap();
    let of = |life: &Incarnation| NewListener { incarnation: life.id(), ..NewListener::default() };
    let live = open(&store, (tenant, app.id), of(&life)).await;
    let orphan = open(&store, (tenant, app.id), of(&life)).await;
    let elsewhere = open(&store, (tenant, app.id), of(&other_life)).await;
    assert_eq!(store.sweep_listeners(life.id(), &[live.id]).await.unwrap(), 0, "it may be about to be noted");
    sqlx::query("update webhook_endpoints set created_at = created_at - interval '2 minutes'")
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(store.sweep_listeners(life.id(), &[live.id]).await.unwrap(), 1);
    let is_there = async |id| store.claim_listened(id, Uuid::nil()).await.unwrap().is_some();
    assert!(is_there(live.id).await && is_there(elsewhere.id).await && !is_there(orphan.id).await);
}
