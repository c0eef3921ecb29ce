use campanile_control::{AppChange, AppError, NewApp};
use campanile_protocol::{AppId, AppSettings, OccurrenceType, SettingsChange};
use secrecy::ExposeSecret;
use sqlx::PgPool;

use crate::fixture::{endpoint, store, tenant_with_app};

#[sqlx::test(migrations = "../../migrations")]
async fn a_new_app_is_found_by_its_key_with_its_secret(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    assert!((7..=10).contains(&app.id.to_string().len()));
    let key = &app.keys[0];
    assert_eq!(key.key.as_str().len(), 20);

    let (revealed, secret) = store.reveal_key(tenant, app.id, key.id).await.unwrap();
    assert_eq!((&revealed, secret.expose_secret().len()), (&key.key, 40));
    let found = store.find_app_by_key(key.key.as_str()).await.unwrap().unwrap();
    assert_eq!((found.id, found.tenant_id, found.enabled), (app.id, tenant, true));
    assert_eq!(found.keys[0].secret().expose_secret(), secret.expose_secret());
    assert!(store.find_app_by_key("nobodys").await.unwrap().is_none());
    assert!(store.find_app(AppId::from_number(1).unwrap()).await.unwrap().is_none());
}

#[sqlx::test(migrations = "../../migrations")]
async fn given_ids_and_keys_are_used_and_taken_ones_refused(pool: PgPool) {
    let store = store(&pool).await;
    let tenant = store.create_tenant("Acme").await.unwrap();
    let new = |id: i64, key: &str| NewApp {
        name: "given".into(),
        id: Some(AppId::from_number(id).unwrap()),
        credentials: Some((key.parse().unwrap(), "s3cret".to_owned().into())),
        settings: AppSettings { client_events: true, ..AppSettings::default() },
    };
    let app = store.create_app(tenant, new(3, "278d425bdf160c739803")).await.unwrap();
    assert_eq!((app.id.number(), app.settings.client_events), (3, true));
    let rival = store.create_tenant("Rival").await.unwrap();
    assert!(matches!(store.create_app(rival, new(3, "other")).await, Err(AppError::IdTaken)));
    let taken = store.create_app(rival, new(4, "278d425bdf160c739803")).await;
    assert!(matches!(taken, Err(AppError::KeyTaken)));
    assert!(store.list_apps(rival).await.unwrap().is_empty(), "a refused app leaves nothing");
}

#[sqlx::test(migrations = "../../migrations")]
async fn several_keys_are_active_at_once_oldest_first(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let second = store.create_key(tenant, app.id, "second").await.unwrap();
    let found = store.find_app(app.id).await.unwrap().unwrap();
    let keys: Vec<_> = found.keys.iter().map(|key| key.key().clone()).collect();
    assert_eq!(keys, [app.keys[0].key.clone(), second.key.clone()]);

    store.delete_key(tenant, app.id, app.keys[0].id).await.unwrap();
    assert!(store.find_app_by_key(app.keys[0].key.as_str()).await.unwrap().is_none());
    assert_eq!(store.get_app(tenant, app.id).await.unwrap().keys, [second]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_change_leaves_alone_what_it_does_not_name(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let settings = AppSettings { client_events: true, ..AppSettings::default() };
    let given = serde_json::from_str(r#"{"client_events":true}"#).unwrap();
    let change = AppChange { settings: Some(SettingsChange::parse(given).unwrap()), ..AppChange::default() };
    let changed = store.update_app(tenant, app.id, change).await.unwrap();
    assert_eq!((changed.name.as_str(), changed.enabled, &changed.settings), ("Acme", true, &settings));
    let change = AppChange { name: Some("New".into()), enabled: Some(false), settings: None };
    let changed = store.update_app(tenant, app.id, change).await.unwrap();
    assert_eq!((changed.name.as_str(), changed.enabled, &changed.settings), ("New", false, &settings));
    assert!(!store.find_app(app.id).await.unwrap().unwrap().enabled);
    assert_eq!(store.list_all_apps().await.unwrap(), [changed]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_tenant_reaches_nothing_of_another_even_by_its_ids(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    let (rival, own) = tenant_with_app(&store, "Rival").await;
    let (id, key) = (app.id, app.keys[0].id);
    let webhook = endpoint(&store, &app, &OccurrenceType::ALL).await.id;

    assert!(store.get_app(rival, id).await.is_err());
    let change = AppChange { enabled: Some(false), ..AppChange::default() };
    assert!(store.update_app(rival, id, change).await.is_err());
    assert!(store.delete_app(rival, id).await.is_err());
    assert!(store.create_key(rival, id, "").await.is_err());
    assert!(store.reveal_key(rival, id, key).await.is_err());
    assert!(store.reveal_key(rival, own.id, key).await.is_err());
    assert!(store.delete_key(rival, id, key).await.is_err());
    assert!(store.delete_key(rival, own.id, key).await.is_err());
    assert!(store.list_webhooks(rival, id).await.is_err());
    assert!(store.list_webhooks(rival, own.id).await.unwrap().is_empty());
    assert!(store.delete_webhook(rival, id, webhook).await.is_err());
    assert!(store.delete_webhook(rival, own.id, webhook).await.is_err());
    assert_eq!(store.list_apps(rival).await.unwrap(), [own]);
    assert_eq!(store.get_app(app.tenant_id, id).await.unwrap(), app);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_deleted_tenant_takes_its_apps_along(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    endpoint(&store, &app, &OccurrenceType::ALL).await;
    assert!(store.delete_tenant(tenant).await.unwrap());
    assert!(store.find_app(app.id).await.unwrap().is_none());
    assert!(store.find_app_by_key(app.keys[0].key.as_str()).await.unwrap().is_none());
}

#[sqlx::test(migrations = "../../migrations")]
async fn tenants_are_found_by_id_or_name(pool: PgPool) {
    let store = store(&pool).await;
    let first = store.create_tenant("Acme").await.unwrap();
    let second = store.create_tenant("Acme").await.unwrap();
    let ids =
        |found: Vec<campanile_control::Tenant>| found.iter().map(|tenant| tenant.id).collect::<Vec<_>>();
    assert_eq!(ids(store.find_tenants("Acme").await.unwrap()), [first, second]);
    assert_eq!(ids(store.find_tenants(&second.0.to_string()).await.unwrap()), [second]);
    store.rename_tenant(first, &second.0.to_string()).await.unwrap();
    let found = ids(store.find_tenants(&second.0.to_string()).await.unwrap());
    assert_eq!(found, [second], "a name stands in no id's way");
    assert!(store.find_tenants("acme' or true --").await.unwrap().is_empty());
}
