//! Mails that anyone can cause at anyone's address: bounded by the address, whoever causes them, so that nobody's
//! mailbox is flooded by way of us.

use sqlx::PgConnection;

use crate::StoreError;

/// What a mail that its recipient has not asked for is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unasked {
    /// Somebody signs up with the address of an account.
    AccountExists,
    /// An invitation, of any organisation.
    Invitation,
}

impl Unasked {
    fn as_str(self) -> &'static str {
        match self {
            Self::AccountExists => "account_exists",
            Self::Invitation => "invitation",
        }
    }

    /// Mails to one address within an hour.
    fn most(self) -> i32 {
        match self {
            Self::AccountExists => 1,
            Self::Invitation => 10,
        }
    }
}

/// Whether an address may get one more of these now; then it counts as sent, if the transaction commits.
pub(crate) async fn count_unasked(
    connection: &mut PgConnection,
    recipient: &str,
    kind: Unasked,
) -> Result<bool, StoreError> {
    let mailed: i32 = sqlx::query_scalar(
        "insert into unasked_mails as m (recipient, kind, mailed) values (lower($1), $2, 1)
         on conflict (recipient, kind) do update set
             since = case when m.since <= now() - interval '1 hour' then now() else m.since end,
             mailed = case when m.since <= now() - interval '1 hour' then 1 else m.mailed + 1 end
         returning mailed",
    )
    .bind(recipient)
    .bind(kind.as_str())
    .fetch_one(connection)
    .await?;
    Ok(mailed <= kind.most())
}
