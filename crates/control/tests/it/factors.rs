use campanile_control::{Account, AccountError, Enrolment, Letter, LoggedIn, Store};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgPool;

use crate::{
    fixture::store,
    people::{PASSWORD, letters, sign_up},
};

const ADA: &str = "ada@example.com";

/// An authenticator, written apart from what it is to agree with.
pub(crate) fn code(secret: &SecretString, later: i64) -> String {
    let bits: Vec<u8> = secret
        .expose_secret()
        .bytes()
        .flat_map(|letter| {
            let value = match letter {
                b'A'..=b'Z' => letter - b'A',
                _ => letter - b'2' + 26,
            };
            (0..5).rev().map(move |bit| value >> bit & 1)
        })
        .collect();
    let key: Vec<u8> =
        bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | bit)).collect();
    let step = time::OffsetDateTime::now_utc().unix_timestamp() / 30 + later;
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&key).unwrap();
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let number = (0..4).fold(0_u64, |sum, index| sum << 8 | u64::from(digest[at + index])) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

pub(crate) async fn enrol(store: &Store) -> (Account, Enrolment) {
    let (ada, _) = sign_up(store, ADA).await;
    let enrolment = store.enrol_factor(ada.user_id, PASSWORD.to_owned().into()).await.unwrap();
    store.confirm_factor(ada.user_id, "", &code(&enrolment.secret, 0)).await.unwrap();
    (ada, enrolment)
}

async fn challenge(store: &Store) -> SecretString {
    match store.log_in(ADA, PASSWORD.to_owned().into()).await.unwrap() {
        LoggedIn::SecondFactor(challenge) => challenge.expose().into(),
        LoggedIn::Session(..) => panic!("no second factor is asked for"),
    }
}

