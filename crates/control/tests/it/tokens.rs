use campanile_control::{NewToken, Role, TokenError, TokenScope};
use campanile_protocol::TenantId;
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    fixture::{store, tenant_with_app},
    people::{join, sign_up, tenant},
};

fn new(name: &str) -> NewToken {
    let scopes = vec![TokenScope::Read];
    NewToken { name: name.into(), scopes, app_id: None, expires_at: None, created_by: None }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_token_opens_its_tenant_until_it_is_deleted(pool: PgPool) {
    let store = store(&pool).await;
    let (acme, rival) =
        (store.create_tenant("Acme").await.unwrap(), store.create_tenant("Rival").await.unwrap());
    let (record, token) = store.create_token(acme, new("laptop")).await.unwrap();
    assert!(token.expose_secret().starts_with("cmt_") && token.expose_secret().len() >= 44);
    let found = store.find_token(&token).await.unwrap().unwrap();
    assert_eq!(
        (found.tenant_id, found.role, found.record.scopes),
        (acme, Role::Owner, vec![TokenScope::Read])
    );

    assert_eq!(store.list_tokens(rival).await.unwrap(), []);
    assert!(matches!(
        store.delete_token(rival, Role::Owner, None, record.id).await,
        Err(TokenError::NotFound)
    ));
    store.delete_token(acme, Role::Owner, None, record.id).await.unwrap();
    assert!(store.find_token(&token).await.unwrap().is_none());
    let again = store.delete_token(acme, Role::Owner, None, record.id).await;
    assert!(matches!(again, Err(TokenError::NotFound)));
    for other in ["", "cmt_", "nonsense"] {
        assert!(store.find_token(&SecretString::from(other)).await.unwrap().is_none(), "{other}");
    }
    let nobody = store.create_token(TenantId(Uuid::nil()), new("x")).await;
    assert!(matches!(nobody, Err(TokenError::NotFound)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn nobody_ends_a_token_of_those_above_them_but_everyone_their_own(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, "ada@example.com").await;
    let (bob, _) = join(&store, &ada, "bob@example.com", Role::Developer).await;
    let acme = tenant(&ada);
    let made = async |created_by: Option<Uuid>| {
        store.create_token(acme, NewToken { created_by, ..new("ci") }).await.unwrap().0.id
    };
    let (adas, bobs, operators) =
        (made(Some(ada.user_id)).await, made(Some(bob.user_id)).await, made(None).await);
    for (by, token) in [(Role::Developer, adas), (Role::Developer, operators), (Role::Admin, adas)] {
        let refused = store.delete_token(acme, by, Some(bob.user_id), token).await;
        assert!(matches!(refused, Err(TokenError::AboveYou(Role::Owner))), "{by} {token}");
    }
    store.delete_token(acme, Role::Developer, Some(bob.user_id), bobs).await.unwrap();
    for token in [adas, operators] {
        store.delete_token(acme, Role::Owner, Some(ada.user_id), token).await.unwrap();
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn its_use_is_noted_once_a_minute(pool: PgPool) {
    let store = store(&pool).await;
    let tenant = store.create_tenant("Acme").await.unwrap();
    let (_, token) = store.create_token(tenant, new("laptop")).await.unwrap();
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
    let (_, token) = store.create_token(tenant, new("laptop")).await.unwrap();
    let stored: String = sqlx::query_scalar("select json_agg(t)::text from management_tokens t")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(!stored.contains(token.expose_secret()));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_token_is_what_its_maker_is_and_goes_with_them(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, "ada@example.com").await;
    let (bob, _) = join(&store, &ada, "bob@example.com", Role::Admin).await;
    let acme = tenant(&ada);
    let theirs = NewToken { created_by: Some(bob.user_id), ..new("bob's") };
    let (record, token) = store.create_token(acme, theirs).await.unwrap();
    assert_eq!(record.created_by.as_deref(), Some("bob@example.com"));
    assert_eq!(store.find_token(&token).await.unwrap().unwrap().role, Role::Admin);
    store.change_role(acme, Role::Owner, bob.user_id, Role::Support).await.unwrap();
    assert_eq!(store.find_token(&token).await.unwrap().unwrap().role, Role::Support);
    store.remove_member(acme, Role::Owner, bob.user_id).await.unwrap();
    assert!(store.find_token(&token).await.unwrap().is_none());
    assert_eq!(store.list_tokens(acme).await.unwrap(), []);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_token_ends_in_time_and_with_its_app(pool: PgPool) {
    let store = store(&pool).await;
    let (acme, app) = tenant_with_app(&store, "Acme").await;
    let (_, rivals) = tenant_with_app(&store, "Rival").await;
    let confined = |app_id| NewToken { app_id: Some(app_id), ..new("ci") };
    assert!(matches!(store.create_token(acme, confined(rivals.id)).await, Err(TokenError::NotFound)));
    let (record, token) = store.create_token(acme, confined(app.id)).await.unwrap();
    assert_eq!(record.app_id, Some(app.id));
    store.delete_app(acme, app.id).await.unwrap();
    assert!(store.find_token(&token).await.unwrap().is_none());

    let expires_at = Some(time::OffsetDateTime::now_utc() - time::Duration::SECOND);
    let (_, token) = store.create_token(acme, NewToken { expires_at, ..new("ci") }).await.unwrap();
    assert!(store.find_token(&token).await.unwrap().is_none());
}
