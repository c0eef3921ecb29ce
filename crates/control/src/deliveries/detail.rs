use std::{collections::BTreeMap, time::Duration};

use campanile_protocol::{AppId, TenantId};
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::{PgConnection, prelude::FromRow, types::Json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    Delivery,
    list::{DeliveryRow, find_delivery},
};
use crate::{Store, WebhookError, event_body::batch_body};

/// A delivery with what was sent and every try of it.
#[derive(Clone, Debug)]
pub struct DeliveryDetail {
    /// The delivery.
    pub delivery: Delivery,
    /// The exact bytes that are sent at each try, while its events are kept.
    pub body: Option<String>,
    /// Its tries, oldest first, as long as they are kept.
    pub attempts: Vec<AttemptRecord>,
}

/// One try.
#[derive(Clone, Debug)]
pub struct AttemptRecord {
    /// Which, from 1; counted anew for each replay.
    pub attempt: u32,
    /// Of which replay; 0 for the original.
    pub replay: u32,
    /// When it began.
    pub at: OffsetDateTime,
    /// What the endpoint answered, if it did.
    pub status: Option<u16>,
    /// How long it took.
    pub duration: Duration,
    /// Why it failed.
    pub error: Option<String>,
    /// What followed.
    pub outcome: AttemptOutcome,
    /// What was sent; of the owner's own headers only the names.
    pub request_headers: BTreeMap<String, String>,
    /// What came back, cut after 2 KiB: foreign text.
    pub response_headers: BTreeMap<String, String>,
    /// The beginning of the answer: foreign text, never to be shown as markup.
    pub response_excerpt: Option<String>,
}

/// What followed from a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttemptOutcome {
    /// The endpoint has it.
    Delivered,
    /// It is tried again.
    Failed,
    /// It failed, and was the last.
    Dead,
}

impl AttemptOutcome {
    /// `delivered`, `failed` or `dead`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Dead => "dead",
        }
    }

    /// The word in the table, whose third is older than the one in the API.
    fn parse(stored: &str) -> Self {
        match stored {
            "delivered" => Self::Delivered,
            "dropped" => Self::Dead,
            _ => Self::Failed,
        }
    }
}

#[derive(FromRow)]
struct AttemptRow {
    attempt: i32,
    replay: i32,
    at: OffsetDateTime,
    status: Option<i32>,
    duration_ms: i32,
    error: Option<String>,
    outcome: String,
    request_headers: Option<Json<BTreeMap<String, String>>>,
    response_headers: Option<Json<BTreeMap<String, String>>>,
    response_excerpt: Option<String>,
}

impl AttemptRow {
    fn into_record(self) -> AttemptRecord {
        AttemptRecord {
            attempt: u32::try_from(self.attempt).unwrap_or_default(),
            replay: u32::try_from(self.replay).unwrap_or_default(),
            at: self.at,
            status: self.status.and_then(|status| u16::try_from(status).ok()),
            duration: Duration::from_millis(u64::try_from(self.duration_ms).unwrap_or_default()),
            error: self.error,
            outcome: AttemptOutcome::parse(&self.outcome),
            request_headers: self.request_headers.map(|headers| headers.0).unwrap_or_default(),
            response_headers: self.response_headers.map(|headers| headers.0).unwrap_or_default(),
            response_excerpt: self.response_excerpt,
        }
    }
}

impl Store {
    /// A delivery with its body and every try.
    pub async fn get_delivery(
        &self,
        tenant: TenantId,
        app: AppId,
        webhook: Uuid,
        delivery: Uuid,
    ) -> Result<DeliveryDetail, WebhookError> {
        let mut connection = self.pool.acquire().await?;
        let row = find_delivery(&mut connection, (tenant, app, webhook), delivery).await?;
        let body = read_body(&mut connection, &row).await?;
        let attempts: Vec<AttemptRow> = sqlx::query_as(
            "select attempt, replay, at, status, duration_ms, error, outcome, request_headers,
                 response_headers, response_excerpt
             from webhook_attempts where batch_id = $1 and endpoint_id = $2 order by id",
        )
        .bind(delivery)
        .bind(webhook)
        .fetch_all(&mut *connection)
        .await?;
        let attempts = attempts.into_iter().map(AttemptRow::into_record).collect();
        Ok(DeliveryDetail { delivery: row.into_delivery()?, body, attempts })
    }
}

/// The body, if every one of its events is still there.
async fn read_body(connection: &mut PgConnection, row: &DeliveryRow) -> Result<Option<String>, WebhookError> {
    let bodies: Vec<String> = sqlx::query_scalar(
        "select body from webhook_events where lane_id = $1 and seq between $2 and $3 order by seq",
    )
    .bind(row.lane_id)
    .bind(row.first_seq)
    .bind(row.last_seq)
    .fetch_all(connection)
    .await?;
    let is_complete = i64::try_from(bodies.len()) == Ok(row.last_seq - row.first_seq + 1);
    Ok(is_complete.then(|| batch_body(row.frozen_at, bodies.iter().map(String::as_str))))
}
