//! The second factor: an authenticator's codes, and recovery codes for when it is lost.

mod codes;

use secrecy::{ExposeSecret, SecretString};
use sqlx::PgConnection;
use uuid::Uuid;

use self::codes::recovery_hash;
use crate::{
    Account, AccountError, Letter, SessionToken, Store, StoreError,
    actor::introduce_user,
    audit::record_for_user,
    bearer::{bearer_hash, random_bearer},
    logins::hold_password,
    random::random_bytes,
    seal::Place,
    sessions::{Proof, end_sessions},
    totp::base32,
};

/// Stands for a right password until the second factor is shown; good for five minutes and five tries.
#[derive(Clone, Debug)]
pub struct Challenge(SecretString);

impl Challenge {
    /// The text for the client.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// What is shown once, when a second factor is enrolled.
#[derive(Debug)]
pub struct Enrolment {
    /// The authenticator's secret, in Base32.
    pub secret: SecretString,
    /// Each replaces a code once.
    pub recovery_codes: Vec<SecretString>,
}

const TRIES_PER_CHALLENGE: i16 = 5;
const RECOVERY_CODES: usize = 10;
const SECRET_BYTES: usize = 20;

impl Store {
    /// Makes a secret and recovery codes for who knows the person's password. It replaces one that was not
    /// confirmed; a confirmed one is disabled first.
    pub async fn enrol_factor(
        &self,
        user_id: Uuid,
        password: SecretString,
    ) -> Result<Enrolment, AccountError> {
        let known = self.check_password(user_id, password).await?;
        let secret: SecretString = hex::encode(random_bytes::<SECRET_BYTES>()).into();
        let recovery_codes: Vec<SecretString> = (0..RECOVERY_CODES).map(|_| random_recovery_code()).collect();
        let mut transaction = self.begin().await?;
        if !hold_password(&mut transaction, user_id, &known.hash).await? {
            return Err(AccountError::WrongPassword);
        }
        let done = sqlx::query(
            "insert into second_factors (user_id, secret_sealed) values ($1, $2)
             on conflict (user_id) do update set secret_sealed = excluded.secret_sealed, created_at = now()
             where second_factors.confirmed_at is null",
        )
        .bind(user_id)
        .bind(self.master.seal_text(&secret, place(user_id)))
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Err(AccountError::FactorState);
        }
        sqlx::query("delete from recovery_codes where user_id = $1")
            .bind(user_id)
            .execute(&mut *transaction)
            .await?;
        let hashes: Vec<Vec<u8>> =
            recovery_codes.iter().map(|code| recovery_hash(code.expose_secret())).collect();
        sqlx::query("insert into recovery_codes (user_id, code_hash) select $1, unnest($2::bytea[])")
            .bind(user_id)
            .bind(hashes)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        let bytes =
            hex::decode(secret.expose_secret()).map_err(|_| StoreError::Corrupt("a second factor"))?;
        Ok(Enrolment { secret: base32(&bytes).into(), recovery_codes })
    }

