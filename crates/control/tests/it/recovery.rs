use campanile_control::{AccountError, Letter, LoggedIn};
use secrecy::SecretString;
use sqlx::PgPool;

use crate::{
    fixture::store,
    people::{PASSWORD, letters, log_in, sign_up},
};

const ADA: &str = "ada@example.com";

fn secret(text: &str) -> SecretString {
    text.into()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_link_verifies_an_address_once(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, session) = sign_up(&store, ADA).await;
    let letters = letters(&store, ADA).await;
    let [Letter::VerifyEmail { token }] = letters.as_slice() else { panic!("no link") };
    assert!(!ada.is_verified);
    assert!(matches!(store.find_reset(&secret(token)).await, Err(AccountError::LinkExpired)));
    assert_eq!(store.verify_email(&secret(token)).await.unwrap(), ADA);
    assert!(store.find_session(session.expose()).await.unwrap().unwrap().is_verified);
    let again = store.verify_email(&secret(token)).await;
    assert!(matches!(again, Err(AccountError::LinkExpired)));
    store.resend_verification(ada.user_id).await.unwrap();
    assert!(crate::people::letters(&store, ADA).await.is_empty(), "it is verified");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_reset_sets_a_new_password_once_and_ends_all_sessions(pool: PgPool) {
    let store = store(&pool).await;
    let (_, session) = sign_up(&store, ADA).await;
    letters(&store, ADA).await;
    store.request_reset("nobody@example.com").await.unwrap();
    store.request_reset(" ADA@example.com ").await.unwrap();
    store.request_reset(ADA).await.unwrap();
    let sent = letters(&store, ADA).await;
    let [Letter::ResetPassword { token }] = sent.as_slice() else { panic!("once a minute") };
    assert!(store.verify_email(&secret(token)).await.is_err(), "a link is for one thing");
    assert_eq!(store.find_reset(&secret(token)).await.unwrap(), ADA);

    store.reset_password(&secret(token), secret("a new password")).await.unwrap();
    assert!(letters(&store, ADA).await == [Letter::PasswordChanged]);
    assert_eq!(store.find_session(session.expose()).await.unwrap(), None);
    let old = store.log_in(ADA, secret(PASSWORD)).await;
    assert!(matches!(old, Err(AccountError::WrongCredentials)));
    let LoggedIn::Session(ada, _) = store.log_in(ADA, secret("a new password")).await.unwrap() else {
        panic!("a second factor is asked for")
    };
    assert!(ada.is_verified, "who reads the mail owns the address");
    let again = store.reset_password(&secret(token), secret("a third password")).await;
    assert!(matches!(again, Err(AccountError::LinkExpired)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_link_to_reset_is_good_for_half_an_hour(pool: PgPool) {
    let store = store(&pool).await;
    sign_up(&store, ADA).await;
    letters(&store, ADA).await;
    store.request_reset(ADA).await.unwrap();
    let is_half_an_hour: bool = sqlx::query_scalar(
        "select expires_at - created_at = interval '30 minutes' from mail_tokens where purpose = 'reset'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert!(is_half_an_hour);
    let sent = letters(&store, ADA).await;
    let [Letter::ResetPassword { token }] = sent.as_slice() else { panic!("no link") };
    sqlx::query("update mail_tokens set expires_at = now()").execute(&pool).await.unwrap();
    let late = store.reset_password(&secret(token), secret("a new password")).await;
    assert!(matches!(late, Err(AccountError::LinkExpired)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_password_is_changed_by_who_knows_it_and_other_sessions_end(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, here) = sign_up(&store, ADA).await;
    let (_, there) = log_in(&store, ADA).await;
    store.request_reset(ADA).await.unwrap();
    let wrong =
        store.change_password(ada.user_id, here.expose(), secret("wrong"), secret("a new password")).await;
    assert!(matches!(wrong, Err(AccountError::WrongPassword)));
    letters(&store, ADA).await;
    store
        .change_password(ada.user_id, here.expose(), secret(PASSWORD), secret("a new password"))
        .await
        .unwrap();
    assert!(store.find_session(here.expose()).await.unwrap().is_some());
    assert_eq!(store.find_session(there.expose()).await.unwrap(), None);
    assert!(letters(&store, ADA).await == [Letter::PasswordChanged]);
    let links: i64 = sqlx::query_scalar("select count(*) from mail_tokens where purpose = 'reset'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(links, 0, "a link from before opens nothing");
}
