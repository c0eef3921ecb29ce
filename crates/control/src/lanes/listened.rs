use campanile_protocol::{AppId, TenantId};
use sqlx::prelude::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Claim, Ticket};
use crate::{Recipient, Store, StoreError, WebhookError};

/// A batch that a listener has.
#[derive(FromRow)]
struct UnderWay {
    id: i64,
    endpoint_id: Uuid,
    batch_id: Uuid,
    batch_at: OffsetDateTime,
    batch_upto: i64,
    cursor: i64,
    attempt: i32,
}

impl Store {
    /// Claims what a listener is to be given: its own next batch, and those of the webhook that it takes.
    /// `None` when there is no such listener any more.
    pub async fn claim_listened(
        &self,
        listener: Uuid,
        incarnation: Uuid,
    ) -> Result<Option<Vec<Claim>>, StoreError> {
        let mut transaction = self.pool.begin().await?;
        let is_there: bool =
            sqlx::query_scalar("select exists (select from webhook_endpoints where id = $1)")
                .bind(listener)
                .fetch_one(&mut *transaction)
                .await?;
        if !is_there {
            return Ok(None);
        }
        let lanes: Vec<i64> = sqlx::query_scalar(
            "select l.id from webhook_lanes l join webhook_endpoints w on w.id = l.endpoint_id
             where (w.id = $1 or w.diverted_to = $1) and w.state = 'active' and l.cursor < l.head
               and l.next_at <= now() and (l.locked_until is null or l.locked_until <= now())
             order by l.id for update of l skip locked",
        )
        .bind(listener)
        .fetch_all(&mut *transaction)
        .await?;
        if lanes.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let claims = self.claim_lanes(&mut transaction, &lanes, incarnation).await?;
        transaction.commit().await?;
        Ok(Some(claims))
    }

    /// What settles a delivery that a listener was given, whichever node gave it; with the endpoint that it
    /// is of.
    pub async fn find_listened(
        &self,
        tenant: TenantId,
        app: AppId,
        listener: Uuid,
        delivery: Uuid,
    ) -> Result<(Ticket, Recipient), WebhookError> {
        let found: Option<UnderWay> = sqlx::query_as(
            "select l.id, l.endpoint_id, l.batch_id, l.batch_at, l.batch_upto, l.cursor, l.attempt
             from webhook_lanes l join webhook_endpoints w on w.id = l.endpoint_id
             where w.tenant_id = $1 and w.app_id = $2 and (w.id = $3 or w.diverted_to = $3)
               and l.batch_id = $4 and l.locked_until > now()",
        )
        .bind(tenant.0)
        .bind(app.number())
        .bind(listener)
        .bind(delivery)
        .fetch_optional(&self.pool)
        .await?;
        let found = found.ok_or(WebhookError::NotFound)?;
        let recipient = self.find_recipient(tenant, app, found.endpoint_id).await?;
        Ok((found.into_ticket(tenant), recipient))
    }
}

impl UnderWay {
    fn into_ticket(self, tenant_id: TenantId) -> Ticket {
        Ticket {
            lane_id: self.id,
            replay_id: None,
            channels: None,
            is_listened: true,
            was_failing: false,
            tenant_id,
            endpoint_id: self.endpoint_id,
            delivery_id: self.batch_id,
            frozen_at: self.batch_at,
            since: self.batch_at,
            attempt: u32::try_from(self.attempt).unwrap_or_default() + 1,
            replay: 0,
            first_seq: self.cursor + 1,
            last_seq: self.batch_upto,
        }
    }
}