    /// Puts an enrolled factor in force, if the authenticator shows the right code, and ends the person's other
    /// sessions, which a password alone has opened. `current` is the token of who asks.
    pub async fn confirm_factor(&self, user_id: Uuid, current: &str, code: &str) -> Result<(), AccountError> {
        let mut transaction = self.begin().await?;
        if !self.take_code(&mut transaction, user_id, code).await? {
            transaction.commit().await?;
            return Err(AccountError::WrongCode);
        }
        let done = sqlx::query(
            "update second_factors set confirmed_at = now() where user_id = $1 and confirmed_at is null",
        )
        .bind(user_id)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Err(AccountError::FactorState);
        }
        end_sessions(&mut transaction, user_id, Some(current)).await?;
        record_for_user(&mut transaction, user_id, "user.second_factor_enabled").await?;
        let letter = Letter::SecondFactorChanged { is_on: true };
        self.enqueue_for_person(&mut transaction, user_id, &letter).await?;
        Ok(transaction.commit().await?)
    }

    /// Goes back to the password alone, if the person has a code or a recovery code.
    pub async fn disable_factor(&self, user_id: Uuid, code: &str) -> Result<(), AccountError> {
        let mut transaction = self.begin().await?;
        if !self.show_factor(&mut transaction, user_id, code).await? {
            transaction.commit().await?;
            return Err(AccountError::WrongCode);
        }
        self.drop_factor(&mut transaction, user_id).await?;
        Ok(transaction.commit().await?)
    }

    /// The same for who has lost both, at the operator's word. `None` if there is no such account, otherwise
    /// whether there was a factor.
    pub async fn reset_factor(&self, email: &str) -> Result<Option<bool>, StoreError> {
        let mut transaction = self.begin().await?;
        let user_id: Option<Uuid> = sqlx::query_scalar("select id from users where lower(email) = lower($1)")
            .bind(email.trim())
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(user_id) = user_id else { return Ok(None) };
        let was_there = self.drop_factor(&mut transaction, user_id).await?;
        transaction.commit().await?;
        Ok(Some(was_there))
    }

    /// Ends a factor with its recovery codes, and logins that wait for it. Whether it was in force.
    pub(crate) async fn drop_factor(
        &self,
        connection: &mut PgConnection,
        user_id: Uuid,
    ) -> Result<bool, StoreError> {
        let was_in_force: Option<bool> = sqlx::query_scalar(
            "delete from second_factors where user_id = $1 returning confirmed_at is not null",
        )
        .bind(user_id)
        .fetch_optional(&mut *connection)
        .await?;
        if was_in_force != Some(true) {
            return Ok(false);
        }
        end_challenges(connection, user_id).await?;
        record_for_user(connection, user_id, "user.second_factor_disabled").await?;
        let letter = Letter::SecondFactorChanged { is_on: false };
        self.enqueue_for_person(connection, user_id, &letter).await?;
        Ok(true)
    }

    /// Opens a session for who has a challenge and a code, or a recovery code. A code opens one session: the
    /// same code again is wrong.
    pub async fn answer_challenge(
        &self,
        challenge: &SecretString,
        code: &str,
    ) -> Result<(Account, SessionToken), AccountError> {
        let mut transaction = self.begin().await?;
        let hash = bearer_hash(challenge.expose_secret());
        let user_id = count_try(&mut transaction, &hash).await?;
        if !self.show_factor(&mut transaction, user_id, code).await? {
            // The try counts.
            transaction.commit().await?;
            return Err(AccountError::WrongCode);
        }
        sqlx::query("delete from login_challenges where token_hash = $1")
            .bind(hash)
            .execute(&mut *transaction)
            .await?;
        let opened = self.open_session(&mut transaction, user_id, Proof::Factor).await?;
        record_for_user(&mut transaction, user_id, "user.logged_in").await?;
        transaction.commit().await?;
        Ok(opened)
    }
}

/// Asks a person whose password was right for their second factor.
pub(crate) async fn ask_for_factor(
    connection: &mut PgConnection,
    user_id: Uuid,
) -> Result<Challenge, StoreError> {
    let token = random_bearer();
    sqlx::query("insert into login_challenges (token_hash, user_id) values ($1, $2)")
        .bind(bearer_hash(&token))
        .bind(user_id)
        .execute(connection)
        .await?;
    Ok(Challenge(token.into()))
}

/// Ends the person's logins that wait for their second factor.
pub(crate) async fn end_challenges(connection: &mut PgConnection, user_id: Uuid) -> Result<(), StoreError> {
    sqlx::query("delete from login_challenges where user_id = $1").bind(user_id).execute(connection).await?;
    Ok(())
}

/// Whose challenge it is; this was one of its tries, and from here on it is they who act. The factor is held
/// before the challenge, as by whoever drops both.
async fn count_try(connection: &mut PgConnection, hash: &[u8]) -> Result<Uuid, AccountError> {
    sqlx::query(
        "select from second_factors where user_id = (
             select user_id from login_challenges where token_hash = $1) for update",
    )
    .bind(hash)
    .execute(&mut *connection)
    .await?;
    let whose: Option<(Uuid, String)> = sqlx::query_as(
        "update login_challenges c set attempts = attempts + 1 from users u
         where token_hash = $1 and attempts < $2 and c.created_at > now() - interval '5 minutes'
           and u.id = c.user_id
         returning u.id, u.email",
    )
    .bind(hash)
    .bind(TRIES_PER_CHALLENGE)
    .fetch_optional(&mut *connection)
    .await?;
    let (user_id, email) = whose.ok_or(AccountError::ChallengeExpired)?;
    introduce_user(connection, user_id, &email).await?;
    Ok(user_id)
}

/// 80 bits, in four groups: too many to be found from its hash.
fn random_recovery_code() -> SecretString {
    let letters = base32(&random_bytes::<10>()).to_lowercase();
    [&letters[..4], &letters[4..8], &letters[8..12], &letters[12..]].join("-").into()
}

fn place(user_id: Uuid) -> Place {
    Place { table: "second_factors", row: user_id, column: "secret_sealed" }
}
