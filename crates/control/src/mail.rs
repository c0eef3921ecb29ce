use secrecy::{ExposeSecret, SecretString};
use sqlx::{PgConnection, prelude::FromRow};
use uuid::Uuid;

use crate::{Letter, Store, StoreError, seal::Place};

/// A mail that is to be sent now.
#[derive(Clone)]
pub struct Mail {
    /// Names it.
    pub id: Uuid,
    /// To whom.
    pub recipient: String,
    /// What about.
    pub letter: Letter,
    /// How many tries there were, this one included.
    pub attempt: u32,
}

/// Tries of one mail: over them lie more than two days.
const ATTEMPTS: i32 = 60;

#[derive(FromRow)]
struct MailRow {
    id: Uuid,
    recipient: String,
    letter_sealed: Vec<u8>,
    attempts: i32,
}

impl Store {
    /// Puts a mail among those to be sent, in the transaction of what it is about: it is sent if and only if
    /// that happened.
    pub(crate) async fn enqueue(
        &self,
        connection: &mut PgConnection,
        recipient: &str,
        letter: &Letter,
    ) -> Result<(), StoreError> {
        self.enqueue_all(connection, &[recipient.to_owned()], letter).await
    }

    /// The same to several, in one statement: the transaction may hold locks that others wait for.
    pub(crate) async fn enqueue_all(
        &self,
        connection: &mut PgConnection,
        recipients: &[String],
        letter: &Letter,
    ) -> Result<(), StoreError> {
        let text: SecretString = serde_json::to_string(letter).expect("texts always serialise").into();
        let ids: Vec<Uuid> = recipients.iter().map(|_| Uuid::now_v7()).collect();
        let sealed: Vec<Vec<u8>> = ids.iter().map(|id| self.master.seal_text(&text, place(*id))).collect();
        sqlx::query(
            "insert into mails (id, recipient, letter_sealed)
             select * from unnest($1::uuid[], $2::text[], $3::bytea[])",
        )
        .bind(ids)
        .bind(recipients)
        .bind(sealed)
        .execute(connection)
        .await?;
        Ok(())
    }

    /// The same to a person, wherever they are reached.
    pub(crate) async fn enqueue_for_person(
        &self,
        connection: &mut PgConnection,
        user_id: Uuid,
        letter: &Letter,
    ) -> Result<(), StoreError> {
        let email: String = sqlx::query_scalar("select email from users where id = $1")
            .bind(user_id)
            .fetch_one(&mut *connection)
            .await?;
        self.enqueue(connection, &email, letter).await
    }

    /// Takes up to `most` mails whose time has come; any number of nodes may. One that is neither
    /// [`mail_sent`](Self::mail_sent) nor [`mail_failed`](Self::mail_failed) comes again after two minutes:
    /// better twice than never. Those that were tried least go first: a server that does not answer for some
    /// recipients must not hold up a link that someone waits for.
    pub async fn claim_mails(&self, most: u32) -> Result<Vec<Mail>, StoreError> {
        let rows: Vec<MailRow> = sqlx::query_as(
            "update mails set attempts = attempts + 1, next_at = now() + interval '2 minutes'
             where id in (
                 select id from mails where next_at <= now() order by attempts, next_at limit $1
                 for update skip locked)
             returning id, recipient, letter_sealed, attempts",
        )
        .bind(i64::from(most))
        .fetch_all(&self.pool)
        .await?;
        let mut mails = Vec::new();
        for row in rows {
            let id = row.id;
            match self.open_mail(row) {
                Ok(mail) => mails.push(mail),
                // It must not hold up the others.
                Err(error) => {
                    tracing::error!(mail.id = %id, error = &error as &dyn std::error::Error, "a mail does not open");
                    self.mail_failed(id, &error.to_string()).await?;
                }
            }
        }
        Ok(mails)
    }

    /// It is out of our hands.
    pub async fn mail_sent(&self, mail: Uuid) -> Result<(), StoreError> {
        sqlx::query("delete from mails where id = $1").bind(mail).execute(&self.pool).await?;
        Ok(())
    }

    /// It will be tried again: after 15 seconds, then after ever longer, at most an hour. Returns false when
    /// it has been tried often enough and is given up.
    pub async fn mail_failed(&self, mail: Uuid, reason: &str) -> Result<bool, StoreError> {
        let kept = sqlx::query(
            "update mails set last_error = left($3, 500), next_at = now() + least(interval '15 seconds' * power(2, least(attempts - 1, 8)),
                 interval '1 hour')
             where id = $1 and attempts < $2",
        )
        .bind(mail)
        .bind(ATTEMPTS)
        .bind(reason)
        .execute(&self.pool)
        .await?;
        if kept.rows_affected() == 0 {
            self.mail_sent(mail).await?;
        }
        Ok(kept.rows_affected() > 0)
    }

    pub(crate) fn open_letter(&self, mail: Uuid, sealed: &[u8]) -> Result<Letter, StoreError> {
        let text = self.master.open_text(sealed, place(mail))?;
        serde_json::from_str(text.expose_secret()).map_err(|_| StoreError::Corrupt("a mail"))
    }

    fn open_mail(&self, row: MailRow) -> Result<Mail, StoreError> {
        let letter = self.open_letter(row.id, &row.letter_sealed)?;
        let attempt = u32::try_from(row.attempts).unwrap_or(u32::MAX);
        Ok(Mail { id: row.id, recipient: row.recipient, letter, attempt })
    }
}

fn place(mail: Uuid) -> Place {
    Place { table: "mails", row: mail, column: "letter_sealed" }
}
