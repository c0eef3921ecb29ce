use std::time::Duration;

use campanile_control::{AppRecord, Incarnation, NewApp, NewListener, Store, WebhookError};
use campanile_webhooks::{ListenError, ListenRequest, Listener, ListenerDelivery, ListenerReport, Webhooks};
use sqlx::PgPool;
use tokio::time::{sleep, timeout};

use crate::{
    fixture::{Occupied, app, config, create, new_webhook, push, start, store},
    receiver::Receiver,
};

async fn next(listener: &mut Listener) -> ListenerDelivery {
    timeout(Duration::from_secs(30), listener.next()).await.expect("a delivery in time").unwrap()
}

fn report(delivery: &ListenerDelivery, status: Option<u16>) -> ListenerReport {
    let error = status.is_none().then(|| "connection refused".to_owned());
    ListenerReport { id: delivery.id, status, duration: Duration::from_millis(3), error }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_listener_is_handed_what_would_be_posted_and_retries_by_the_schedule(pool: PgPool) {
    let store = store(&pool).await;
    let acme = app(&store, "Acme").await;
    let webhooks = start(&store).await;
    let listeners = webhooks.listeners();
    let mut listener = listeners.open(acme.tenant_id, acme.id, ListenRequest::default()).await.unwrap();
    assert!(listener.signing_secret().is_some());
    push(&webhooks.inbox(), &acme, "a", Occupied);
    push(&webhooks.inbox(), &acme, "b", Occupied);
    let first = next(&mut listener).await;
    assert_eq!(
        (first.channels.as_slice(), first.event_types.as_slice()),
        (&["a".to_owned()][..], &["channel_occupied".to_owned()][..])
    );
    assert_eq!(first.headers["webhook-id"], first.id.to_string());
    assert!(
        first.headers.contains_key("x-pusher-signature")
            && first.headers["webhook-signature"].starts_with("v1,")
    );
    let settle = async |report| listeners.report(acme.tenant_id, acme.id, listener.id(), report).await;
    settle(report(&first, None)).await.unwrap();
    let late = settle(report(&first, Some(200))).await;
    assert!(matches!(late, Err(WebhookError::NotFound)), "it is not under way now");
    let again = next(&mut listener).await;
    assert_eq!((again.id, &again.body), (first.id, &first.body));
    listeners.report(acme.tenant_id, acme.id, listener.id(), report(&again, Some(200))).await.unwrap();
    assert_eq!(next(&mut listener).await.channels, ["b"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn taking_diverts_a_webhook_until_the_listener_is_dropped(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    let (webhook, _) = create(&store, &acme, new_webhook(receiver.url("/hook"))).await;
    let webhooks = start(&store).await;
    let request = ListenRequest { webhook: Some(webhook.id), take: true, ..ListenRequest::default() };
    let mut listener = webhooks.listeners().open(acme.tenant_id, acme.id, request).await.unwrap();
    push(&webhooks.inbox(), &acme, "a", Occupied);
    push(&webhooks.inbox(), &acme, "b", Occupied);
    let first = next(&mut listener).await;
    assert_eq!(first.channels, ["a"]);
    let place = (acme.tenant_id, acme.id, listener.id());
    webhooks.listeners().report(place.0, place.1, place.2, report(&first, Some(204))).await.unwrap();
    assert_eq!(next(&mut listener).await.channels, ["b"]);
    drop(listener);
    assert_eq!(receiver.accept().await.1, ["channel_occupied b"], "unreported, it is the webhook's again");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_listener_ends_with_its_node(pool: PgPool) {
    let store = store(&pool).await;
    let acme = app(&store, "Acme").await;
    let webhooks = start(&store).await;
    let mut listener =
        webhooks.listeners().open(acme.tenant_id, acme.id, ListenRequest::default()).await.unwrap();
    webhooks.shutdown().await;
    assert!(timeout(Duration::from_secs(10), listener.next()).await.expect("at once").is_none());
    let left: i64 =
        sqlx::query_scalar("select count(*) from webhook_endpoints").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_listener_that_was_removed_elsewhere_ends(pool: PgPool) {
    let store = store(&pool).await;
    let acme = app(&store, "Acme").await;
    let webhooks = start(&store).await;
    let mut listener =
        webhooks.listeners().open(acme.tenant_id, acme.id, ListenRequest::default()).await.unwrap();
    store.delete_listener(listener.id()).await.unwrap();
    assert!(timeout(Duration::from_secs(10), listener.next()).await.expect("soon").is_none());
}

async fn none_is_left(pool: &PgPool) {
    let gone = async {
        while sqlx::query_scalar::<_, i64>("select count(*) from webhook_endpoints where kind = 'listener'")
            .fetch_one(pool)
            .await
            .unwrap()
            > 0
        {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(30), gone).await.expect("removed in time");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_listener_that_nobody_waits_for_any_more_is_removed(pool: PgPool) {
    let store = store(&pool).await;
    let acme = app(&store, "Acme").await;
    let webhooks = start(&store).await;
    let listeners = webhooks.listeners();
    // The row cannot be made before the request is given up.
    let mut holder = pool.begin().await.unwrap();
    sqlx::query("lock table webhook_endpoints in exclusive mode").execute(&mut *holder).await.unwrap();
    let opening = listeners.open(acme.tenant_id, acme.id, ListenRequest::default());
    assert!(timeout(Duration::from_millis(200), opening).await.is_err());
    holder.rollback().await.unwrap();
    // A later one comes after it, so that it was made.
    let fence = listeners.open(acme.tenant_id, acme.id, ListenRequest::default()).await.unwrap();
    drop(fence);
    none_is_left(&pool).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_database_is_asked_to_remove_a_listener_until_it_does(pool: PgPool) {
    let store = store(&pool).await;
    let acme = app(&store, "Acme").await;
    let webhooks = start(&store).await;
    let request = ListenRequest::default();
    let listener = webhooks.listeners().open(acme.tenant_id, acme.id, request).await.unwrap();
    let refusal = "create sequence refusals;
         create function refuse() returns trigger language plpgsql as $$
         begin
             if nextval('refusals') > 4 then return old; end if;
             raise exception 'not now';
         end $$;
         create trigger refuse before delete on webhook_endpoints for each row execute function refuse()";
    sqlx::raw_sql(refusal).execute(&pool).await.unwrap();
    drop(listener);
    none_is_left(&pool).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_listener_that_was_made_unheard_is_swept(pool: PgPool) {
    let store = store(&pool).await;
    let acme = app(&store, "Acme").await;
    let incarnation = Incarnation::begin(&store).await.unwrap();
    let unheard = NewListener { incarnation: incarnation.id(), ..NewListener::default() };
    store.create_listener(acme.tenant_id, acme.id, unheard).await.unwrap();
    sqlx::query("update webhook_endpoints set created_at = now() - interval '2 minutes'")
        .execute(&pool)
        .await
        .unwrap();
    let _webhooks = Webhooks::start(store.clone(), incarnation, &config()).unwrap();
    none_is_left(&pool).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_tenant_has_only_so_many_listeners(pool: PgPool) {
    let store = store(&pool).await;
    let acme = app(&store, "Acme").await;
    let (second, third) = (sibling(&store, &acme).await, sibling(&store, &acme).await);
    let rival = app(&store, "Rival").await;
    let webhooks = start(&store).await;
    let listeners = webhooks.listeners();
    let open = async |app: &AppRecord| listeners.open(app.tenant_id, app.id, ListenRequest::default()).await;
    let mut held = Vec::new();
    for app in [&acme, &second] {
        for _ in 0..10 {
            held.push(open(app).await.unwrap());
        }
    }
    assert!(matches!(open(&third).await, Err(ListenError::TooMany(20))));
    assert!(open(&rival).await.is_ok());
}

async fn sibling(store: &Store, app: &AppRecord) -> AppRecord {
    store.create_app(app.tenant_id, NewApp { name: "Sibling".into(), ..NewApp::default() }).await.unwrap()
}
