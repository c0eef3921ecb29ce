use campanile_control::{AccountError, Role};
use sqlx::PgPool;

use crate::{
    fixture::store,
    people::{account, join, letters, log_in, sign_up},
};

#[sqlx::test(migrations = "../../migrations")]
async fn who_signs_up_is_logged_in_and_may_log_in_again(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, token) = store.sign_up(account(" Ada@example.com ")).await.unwrap();
    let acting = ada.acting.as_ref().unwrap();
    assert_eq!((ada.email.as_str(), acting.tenant_name.as_str()), ("Ada@example.com", "Acme"));
    assert_eq!((acting.role, ada.is_verified, ada.has_second_factor), (Role::Owner, false, false));
    assert_eq!(store.find_session(token.expose()).await.unwrap().as_ref(), Some(&ada));

    let (same, second) = log_in(&store, "aDA@example.com").await;
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
async fn a_glance_at_a_session_leaves_it_idle(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, token) = store.sign_up(account("ada@example.com")).await.unwrap();
    let idle = "update sessions set last_seen_at = now() - interval '11 hours' returning last_seen_at";
    let before: time::OffsetDateTime = sqlx::query_scalar(idle).fetch_one(&pool).await.unwrap();
    assert_eq!(store.glance_at_session(token.expose()).await.unwrap(), Some(ada));
    let after: time::OffsetDateTime =
        sqlx::query_scalar("select last_seen_at from sessions").fetch_one(&pool).await.unwrap();
    assert_eq!(before, after);
}

#[sqlx::test(migrations = "../../migrations")]
async fn neither_password_nor_token_is_stored(pool: PgPool) {
    let store = store(&pool).await;
    let (_, token) = store.sign_up(account("ada@example.com")).await.unwrap();
    let stored: String = sqlx::query_scalar(
        "select (select json_agg(u)::text from users u) || (select json_agg(s)::text from sessions s)
             || (select json_agg(m)::text from mails m) || (select json_agg(m)::text from mail_tokens m)",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert!(!stored.contains("correct horse") && !stored.contains(token.expose()));
    let letters = letters(&store, "ada@example.com").await;
    let [campanile_control::Letter::VerifyEmail { token }] = letters.as_slice() else { panic!("no link") };
    assert!(!stored.contains(token.as_str()));
}

#[sqlx::test(migrations = "../../migrations")]
async fn where_mails_are_sent_only_the_mail_says_whether_an_address_was_taken(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, bob) = ("ada@example.com", "bob@example.com");
    sign_up(&store, ada).await;
    letters(&store, ada).await;
    store.sign_up_quietly(account(ada)).await.unwrap();
    assert!(letters(&store, ada).await == [campanile_control::Letter::AccountExists]);
    store.sign_up_quietly(account(bob)).await.unwrap();
    assert!(matches!(letters(&store, bob).await.as_slice(), [campanile_control::Letter::VerifyEmail { .. }]));
    assert!(log_in(&store, bob).await.0.acting.is_some());
    let sessions: i64 = sqlx::query_scalar("select count(*) from sessions").fetch_one(&pool).await.unwrap();
    assert_eq!(sessions, 2, "one of each who logged in");
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_has_an_account_is_told_of_attempts_to_sign_up_once_an_hour(pool: PgPool) {
    let store = store(&pool).await;
    let ada = "ada@example.com";
    sign_up(&store, ada).await;
    letters(&store, ada).await;
    for (email, told) in [(ada, 1), (ada, 0), ("ADA@example.com", 0)] {
        store.sign_up_quietly(account(email)).await.unwrap();
        let mails: i64 = sqlx::query_scalar("select count(*) from mails").fetch_one(&pool).await.unwrap();
        assert_eq!(mails, told, "{email}");
        letters(&store, ada).await;
    }
    let an_hour = "update unasked_mails set since = since - interval '1 hour'";
    sqlx::query(an_hour).execute(&pool).await.unwrap();
    store.sign_up_quietly(account(ada)).await.unwrap();
    assert!(letters(&store, ada).await == [campanile_control::Letter::AccountExists]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_device_is_known_for_one_address_and_by_our_own_mark_only(pool: PgPool) {
    let store = store(&pool).await;
    let mark = store.mark_device("Ada@example.com");
    assert!(store.knows_device("ada@EXAMPLE.com ", &mark));
    assert!(!store.knows_device("bob@example.com", &mark));
    let altered = format!("{}{}", &mark[..mark.len() - 1], if mark.ends_with('0') { '1' } else { '0' });
    for wrong in ["", "00", "zz", altered.as_str(), &"00".repeat(10_000)] {
        assert!(!store.knows_device("ada@example.com", wrong), "{wrong:.20}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn sessions_are_listed_and_revoked_by_their_person_only(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, here) = sign_up(&store, "ada@example.com").await;
    let (_, there) = log_in(&store, "ada@example.com").await;
    let (bob, bobs) = join(&store, &ada, "bob@example.com", Role::Support).await;
    let sessions = store.list_sessions(ada.user_id, here.expose()).await.unwrap();
    assert_eq!(sessions.iter().filter(|session| session.is_current).count(), 1);
    let other = sessions.iter().find(|session| !session.is_current).unwrap().id;
    assert!(!store.revoke_session(bob.user_id, other).await.unwrap());
    assert!(store.revoke_session(ada.user_id, other).await.unwrap());
    assert_eq!(store.find_session(there.expose()).await.unwrap(), None);

    log_in(&store, "ada@example.com").await;
    assert_eq!(store.revoke_other_sessions(ada.user_id, here.expose()).await.unwrap(), 1);
    for token in [here, bobs] {
        assert!(store.find_session(token.expose()).await.unwrap().is_some());
    }
}

fn pg_interval(text: &str) -> sqlx::postgres::types::PgInterval {
    let (count, unit) = text.split_once(' ').unwrap();
    let count: i32 = count.parse().unwrap();
    let (days, hours) = if unit == "days" { (count, 0) } else { (0, i64::from(count)) };
    sqlx::postgres::types::PgInterval { months: 0, days, microseconds: hours * 3_600_000_000 }
}
