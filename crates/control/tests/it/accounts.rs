use campanile_control::{AccountError, NewAccount};
use sqlx::PgPool;

use crate::fixture::store;

fn account(email: &str) -> NewAccount {
    NewAccount {
        organisation: "Acme".into(),
        email: email.into(),
        password: "correct horse".to_owned().into(),
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_signs_up_is_logged_in_and_may_log_in_again(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, token) = store.sign_up(account(" Ada@example.com ")).await.unwrap();
    assert_eq!((ada.email.as_str(), ada.tenant_name.as_str()), ("Ada@example.com", "Acme"));
    assert_eq!(store.find_session(token.expose()).await.unwrap().as_ref(), Some(&ada));

    let (same, second) = store.log_in("aDA@example.com", "correct horse".to_owned().into()).await.unwrap();
    assert_eq!(same, ada);
    assert_ne!(second.expose(), token.expose());
    assert_eq!(second.expose().len(), 64);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_taken_address_leaves_nothing_behind(pool: PgPool) {
    let store = store(&pool).await;
    store.sign_up(account("ada@example.com")).await.unwrap();
    let again = store.sign_up(account("ADA@example.com")).await;
    assert!(matches!(again, Err(AccountError::EmailTaken)));
    assert_eq!(store.find_tenants("Acme").await.unwrap().len(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_wrong_password_and_an_unknown_address_are_told_alike(pool: PgPool) {
    let store = store(&pool).await;
    store.sign_up(account("ada@example.com")).await.unwrap();
    for (email, password) in [("ada@example.com", "wrong"), ("bob@example.com", "correct horse")] {
        let refused = store.log_in(email, password.to_owned().into()).await;
        assert!(matches!(refused, Err(AccountError::WrongCredentials)), "{email}");
    }
    let long = store.log_in("ada@example.com", "x".repeat(1025).into()).await;
    assert!(matches!(long, Err(AccountError::LongPassword)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_session_ends_when_it_is_idle_old_or_logged_out(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, token) = store.sign_up(account("ada@example.com")).await.unwrap();
    let age = async |created: &str, seen: &str| {
        sqlx::query(
            "update sessions set created_at = now() - $1::interval, last_seen_at = now() - $2::interval",
        )
        .bind(pg_interval(created))
        .bind(pg_interval(seen))
        .execute(&pool)
        .await
        .unwrap();
        store.find_session(token.expose()).await.unwrap()
    };
    assert_eq!(age("6 days", "11 hours").await, Some(ada.clone()));
    assert_eq!(age("6 days", "13 hours").await, None);
    assert_eq!(age("8 days", "0 hours").await, None);
    assert_eq!(age("0 days", "0 hours").await, Some(ada));
    store.log_out(token.expose()).await.unwrap();
    assert_eq!(store.find_session(token.expose()).await.unwrap(), None);
    assert_eq!(store.find_session("").await.unwrap(), None);
}

#[sqlx::test(migrations = "../../migrations")]
async fn finding_a_session_keeps_it_alive(pool: PgPool) {
    let store = store(&pool).await;
    let (_, token) = store.sign_up(account("ada@example.com")).await.unwrap();
    sqlx::query("update sessions set last_seen_at = now() - interval '11 hours'")
        .execute(&pool)
        .await
        .unwrap();
    store.find_session(token.expose()).await.unwrap().unwrap();
    let is_fresh: bool =
        sqlx::query_scalar("select last_seen_at > now() - interval '1 minute' from sessions")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert!(is_fresh);
}

#[sqlx::test(migrations = "../../migrations")]
async fn neither_password_nor_token_is_stored(pool: PgPool) {
    let store = store(&pool).await;
    let (_, token) = store.sign_up(account("ada@example.com")).await.unwrap();
    let stored: String = sqlx::query_scalar(
        "select (select json_agg(u)::text from users u) || (select json_agg(s)::text from sessions s)",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert!(!stored.contains("correct horse") && !stored.contains(token.expose()));
}

fn pg_interval(text: &str) -> sqlx::postgres::types::PgInterval {
    let (count, unit) = text.split_once(' ').unwrap();
    let count: i32 = count.parse().unwrap();
    let (days, hours) = if unit == "days" { (count, 0) } else { (0, i64::from(count)) };
    sqlx::postgres::types::PgInterval { months: 0, days, microseconds: hours * 3_600_000_000 }
}
