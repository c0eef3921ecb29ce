//! An account whose address nobody has shown to be theirs yet, where mails are sent.

use campanile_control::{AccountError, Letter, LoggedIn, Role, Store};
use secrecy::SecretString;
use sqlx::PgPool;

use crate::{
    factors::{code, enrol},
    fixture::store,
    people::{PASSWORD, account, letters, sign_up, tenant},
};

const ADA: &str = "ada@example.com";

fn secret(text: &str) -> SecretString {
    text.into()
}

async fn is_refused(store: &Store) -> bool {
    let refused = store.log_in_verified(ADA, secret(PASSWORD)).await;
    matches!(refused, Err(AccountError::WrongCredentials))
}

#[sqlx::test(migrations = "../../migrations")]
async fn it_opens_with_the_link_and_is_refused_like_a_stranger_before(pool: PgPool) {
    let store = store(&pool).await;
    store.sign_up_quietly(account(ADA)).await.unwrap();
    letters(&store, ADA).await;
    assert!(is_refused(&store).await);
    assert!(letters(&store, ADA).await.is_empty(), "a link was sent within the minute");
    sqlx::query("update mail_tokens set created_at = now() - interval '2 minutes'")
        .execute(&pool)
        .await
        .unwrap();
    assert!(store.log_in_verified(ADA, secret("wrong")).await.is_err());
    assert!(letters(&store, ADA).await.is_empty(), "only who knows the password is sent one");
    assert!(is_refused(&store).await);
    let sent = letters(&store, ADA).await;
    let [Letter::VerifyEmail { token }] = sent.as_slice() else { panic!("no link") };
    store.verify_email(&secret(token)).await.unwrap();
    let logged_in = store.log_in_verified(ADA, secret(PASSWORD)).await.unwrap();
    assert!(matches!(logged_in, LoggedIn::Session(ada, _) if ada.is_verified));
}

#[sqlx::test(migrations = "../../migrations")]
async fn its_second_factor_goes_with_the_password_that_its_owner_replaces(pool: PgPool) {
    let store = store(&pool).await;
    let (squatter, _) = enrol(&store).await;
    let reset = async |password: &str| {
        sqlx::query("delete from mail_tokens").execute(&pool).await.unwrap();
        letters(&store, ADA).await;
        store.request_reset(ADA).await.unwrap();
        let sent = letters(&store, ADA).await;
        let [Letter::ResetPassword { token }] = sent.as_slice() else { panic!("no link") };
        store.reset_password(&secret(token), secret(password)).await.unwrap();
        store.log_in_verified(ADA, secret(password)).await.unwrap()
    };
    let LoggedIn::Session(ada, _) = reset("a new password").await else { panic!("a stranger's factor") };
    assert_eq!((ada.user_id, ada.is_verified, ada.has_second_factor), (squatter.user_id, true, false));

    let own = store.enrol_factor(ada.user_id, secret("a new password")).await.unwrap();
    store.confirm_factor(ada.user_id, "", &code(&own.secret, 0)).await.unwrap();
    let asked = reset("a third password").await;
    assert!(matches!(asked, LoggedIn::SecondFactor(_)), "a verified owner's own factor stays");
}

#[sqlx::test(migrations = "../../migrations")]
async fn it_is_verified_by_accepting_an_invitation_and_the_log_says_so(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, ADA).await;
    let (bob, session) = sign_up(&store, "bob@example.com").await;
    letters(&store, "bob@example.com").await;
    store.invite(tenant(&ada), Role::Owner, "bob@example.com", Role::Support).await.unwrap();
    let sent = letters(&store, "bob@example.com").await;
    let [Letter::Invitation { token, .. }] = sent.as_slice() else { panic!("no link") };
    let token = secret(token);
    let accept = store.accept_invitation(&token, &bob, session.expose());
    campanile_control::acting(crate::people::as_person(&bob), accept).await.unwrap();
    let logged: i64 =
        sqlx::query_scalar("select count(*) from audit_log where action = 'user.verified' and actor_id = $1")
            .bind(bob.user_id)
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(logged, 2, "in both organisations");
}
