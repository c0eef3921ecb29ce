use campanile_control::{AppError, Full, MemberError, NewWebhook, Role, Store, WebhookError, acting};
use campanile_protocol::{OccurrenceType, TenantQuotas};
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::{
    fixture::{new_webhook, store},
    people::{as_person, sign_up, tenant},
};

/// How many of forty attempts at once succeed, and one of the refusals.
async fn at_once<T, E, F>(attempt: impl Fn() -> F) -> (usize, Option<E>)
where
    T: Send + 'static,
    E: Send + 'static,
    F: Future<Output = Result<T, E>> + Send + 'static,
{
    let mut attempts: JoinSet<Result<T, E>> = (0..40).map(|_| attempt()).collect();
    let (mut done, mut refusal) = (0, None);
    while let Some(attempt) = attempts.join_next().await {
        match attempt.unwrap() {
            Ok(_) => done += 1,
            Err(error) => refusal = Some(error),
        }
    }
    (done, refusal)
}

async fn app(store: &Store, owner: &campanile_control::Account) -> campanile_protocol::AppId {
    let new = campanile_control::NewApp { name: "Chat".into(), ..Default::default() };
    store.create_app(tenant(owner), new).await.unwrap().id
}

#[sqlx::test(migrations = "../../migrations")]
async fn no_number_of_requests_at_once_makes_more_keys_than_there_may_be(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, "ada@example.com").await;
    let app = app(&store, &ada).await;
    let attempt = || {
        let (store, ada) = (store.clone(), ada.clone());
        async move { acting(as_person(&ada), store.create_key(tenant(&ada), app, "")).await }
    };
    let (made, refusal) = at_once(attempt).await;
    assert_eq!(made, 19, "one was there");
    assert!(matches!(refusal, Some(AppError::Full(Full { most: 20, .. }))));
    store.create_key(tenant(&ada), app, "by the operator").await.unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_plan_s_endpoints_are_counted_over_all_apps(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, "ada@example.com").await;
    let apps = [app(&store, &ada).await, app(&store, &ada).await];
    let limits = TenantQuotas { max_webhook_endpoints: Some(3), ..TenantQuotas::default() };
    store.limit_tenant(tenant(&ada), limits).await.unwrap();
    let attempt = |app| {
        let (store, ada) = (store.clone(), ada.clone());
        let new = NewWebhook { event_types: OccurrenceType::ALL.to_vec(), ..new_webhook() };
        async move { acting(as_person(&ada), store.create_webhook(tenant(&ada), app, new)).await }
    };
    attempt(apps[0]).await.unwrap();
    let (made, refusal) = at_once(|| attempt(apps[1])).await;
    assert_eq!(made, 2);
    assert!(matches!(refusal, Some(WebhookError::Full(Full { most: 3, .. }))));
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_organisation_of_five_hundred_invites_nobody(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, "ada@example.com").await;
    sqlx::query(
        "with people as (
             insert into users (id, email, password_hash)
             select gen_random_uuid(), n || '@example.com', '' from generate_series(1, 499) n returning id
         )
         insert into memberships (tenant_id, user_id, role) select $1, id, 'support' from people",
    )
    .bind(tenant(&ada).0)
    .execute(&pool)
    .await
    .unwrap();
    let invited =
        acting(as_person(&ada), store.invite(tenant(&ada), Role::Owner, "bob@example.com", Role::Support))
            .await;
    assert!(matches!(invited, Err(MemberError::Full(Full { most: 500, .. }))));
}
