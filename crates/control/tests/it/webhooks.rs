use campanile_control::{NewWebhook, WebhookError, WebhookState};
use campanile_protocol::OccurrenceType;
use secrecy::ExposeSecret;
use sqlx::PgPool;

use crate::fixture::{claim, endpoint, occurrence, record, store, tenant_with_app};

#[sqlx::test(migrations = "../../migrations")]
async fn an_endpoint_is_listed_without_its_secret_which_signs_its_deliveries(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let types = vec![OccurrenceType::ChannelOccupied, OccurrenceType::ChannelOccupied];
    let new = NewWebhook {
        url: "https://example.com".into(),
        event_types: types,
        batching: true,
        ..NewWebhook::default()
    };
    let (record_, secret) = store.create_webhook(tenant, app.id, new).await.unwrap();
    assert!(secret.expose_secret().starts_with("whsec_") && secret.expose_secret().len() == 6 + 32);
    assert_eq!(record_.url, "https://example.com/");
    assert_eq!(record_.event_types, [OccurrenceType::ChannelOccupied]);
    assert_eq!((record_.state, record_.pending, record_.batching), (WebhookState::Active, 0, true));
    assert_eq!(store.list_webhooks(tenant, app.id).await.unwrap(), [record_]);

    let occupied = campanile_protocol::OccurrenceKind::Occupied;
    record(&store, vec![occurrence(app.id, "news", occupied)]).await;
    sqlx::query("update webhook_lanes set next_at = now()").execute(&pool).await.unwrap();
    let claims = claim(&store).await;
    assert_eq!(claims[0].recipient.signing_secrets[0].expose_secret(), secret.expose_secret());
    assert_eq!(claims[0].recipient.app_key.as_ref().unwrap().key(), &app.keys[0].key);
    let debug = format!("{claims:?}");
    assert!(!debug.contains("whsec_"), "{debug}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_endpoint_needs_an_app_a_url_and_something_to_hear(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let (rival, _) = tenant_with_app(&store, "Rival").await;
    let new = |url: &str, types: &[OccurrenceType]| NewWebhook {
        url: url.into(),
        event_types: types.to_vec(),
        ..NewWebhook::default()
    };
    let all = OccurrenceType::ALL;
    let url = "https://example.com";
    let refused = store.create_webhook(tenant, app.id, new("nonsense", &all)).await;
    assert!(matches!(refused, Err(WebhookError::InvalidUrl)));
    let refused = store.create_webhook(tenant, app.id, new(url, &[])).await;
    assert!(matches!(refused, Err(WebhookError::NoEventTypes)));
    let refused = store.create_webhook(rival, app.id, new(url, &all)).await;
    assert!(matches!(refused, Err(WebhookError::NotFound)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_data_plane_learns_what_is_to_be_observed(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let types = async || store.find_app(app.id).await.unwrap().unwrap().webhook_types;
    assert_eq!(types().await, [].into_iter().collect());
    let first = endpoint(&store, &app, &[OccurrenceType::ChannelVacated]).await;
    endpoint(&store, &app, &[OccurrenceType::ClientEvent]).await;
    let channel = [OccurrenceType::ChannelOccupied, OccurrenceType::ChannelVacated];
    assert_eq!(types().await, channel.into_iter().chain([OccurrenceType::ClientEvent]).collect());
    store.delete_webhook(tenant, app.id, first.id).await.unwrap();
    assert_eq!(types().await, [OccurrenceType::ClientEvent].into_iter().collect());
}
