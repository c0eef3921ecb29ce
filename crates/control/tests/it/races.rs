//! What happens at once: each test holds a row with one hand and lets the store run into it with the other.

use std::future::Future;

use campanile_control::{AccountError, Letter, LoggedIn, MemberError, Role};
use secrecy::SecretString;
use sqlx::{PgPool, Postgres, Transaction};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::{
    fixture::store,
    people::{PASSWORD, letters, sign_up, tenant},
};

const ADA: &str = "ada@example.com";

fn secret(text: &str) -> SecretString {
    text.into()
}

/// Starts a call of the store; returns once it waits for a lock of the test's, or has ended.
async fn run_into<T: Send + 'static>(
    pool: &PgPool,
    call: impl Future<Output = T> + Send + 'static,
) -> JoinHandle<T> {
    let task = tokio::spawn(call);
    let waits = "select exists (select from pg_stat_activity
                     where datname = current_database() and wait_event_type = 'Lock')";
    while !task.is_finished() && !sqlx::query_scalar::<_, bool>(waits).fetch_one(pool).await.unwrap() {
        tokio::task::yield_now().await;
    }
    task
}

/// A new password that is not committed yet.
async fn new_password(pool: &PgPool, user_id: Uuid) -> Transaction<'static, Postgres> {
    let mut transaction = pool.begin().await.unwrap();
    sqlx::query("update users set password_hash = 'new' where id = $1")
        .bind(user_id)
        .execute(&mut *transaction)
        .await
        .unwrap();
    transaction
}

/// A removal that is not committed yet.
async fn removal(pool: &PgPool, user_id: Uuid) -> Transaction<'static, Postgres> {
    let mut transaction = pool.begin().await.unwrap();
    sqlx::query("delete from memberships where user_id = $1")
        .bind(user_id)
        .execute(&mut *transaction)
        .await
        .unwrap();
    transaction
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_login_under_way_ends_with_the_password_that_began_it(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, ADA).await;
    let reset = new_password(&pool, ada.user_id).await;
    let caller = store.clone();
    let login = run_into(&pool, async move { caller.log_in(ADA, secret(PASSWORD)).await }).await;
    reset.commit().await.unwrap();
    assert!(matches!(login.await.unwrap(), Err(AccountError::WrongCredentials)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn neither_a_password_nor_a_factor_is_set_by_one_that_was_replaced_meanwhile(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, session) = sign_up(&store, ADA).await;
    let reset = new_password(&pool, ada.user_id).await;
    let (caller, token) = (store.clone(), session.expose().to_owned());
    let change = run_into(&pool, async move {
        caller.change_password(ada.user_id, &token, secret(PASSWORD), secret("a third password")).await
    })
    .await;
    reset.commit().await.unwrap();
    assert!(matches!(change.await.unwrap(), Err(AccountError::WrongPassword)));
    let kept: String = sqlx::query_scalar("select password_hash from users").fetch_one(&pool).await.unwrap();
    assert_eq!(kept, "new");

    let (bob, _) = sign_up(&store, "bob@example.com").await;
    let reset = new_password(&pool, bob.user_id).await;
    let caller = store.clone();
    let enrol =
        run_into(&pool, async move { caller.enrol_factor(bob.user_id, secret(PASSWORD)).await }).await;
    reset.commit().await.unwrap();
    assert!(matches!(enrol.await.unwrap(), Err(AccountError::WrongPassword)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_links_asked_for_at_once_one_is_sent(pool: PgPool) {
    let store = store(&pool).await;
    sign_up(&store, ADA).await;
    letters(&store, ADA).await;
    let mut holder = pool.begin().await.unwrap();
    sqlx::query("lock table mail_tokens in share mode").execute(&mut *holder).await.unwrap();
    let mut requests = Vec::new();
    for _ in 0..2 {
        let caller = store.clone();
        requests.push(run_into(&pool, async move { caller.request_reset(ADA).await }).await);
    }
    let waiting = "select count(*) from pg_stat_activity
                   where datname = current_database() and wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&pool).await.unwrap() < 2 {
        tokio::task::yield_now().await;
    }
    holder.commit().await.unwrap();
    for request in requests {
        request.await.unwrap().unwrap();
    }
    assert!(matches!(letters(&store, ADA).await.as_slice(), [Letter::ResetPassword { .. }]));
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_is_removed_while_they_log_in_is_in_and_acts_for_nobody(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, ADA).await;
    let removal = removal(&pool, ada.user_id).await;
    let caller = store.clone();
    let login = run_into(&pool, async move { caller.log_in(ADA, secret(PASSWORD)).await }).await;
    removal.commit().await.unwrap();
    let LoggedIn::Session(ada, token) = login.await.unwrap().unwrap() else { panic!("there is no factor") };
    assert_eq!(ada.acting, None);
    assert!(store.find_session(token.expose()).await.unwrap().is_some());
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_is_removed_while_they_enter_an_organisation_is_told_that_there_is_none(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, session) = sign_up(&store, ADA).await;
    let (acme, token) = (tenant(&ada), session.expose().to_owned());
    // It acts for nobody, so that the removal does not take it along.
    sqlx::query("update sessions set tenant_id = null").execute(&pool).await.unwrap();
    let removal = removal(&pool, ada.user_id).await;
    let caller = store.clone();
    let enter = run_into(&pool, async move { caller.switch_tenant(&token, acme).await }).await;
    removal.commit().await.unwrap();
    assert!(matches!(enter.await.unwrap(), Err(MemberError::NotFound)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_invitation_can_be_accepted_while_it_is_replaced(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, ADA).await;
    let (bob, _) = sign_up(&store, "bob@example.com").await;
    let acme = tenant(&ada);
    store.invite(acme, Role::Owner, "bob@example.com", Role::Support).await.unwrap();
    // As it is accepted: the invitation is held, then the membership refers to the organisation.
    let mut accept = pool.begin().await.unwrap();
    sqlx::query("delete from invitations").execute(&mut *accept).await.unwrap();
    let caller = store.clone();
    let replace =
        run_into(
            &pool,
            async move { caller.invite(acme, Role::Owner, "bob@example.com", Role::Admin).await },
        )
        .await;
    sqlx::query("insert into memberships (tenant_id, user_id, role) values ($1, $2, 'support')")
        .bind(acme.0)
        .bind(bob.user_id)
        .execute(&mut *accept)
        .await
        .unwrap();
    accept.commit().await.unwrap();
    assert!(replace.await.unwrap().is_ok());
}
