use campanile_control::TokenError;
use campanile_protocol::TenantId;
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgPool;
use uuid::Uuid;

use crate::fixture::store;

#[sqlx::test(migrations = "../../migrations")]
async fn a_token_opens_its_tenant_until_it_is_deleted(pool: PgPool) {
    let store = store(&pool).await;
    let (acme, rival) =
        (store.create_tenant("Acme").await.unwrap(), store.create_tenant("Rival").await.unwrap());
    let (record, token) = store.create_token(acme, "laptop").await.unwrap();
    assert!(token.expose_secret().starts_with("cmt_") && token.expose_secret().len() >= 44);
    assert_eq!(store.find_token(&token).await.unwrap(), Some(acme));

    assert_eq!(store.list_tokens(rival).await.unwrap(), []);
    assert!(matches!(store.delete_token(rival, record.id).await, Err(TokenError::NotFound)));
    store.delete_token(acme, record.id).await.unwrap();
    assert_eq!(store.find_token(&token).await.unwrap(), None);
    assert!(matches!(store.delete_token(acme, record.id).await, Err(TokenError::NotFound)));
    for other in ["", "cmt_", "nonsense"] {
        assert_eq!(store.find_token(&SecretString::from(other)).await.unwrap(), None, "{other}");
    }
    let nobody = store.create_token(TenantId(Uuid::nil()), "x").await;
    assert!(matches!(nobody, Err(TokenError::NotFound)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn its_use_is_noted_once_a_minute(pool: PgPool) {
    let store = store(&pool).await;
    let tenant = store.create_tenant("Acme").await.unwrap();
    let (_, token) = store.create_token(tenant, "laptop").await.unwrap();
    let last_used = async || store.list_tokens(tenant).await.unwrap()[0].last_used_at;
    assert_eq!(last_used().await, None);
    store.find_token(&token).await.unwrap();
    let first = last_used().await.unwrap();
    store.find_token(&token).await.unwrap();
    assert_eq!(last_used().await, Some(first));
    sqlx::query("update management_tokens set last_used_at = now() - interval '2 minutes'")
        .execute(&pool)
        .await
        .unwrap();
    store.find_token(&token).await.unwrap();
    assert!(last_used().await.unwrap() > first);
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_token_itself_is_not_stored(pool: PgPool) {
    let store = store(&pool).await;
    let tenant = store.create_tenant("Acme").await.unwrap();
    let (_, token) = store.create_token(tenant, "laptop").await.unwrap();
    let stored: String = sqlx::query_scalar("select json_agg(t)::text from management_tokens t")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(!stored.contains(token.expose_secret()));
}
