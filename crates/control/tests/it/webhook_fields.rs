use std::time::Duration;

use campanile_control::{
    DeliveryOrder, DeliveryQuery, DisabledReason, NewWebhook, Outcome, ReplayRange, Store, WebhookChange,
    WebhookError, WebhookState,
};
use campanile_protocol::{
    AppId,
    OccurrenceKind::{Occupied, Vacated},
    OccurrenceType, TenantId,
};
use secrecy::ExposeSecret;
use sqlx::PgPool;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::fixture::{
    claim, create, deliver, endpoint, make_due, new_webhook, occurrence, record, settle, store,
    tenant_with_app, words,
};

#[sqlx::test(migrations = "../../migrations")]
async fn every_field_is_kept_and_changed_alone(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let new = NewWebhook {
        name: " Orders ".into(),
        channels: vec!["room-*".into()],
        headers: vec![("X-Token".into(), "hush".into())],
        order: DeliveryOrder::Relaxed,
        lanes: Some(4),
        timeout: Some(Duration::from_secs(3)),
        ..new_webhook()
    };
    let made = create(&store, &app, new).await;
    assert_eq!((made.name.as_str(), made.channels.as_slice()), ("Orders", &["room-*".to_owned()][..]));
    assert_eq!((made.header_names.as_slice(), made.lanes), (&["x-token".to_owned()][..], 4));
    assert_eq!((made.order, made.timeout), (DeliveryOrder::Relaxed, Duration::from_secs(3)));
    assert_eq!((made.state, made.disabled_reason, made.failing_since), (WebhookState::Active, None, None));
    assert_eq!((made.health.hours.len(), made.health.p95), (24, None));

    let update = async |change| store.update_webhook(tenant, app.id, made.id, change).await;
    let url = Some("https://example.org/".to_owned());
    let changed = update(WebhookChange { url: url.clone(), ..WebhookChange::default() }).await.unwrap();
    assert_eq!(changed.url, "https://example.org/");
    assert_eq!(campanile_control::WebhookRecord { url: made.url.clone(), ..changed.clone() }, made);
    let change = WebhookChange {
        name: Some(String::new()),
        event_types: Some(vec![OccurrenceType::CacheMiss]),
        channels: Some(vec![]),
        headers: Some(vec![]),
        batching: Some(true),
        order: Some(DeliveryOrder::Strict),
        timeout: Some(Duration::from_secs(30)),
        url: None,
    };
    let changed = update(change).await.unwrap();
    assert_eq!(
        (changed.name.as_str(), changed.event_types.as_slice()),
        ("", &[OccurrenceType::CacheMiss][..])
    );
    assert!(changed.channels.is_empty() && changed.header_names.is_empty() && changed.batching);
    assert_eq!((changed.order, changed.timeout), (DeliveryOrder::Strict, Duration::from_secs(30)));
    let sealed: Option<Vec<u8>> =
        sqlx::query_scalar("select headers_sealed from webhook_endpoints").fetch_one(&pool).await.unwrap();
    assert_eq!(sealed, None);
    let refused = update(WebhookChange { url: Some("ftp://x".into()), ..WebhookChange::default() }).await;
    assert!(matches!(refused, Err(WebhookError::InvalidUrl)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn custom_headers_lie_sealed_and_are_sent(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    let headers = vec![("Authorization".into(), "Bearer hush-hush".into())];
    create(&store, &app, NewWebhook { headers, ..new_webhook() }).await;
    let row: String = sqlx::query_scalar("select row_to_json(w)::text from webhook_endpoints w")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(!row.contains("hush") && !row.contains(&hex::encode("hush")), "{row}");
    record(&store, vec![occurrence(app.id, "a", Occupied)]).await;
    let claims = claim(&store).await;
    let (name, value) = &claims[0].recipient.headers[0];
    assert_eq!((name.as_str(), value.expose_secret()), ("authorization", "Bearer hush-hush"));
    assert!(!format!("{claims:?}").contains("hush"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_replaced_secret_signs_for_another_day(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let (webhook, first) = store.create_webhook(tenant, app.id, new_webhook()).await.unwrap();
    let secrets = async || {
        let recipient = store.find_recipient(tenant, app.id, webhook.id).await.unwrap();
        recipient.signing_secrets.iter().map(|secret| secret.expose_secret().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(secrets().await, [first.expose_secret()]);
    let second = store.rotate_webhook_secret(tenant, app.id, webhook.id).await.unwrap();
    let day = second.previous_secret_until - OffsetDateTime::now_utc();
    assert!((86_300..=86_400).contains(&day.whole_seconds()), "{day}");
    assert_eq!(secrets().await, [second.signing_secret.expose_secret(), first.expose_secret()]);
    let third = store.rotate_webhook_secret(tenant, app.id, webhook.id).await.unwrap();
    let both = [third.signing_secret.expose_secret(), second.signing_secret.expose_secret()];
    assert_eq!(secrets().await, both);
    let listed = store.get_webhook(tenant, app.id, webhook.id).await.unwrap();
    assert_eq!(listed.previous_secret_until, Some(third.previous_secret_until));

    sqlx::query("update webhook_endpoints set previous_secret_until = now()").execute(&pool).await.unwrap();
    assert_eq!(secrets().await, [third.signing_secret.expose_secret()]);
    store.housekeep().await.unwrap();
    let kept: Option<Vec<u8>> = sqlx::query_scalar("select previous_secret_sealed from webhook_endpoints")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(kept, None);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_paused_endpoint_records_and_waits_and_resumes_at_once(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = endpoint(&store, &app, &OccurrenceType::ALL).await;
    record(&store, vec![occurrence(app.id, "a", Occupied)]).await;
    let hour = Outcome::RetryIn(Duration::from_secs(3600));
    settle(&store, &claim(&store).await[0], 500, hour).await;
    let paused = store.pause_webhook(tenant, app.id, webhook.id).await.unwrap();
    assert_eq!((paused.state, paused.next_attempt_at), (WebhookState::Paused, None));
    assert!(paused.failing_since.is_some());
    assert_eq!(record(&store, vec![occurrence(app.id, "a", Vacated)]).await, 1);
    make_due(&pool).await;
    assert!(claim(&store).await.is_empty());
    assert!(store.find_app(app.id).await.unwrap().unwrap().webhook_types.contains(OccurrenceType::CacheMiss));

    let resumed = store.resume_webhook(tenant, app.id, webhook.id).await.unwrap();
    assert_eq!((resumed.state, resumed.failing_since, resumed.pending), (WebhookState::Active, None, 2));
    let claims = claim(&store).await;
    assert_eq!((words(&claims[0]), claims[0].ticket.attempt), (vec!["channel_occupied a 1".to_owned()], 2));
    assert!(claims[0].recipient.active_since > claims[0].ticket.frozen_at);
}

#[sqlx::test(migrations = "../../migrations")]
async fn pausing_while_a_request_is_under_way_keeps_its_outcome(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = endpoint(&store, &app, &OccurrenceType::ALL).await;
    record(&store, vec![occurrence(app.id, "a", Occupied), occurrence(app.id, "b", Occupied)]).await;
    let claims = claim(&store).await;
    store.pause_webhook(tenant, app.id, webhook.id).await.unwrap();
    deliver(&store, &claims[0]).await;
    assert_eq!(store.get_webhook(tenant, app.id, webhook.id).await.unwrap().pending, 1);
    assert!(claim(&store).await.is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_disabled_endpoint_hears_nothing_until_it_is_resumed(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = endpoint(&store, &app, &OccurrenceType::ALL).await;
    record(&store, vec![occurrence(app.id, "a", Occupied)]).await;
    settle(&store, &claim(&store).await[0], 410, Outcome::Disable(DisabledReason::Gone)).await;
    let paused = store.pause_webhook(tenant, app.id, webhook.id).await.unwrap();
    assert_eq!((paused.state, paused.disabled_reason), (WebhookState::Disabled, Some(DisabledReason::Gone)));
    assert_eq!(record(&store, vec![occurrence(app.id, "a", Vacated)]).await, 0);
    let resumed = store.resume_webhook(tenant, app.id, webhook.id).await.unwrap();
    assert_eq!((resumed.state, resumed.disabled_reason), (WebhookState::Active, None));
    assert_eq!(words(&claim(&store).await[0]), ["channel_occupied a 1"], "what was pending is kept");
}

#[sqlx::test(migrations = "../../migrations")]
async fn failures_since_the_last_success_disable_after_five_days(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = endpoint(&store, &app, &OccurrenceType::ALL).await;
    record(&store, (0..3).map(|_| occurrence(app.id, "a", Occupied)).collect()).await;
    let get = async || store.get_webhook(tenant, app.id, webhook.id).await.unwrap();
    let failing = Outcome::Disable(DisabledReason::Failing);
    settle(&store, &claim(&store).await[0], 500, Outcome::RetryIn(Duration::ZERO)).await;
    let since = get().await.failing_since.unwrap();
    settle(&store, &claim(&store).await[0], 500, Outcome::RetryIn(Duration::ZERO)).await;
    assert_eq!(get().await.failing_since, Some(since), "the first of them");
    // Decided on what was true when the batch was claimed: another lane succeeded since.
    settle(&store, &claim(&store).await[0], 500, failing).await;
    assert_eq!(get().await.state, WebhookState::Active);
    make_due(&pool).await;
    deliver(&store, &claim(&store).await[0]).await;
    assert_eq!(get().await.failing_since, None);
    settle(&store, &claim(&store).await[0], 500, Outcome::RetryIn(Duration::ZERO)).await;
    sqlx::query("update webhook_endpoints set failing_since = now() - interval '5 days'")
        .execute(&pool)
        .await
        .unwrap();
    settle(&store, &claim(&store).await[0], 500, failing).await;
    let disabled = get().await;
    assert_eq!(
        (disabled.state, disabled.disabled_reason),
        (WebhookState::Disabled, Some(DisabledReason::Failing))
    );
    assert_eq!(disabled.pending, 2);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_new_address_has_not_failed_yet(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = endpoint(&store, &app, &OccurrenceType::ALL).await;
    record(&store, vec![occurrence(app.id, "a", Occupied)]).await;
    settle(&store, &claim(&store).await[0], 500, Outcome::RetryIn(Duration::ZERO)).await;
    let move_to = async |url: &str| {
        let change = WebhookChange { url: Some(url.to_owned()), ..WebhookChange::default() };
        store.update_webhook(tenant, app.id, webhook.id, change).await.unwrap().failing_since
    };
    assert!(move_to(&webhook.url).await.is_some(), "it is the same one");
    assert_eq!(move_to("https://example.com/other").await, None);
}

#[sqlx::test(migrations = "../../migrations")]
async fn health_is_kept_by_the_hour(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = endpoint(&store, &app, &OccurrenceType::ALL).await;
    record(&store, (0..3).map(|_| occurrence(app.id, "a", Occupied)).collect()).await;
    deliver(&store, &claim(&store).await[0]).await;
    sqlx::query("update webhook_hours set hour = hour - interval '3 hours'").execute(&pool).await.unwrap();
    deliver(&store, &claim(&store).await[0]).await;
    settle(&store, &claim(&store).await[0], 500, Outcome::RetryIn(Duration::ZERO)).await;
    let health = store.get_webhook(tenant, app.id, webhook.id).await.unwrap().health;
    assert_eq!((health.delivered, health.failed), (2, 1));
    let last = health.hours[23];
    assert_eq!((last.delivered, last.failed, health.hours[20].delivered), (1, 1, 1));
    assert!(OffsetDateTime::now_utc() - last.at < time::Duration::hours(1));
    // Each took 12 ms.
    let p95 = health.p95.unwrap();
    assert!((Duration::from_millis(10)..=Duration::from_millis(25)).contains(&p95), "{p95:?}");
    sqlx::query("update webhook_hours set hour = hour - interval '2 days'").execute(&pool).await.unwrap();
    store.housekeep().await.unwrap();
    let left: i64 = sqlx::query_scalar("select count(*) from webhook_hours").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0);
}

/// Whatever names an endpoint of someone else, with either's app.
async fn try_all(store: &Store, tenant: TenantId, app: AppId, webhook: Uuid, delivery: Uuid) -> Vec<bool> {
    let query = DeliveryQuery::default();
    let change = WebhookChange { name: Some("mine".into()), ..WebhookChange::default() };
    vec![
        store.get_webhook(tenant, app, webhook).await.is_ok(),
        store.update_webhook(tenant, app, webhook, change).await.is_ok(),
        store.pause_webhook(tenant, app, webhook).await.is_ok(),
        store.resume_webhook(tenant, app, webhook).await.is_ok(),
        store.rotate_webhook_secret(tenant, app, webhook).await.is_ok(),
        store.find_recipient(tenant, app, webhook).await.is_ok(),
        store.list_deliveries(tenant, app, webhook, &query).await.is_ok(),
        store.get_delivery(tenant, app, webhook, delivery).await.is_ok(),
        store.replay_delivery(tenant, app, webhook, delivery).await.is_ok(),
        store.replay_deliveries(tenant, app, webhook, ReplayRange::DeadLetters).await.is_ok(),
        store.discard_dead_letter(tenant, app, webhook, delivery).await.is_ok(),
        store.get_queue(tenant, app, webhook, 10).await.is_ok(),
        store.skip_batch(tenant, app, webhook, 0).await.is_ok(),
        store.find_listened(tenant, app, webhook, delivery).await.is_ok(),
        store
            .create_listener(
                tenant,
                app,
                campanile_control::NewListener {
                    stands_for: Some(webhook),
                    takes: true,
                    ..Default::default()
                },
            )
            .await
            .is_ok(),
        store.delete_webhook(tenant, app, webhook).await.is_ok(),
    ]
}

#[sqlx::test(migrations = "../../migrations")]
async fn threat_13_nothing_of_another_tenants_endpoint_is_seen_or_changed(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let (rival, own) = tenant_with_app(&store, "Rival").await;
    let (webhook, secret) = store.create_webhook(tenant, app.id, new_webhook()).await.unwrap();
    record(&store, vec![occurrence(app.id, "a", Occupied), occurrence(app.id, "b", Occupied)]).await;
    let dead = claim(&store).await.remove(0);
    settle(&store, &dead, 500, Outcome::Dead).await;
    settle(&store, &claim(&store).await[0], 500, Outcome::RetryIn(Duration::from_secs(60))).await;
    for app in [app.id, own.id] {
        let tried = try_all(&store, rival, app, webhook.id, dead.ticket.delivery_id).await;
        assert!(tried.iter().all(|done| !done), "{tried:?}");
    }
    assert!(!try_all(&store, tenant, own.id, webhook.id, dead.ticket.delivery_id).await.contains(&true));
    let left = store.get_webhook(tenant, app.id, webhook.id).await.unwrap();
    assert_eq!((left.state, left.name.as_str(), left.dead_letters), (WebhookState::Active, "", 1));
    let recipient = store.find_recipient(tenant, app.id, webhook.id).await.unwrap();
    assert_eq!(recipient.signing_secrets[0].expose_secret(), secret.expose_secret());
    assert_eq!(recipient.signing_secrets.len(), 1);
}
