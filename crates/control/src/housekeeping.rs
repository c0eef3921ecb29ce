use crate::{Store, StoreError};

/// Days for which partitions are made in advance.
const AHEAD_DAYS: i32 = 3;
/// Days for which delivered events, deliveries and attempts are kept.
const KEEP_DAYS: i32 = 7;

impl Store {
    /// Makes the partitions of the coming days, drops what is older than a week and no longer needed, and
    /// forgets expired sessions, old secrets, hours and usage. To be called at start and every hour, by any number
    /// of nodes.
    pub async fn housekeep(&self) -> Result<(), StoreError> {
        for table in ["webhook_events", "webhook_attempts", "webhook_deliveries"] {
            let mut transaction = self.pool.begin().await?;
            // Partitions come and go under a lock that deliveries need too: rather later than waiting.
            sqlx::query("set local lock_timeout = '2s'").execute(&mut *transaction).await?;
            sqlx::query("select roll_webhook_partitions($1, $2, $3)")
                .bind(table)
                .bind(AHEAD_DAYS)
                .bind(KEEP_DAYS)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        }
        sqlx::query(
            "delete from sessions where created_at <= now() - interval '7 days'
                 or last_seen_at <= now() - interval '12 hours'",
        )
        .execute(&self.pool)
        .await?;
        self.forget_expired().await?;
        sqlx::query("delete from webhook_hours where hour <= now() - interval '25 hours'")
            .execute(&self.pool)
            .await?;
        sqlx::query(
            "update webhook_endpoints set previous_secret_sealed = null, previous_secret_until = null
             where previous_secret_until <= now()",
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// What opens nothing any more. Invitations and tokens that have expired are still shown for a month, the
    /// audit log is kept for a year.
    async fn forget_expired(&self) -> Result<(), StoreError> {
        for expired in [
            "delete from login_challenges where created_at <= now() - interval '1 hour'",
            "delete from mail_tokens where expires_at <= now()",
            "delete from invitations where expires_at <= now() - interval '30 days'",
            "delete from management_tokens where expires_at <= now() - interval '30 days'",
            "delete from notice_counts where day < now() - interval '7 days'",
            "delete from unasked_mails where since <= now() - interval '1 hour'",
            "delete from audit_log where at < now() - interval '366 days'",
            "delete from operator_log where at < now() - interval '366 days'",
        ] {
            sqlx::query(expired).execute(&self.pool).await?;
        }
        self.forget_old_usage().await
    }
}
