use base64::{Engine, engine::general_purpose::STANDARD};
use campanile_protocol::{AppId, TenantId};
use secrecy::SecretString;
use time::OffsetDateTime;
use uuid::Uuid;

use super::WebhookError;
use crate::{Store, StoreError, random::random_bytes, seal::Place};

/// How long a secret that was replaced signs beside its successor.
const OVERLAP_HOURS: i32 = 24;

/// An endpoint's new secret.
#[derive(Debug)]
pub struct RotatedSecret {
    /// What deliveries are signed with, `whsec_…`: shown this once.
    pub signing_secret: SecretString,
    /// Until then they bear the signature of the one before too.
    pub previous_secret_until: OffsetDateTime,
}

impl Store {
    /// Gives an endpoint a new signing secret. The one before signs too for 24 hours; one from before that
    /// no longer does.
    pub async fn rotate_webhook_secret(
        &self,
        tenant: TenantId,
        app: AppId,
        webhook: Uuid,
    ) -> Result<RotatedSecret, WebhookError> {
        let mut transaction = self.begin().await?;
        let sealed: Option<Vec<u8>> = sqlx::query_scalar(
            "select secret_sealed from webhook_endpoints
             where tenant_id = $1 and app_id = $2 and id = $3 and kind = 'webhook' for update",
        )
        .bind(tenant.0)
        .bind(app.number())
        .bind(webhook)
        .fetch_optional(&mut *transaction)
        .await?;
        let sealed = sealed.ok_or(WebhookError::NotFound)?;
        let data_key = self.data_key(&mut transaction, tenant).await?;
        let current = data_key.open_text(&sealed, secret_place(webhook)).map_err(StoreError::from)?;
        let signing_secret = random_secret();
        let previous_secret_until = sqlx::query_scalar(
            "update webhook_endpoints set secret_sealed = $4, previous_secret_sealed = $5,
                 previous_secret_until = now() + make_interval(hours => $6)
             where tenant_id = $1 and app_id = $2 and id = $3 returning previous_secret_until",
        )
        .bind(tenant.0)
        .bind(app.number())
        .bind(webhook)
        .bind(data_key.seal_text(&signing_secret, secret_place(webhook)))
        .bind(data_key.seal_text(&current, previous_secret_place(webhook)))
        .bind(OVERLAP_HOURS)
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(RotatedSecret { signing_secret, previous_secret_until })
    }
}

pub(super) fn random_secret() -> SecretString {
    SecretString::from(format!("whsec_{}", STANDARD.encode(random_bytes::<24>())))
}

pub(super) fn secret_place(webhook: Uuid) -> Place {
    Place { table: "webhook_endpoints", row: webhook, column: "secret_sealed" }
}

pub(super) fn previous_secret_place(webhook: Uuid) -> Place {
    Place { table: "webhook_endpoints", row: webhook, column: "previous_secret_sealed" }
}