/// Takes back what was taken: within a test, no time passes.
async fn forget_steps(pool: &PgPool) {
    sqlx::query("update second_factors set last_step = 0").execute(pool).await.unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn logging_in_takes_a_code_that_was_not_used(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, enrolment) = enrol(&store).await;
    let used = store.answer_challenge(&challenge(&store).await, &code(&enrolment.secret, 0)).await;
    assert!(matches!(used, Err(AccountError::WrongCode)), "the confirmation took it");
    let next = code(&enrolment.secret, 1);
    let (same, session) = store.answer_challenge(&challenge(&store).await, &next).await.unwrap();
    assert_eq!((same.user_id, same.has_second_factor), (ada.user_id, true));
    assert!(store.find_session(session.expose()).await.unwrap().is_some());
    let replayed = store.answer_challenge(&challenge(&store).await, &next).await;
    assert!(matches!(replayed, Err(AccountError::WrongCode)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_challenge_is_answered_once_and_ends_after_five_tries_or_minutes(pool: PgPool) {
    let store = store(&pool).await;
    let (_, enrolment) = enrol(&store).await;
    let answered = challenge(&store).await;
    store.answer_challenge(&answered, &code(&enrolment.secret, 1)).await.unwrap();
    forget_steps(&pool).await;
    let again = store.answer_challenge(&answered, &code(&enrolment.secret, 0)).await;
    assert!(matches!(again, Err(AccountError::ChallengeExpired)));

    let guessed = challenge(&store).await;
    for _ in 0..5 {
        assert!(matches!(store.answer_challenge(&guessed, "000").await, Err(AccountError::WrongCode)));
    }
    let right = store.answer_challenge(&guessed, &code(&enrolment.secret, 0)).await;
    assert!(matches!(right, Err(AccountError::ChallengeExpired)));

    let old = challenge(&store).await;
    sqlx::query("update login_challenges set created_at = now() - interval '6 minutes'")
        .execute(&pool)
        .await
        .unwrap();
    let late = store.answer_challenge(&old, &code(&enrolment.secret, 0)).await;
    assert!(matches!(late, Err(AccountError::ChallengeExpired)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_guesses_codes_is_stopped_over_all_challenges_and_sessions(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, enrolment) = enrol(&store).await;
    // All of them before the first wrong code.
    let mut challenges = Vec::new();
    for _ in 0..6 {
        challenges.push(challenge(&store).await);
    }
    for guessed in &challenges[..3] {
        for _ in 0..5 {
            assert!(matches!(store.answer_challenge(guessed, "000").await, Err(AccountError::WrongCode)));
        }
    }
    for _ in 0..5 {
        assert!(matches!(store.disable_factor(ada.user_id, "000").await, Err(AccountError::WrongCode)));
    }
    let right = code(&enrolment.secret, 1);
    let refused = store.answer_challenge(&challenges[3], &right).await;
    assert!(matches!(refused, Err(AccountError::TooManyCodes)));
    assert!(matches!(store.disable_factor(ada.user_id, &right).await, Err(AccountError::TooManyCodes)));
    // What cannot be guessed opens still, and an hour later so does a code.
    let recovery = enrolment.recovery_codes[0].expose_secret();
    store.answer_challenge(&challenges[4], recovery).await.unwrap();
    sqlx::query("update second_factors set wrong_since = now() - interval '61 minutes'")
        .execute(&pool)
        .await
        .unwrap();
    assert!(matches!(store.answer_challenge(&challenges[5], "000").await, Err(AccountError::WrongCode)));
    store.answer_challenge(&challenges[5], &right).await.unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_challenge_ends_with_the_password_that_it_stands_for(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, enrolment) = enrol(&store).await;
    let tried = challenge(&store).await;
    assert!(store.answer_challenge(&tried, "000").await.is_err());
    let (old, new) = (PASSWORD.to_owned().into(), "a new password".to_owned().into());
    store.change_password(ada.user_id, "", old, new).await.unwrap();
    let late = store.answer_challenge(&tried, &code(&enrolment.secret, 1)).await;
    assert!(matches!(late, Err(AccountError::ChallengeExpired)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn without_a_factor_no_code_is_wrong(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, ADA).await;
    assert!(matches!(store.confirm_factor(ada.user_id, "", "000").await, Err(AccountError::FactorState)));
    assert!(matches!(store.disable_factor(ada.user_id, "000").await, Err(AccountError::FactorState)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_operator_ends_a_factor_that_was_lost_with_its_logins(pool: PgPool) {
    let store = store(&pool).await;
    let (_, enrolment) = enrol(&store).await;
    let waiting = challenge(&store).await;
    letters(&store, ADA).await;
    assert_eq!(store.reset_factor("nobody@example.com").await.unwrap(), None);
    assert_eq!(store.reset_factor(" Ada@example.com").await.unwrap(), Some(true));
    assert_eq!(store.reset_factor(ADA).await.unwrap(), Some(false));
    assert!(letters(&store, ADA).await == [Letter::SecondFactorChanged { is_on: false }]);
    let late = store.answer_challenge(&waiting, &code(&enrolment.secret, 1)).await;
    assert!(matches!(late, Err(AccountError::ChallengeExpired)));
    let logged_in = store.log_in(ADA, PASSWORD.to_owned().into()).await.unwrap();
    assert!(matches!(logged_in, LoggedIn::Session(..)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn logins_wrong_codes_and_recovery_codes_are_in_the_audit_log(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, enrolment) = enrol(&store).await;
    let challenge = challenge(&store).await;
    assert!(store.answer_challenge(&challenge, "000").await.is_err());
    store.answer_challenge(&challenge, enrolment.recovery_codes[0].expose_secret()).await.unwrap();
    store.reset_factor(ADA).await.unwrap();
    store.log_in(ADA, PASSWORD.to_owned().into()).await.unwrap();
    let told: Vec<String> = sqlx::query_scalar(
        "select action from audit_log where actor_id = $1 and target_id = $1::text and action like 'user.%' order by id",
    )
    .bind(ada.user_id)
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(
        told,
        ["user.second_factor_failed", "user.recovery_code_used", "user.logged_in", "user.logged_in"]
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_recovery_code_opens_once_and_nothing_of_a_factor_is_stored_readable(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, enrolment) = enrol(&store).await;
    let recovery = enrolment.recovery_codes[0].expose_secret();
    let typed = recovery.replace('-', " ").to_uppercase();
    store.answer_challenge(&challenge(&store).await, &typed).await.unwrap();
    let again = store.answer_challenge(&challenge(&store).await, recovery).await;
    assert!(matches!(again, Err(AccountError::WrongCode)));

    let stored: String = sqlx::query_scalar(
        "select (select json_agg(f)::text from second_factors f) || (select json_agg(r)::text from recovery_codes r)",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    let hidden = enrolment.recovery_codes.iter().all(|code| !stored.contains(code.expose_secret()));
    assert!(hidden && !stored.contains(enrolment.secret.expose_secret()));

    store.disable_factor(ada.user_id, enrolment.recovery_codes[1].expose_secret()).await.unwrap();
    let logged_in = store.log_in(ADA, PASSWORD.to_owned().into()).await.unwrap();
    assert!(matches!(logged_in, LoggedIn::Session(..)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_factor_is_enrolled_by_who_knows_the_password_and_asked_for_once_confirmed(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, ADA).await;
    let wrong = store.enrol_factor(ada.user_id, "wrong".to_owned().into()).await;
    assert!(matches!(wrong, Err(AccountError::WrongPassword)));
    let enrolment = store.enrol_factor(ada.user_id, PASSWORD.to_owned().into()).await.unwrap();
    let logged_in = store.log_in(ADA, PASSWORD.to_owned().into()).await.unwrap();
    assert!(matches!(logged_in, LoggedIn::Session(..)), "it is not confirmed");
    assert!(matches!(store.confirm_factor(ada.user_id, "", "000").await, Err(AccountError::WrongCode)));
    store.confirm_factor(ada.user_id, "", &code(&enrolment.secret, 0)).await.unwrap();
    let again = store.enrol_factor(ada.user_id, PASSWORD.to_owned().into()).await;
    assert!(matches!(again, Err(AccountError::FactorState)));
}
