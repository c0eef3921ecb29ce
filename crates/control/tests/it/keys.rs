use std::time::Duration;

use campanile_control::{AppChanged, AppError, AppRecord, KeyUsed, Store};
use sqlx::PgPool;
use time::OffsetDateTime;

use crate::fixture::{store, tenant_with_app};

const HOUR: Duration = Duration::from_secs(3600);

async fn valid_keys(store: &Store, app: &AppRecord) -> Vec<String> {
    let found = store.find_app(app.id).await.unwrap().unwrap();
    found.keys.iter().map(|key| key.key().to_string()).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_rotated_key_goes_on_until_its_end(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "acme").await;
    let first = &app.keys[0];
    let rotated = store.rotate_key(tenant, app.id, first.id, HOUR).await.unwrap();
    assert_eq!((rotated.old.id, &rotated.new.label), (first.id, &first.label));
    let left = rotated.old.expires_at.unwrap() - OffsetDateTime::now_utc();
    assert!(left > time::Duration::minutes(59) && left <= time::Duration::hours(1), "{left}");
    assert_eq!(rotated.new.expires_at, None);
    assert_eq!(valid_keys(&store, &app).await, [first.key.to_string(), rotated.new.key.to_string()]);
    let again = store.rotate_key(tenant, app.id, first.id, HOUR).await;
    assert!(matches!(again, Err(AppError::KeyRotated)));

    assert_eq!(store.expire_keys().await.unwrap(), 0);
    sqlx::query("update app_keys set expires_at = now() where id = $1")
        .bind(first.id)
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(valid_keys(&store, &app).await, [rotated.new.key.to_string()]);
    assert!(store.find_app_by_key(first.key.as_str()).await.unwrap().is_none());
    assert!(store.find_app_by_key(rotated.new.key.as_str()).await.unwrap().is_some());
    assert_eq!((store.expire_keys().await.unwrap(), store.expire_keys().await.unwrap()), (1, 0));
    let listed = store.get_app(tenant, app.id).await.unwrap().keys;
    assert_eq!(listed.len(), 2, "its owner still sees it");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_key_that_may_not_open_anything_signs_no_webhook(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "acme").await;
    let webhook = crate::fixture::create(&store, &app, crate::fixture::new_webhook()).await;
    let rotated = store.rotate_key(tenant, app.id, app.keys[0].id, HOUR).await.unwrap();
    let signer = async || {
        let recipient = store.find_recipient(tenant, app.id, webhook.id).await.unwrap();
        recipient.app_key.unwrap().key().clone()
    };
    assert_eq!(signer().await, app.keys[0].key);
    sqlx::query("update app_keys set expires_at = now() where expires_at is not null")
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(signer().await, rotated.new.key);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_key_is_its_tenants_alone(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "acme").await;
    let (rival, own) = tenant_with_app(&store, "rival").await;
    let key = app.keys[0].id;
    for through in [app.id, own.id] {
        let rotated = store.rotate_key(rival, through, key, HOUR).await;
        assert!(matches!(rotated, Err(AppError::NotFound)));
        assert!(matches!(store.label_key(rival, through, key, "x").await, Err(AppError::NotFound)));
    }
    assert_eq!(valid_keys(&store, &app).await.len(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_last_use_only_moves_forward_and_changes_nothing_else(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "acme").await;
    let mut changes = store.app_changes();
    changes.recv().await.unwrap();
    let (now, key) = (OffsetDateTime::from_unix_timestamp(2_000_000_000).unwrap(), &app.keys[0].key);
    for at in [now, now - HOUR] {
        let used = [KeyUsed { app: app.id, key: key.clone(), at }];
        store.note_key_uses(&used).await.unwrap();
    }
    let labelled = store.label_key(tenant, app.id, app.keys[0].id, "mobile").await.unwrap();
    assert_eq!((labelled.last_used_at, labelled.label.as_str()), (Some(now), "mobile"));
    // Nothing of it was told: the next change that is, is another app's.
    let (rival, other) = tenant_with_app(&store, "rival").await;
    assert_eq!(changes.recv().await, Some(AppChanged::One(other.id)));
    store.delete_app(rival, other.id).await.unwrap();
}
