use campanile_control::{AppError, Store, StoreError};
use secrecy::ExposeSecret;
use sqlx::PgPool;

use crate::fixture::{master_key, store, tenant_with_app};

#[sqlx::test(migrations = "../../migrations")]
async fn another_master_key_is_refused_at_start(pool: PgPool) {
    store(&pool).await.create_tenant("Acme").await.unwrap();
    let wrong = Store::new(pool.clone(), master_key("08"));
    assert!(matches!(wrong.migrate().await, Err(StoreError::WrongMasterKey)));
    assert!(store(&pool).await.verify_master_key().await.is_ok());

    // A lost canary is not replaced once there is something to lose.
    sqlx::query("delete from sealing").execute(&pool).await.unwrap();
    assert!(matches!(wrong.verify_master_key().await, Err(StoreError::WrongMasterKey)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_secret_copied_to_another_row_does_not_open(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let other = store.create_key(tenant, app.id, "other").await.unwrap();
    let (_, secret) = store.reveal_key(tenant, app.id, app.keys[0].id).await.unwrap();
    assert_eq!(secret.expose_secret().len(), 40);
    sqlx::query(
        "update app_keys set secret_sealed = (select secret_sealed from app_keys where id = $1) where id = $2",
    )
    .bind(other.id)
    .bind(app.keys[0].id)
    .execute(&pool)
    .await
    .unwrap();
    let revealed = store.reveal_key(tenant, app.id, app.keys[0].id).await;
    assert!(matches!(revealed, Err(AppError::Store(StoreError::Unsealable(_)))));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_data_key_copied_to_another_tenant_does_not_open(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    let (rival, _) = tenant_with_app(&store, "Rival").await;
    sqlx::query("update tenants set data_key_sealed = (select data_key_sealed from tenants where id = $1)")
        .bind(rival.0)
        .execute(&pool)
        .await
        .unwrap();
    assert!(matches!(store.find_app(app.id).await, Err(StoreError::Unsealable(_))));
}

#[sqlx::test(migrations = "../../migrations")]
async fn no_secret_is_stored_in_the_clear(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let (_, secret) = store.reveal_key(tenant, app.id, app.keys[0].id).await.unwrap();
    let stored: String =
        sqlx::query_scalar("select json_agg(k)::text from app_keys k").fetch_one(&pool).await.unwrap();
    assert!(!stored.contains(secret.expose_secret()));
    assert!(!stored.contains(&hex::encode(secret.expose_secret())));
}
