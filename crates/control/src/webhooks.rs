use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::STANDARD};
use campanile_protocol::{AppId, OccurrenceType, TenantId};
use secrecy::SecretString;
use sqlx::{PgConnection, prelude::FromRow};
use thiserror::Error;
use time::OffsetDateTime;
use url::{Host, Url};
use uuid::Uuid;

use crate::{AppError, Store, StoreError, apps::lock_app, random::random_bytes, seal::Place};

const MAX_URL_BYTES: usize = 2048;

/// An endpoint to be told.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    /// `http` or `https`, with a host and without credentials, at most 2,048 bytes.
    pub url: String,
    /// What it wants to hear; at least one.
    pub event_types: Vec<OccurrenceType>,
    /// Many events per request instead of one.
    pub batching: bool,
}

/// An endpoint as its owner sees it; it holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookRecord {
    /// Its id.
    pub id: Uuid,
    /// Whose occurrences it hears.
    pub app_id: AppId,
    /// Where it is posted to.
    pub url: String,
    /// What it wants to hear.
    pub event_types: Vec<OccurrenceType>,
    /// Many events per request instead of one.
    pub batching: bool,
    /// Whether it is posted to.
    pub state: WebhookState,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// Events it has yet to be told.
    pub pending: u64,
    /// When it was last tried.
    pub last_attempt_at: Option<OffsetDateTime>,
    /// What it answered then; absent also when it did not answer.
    pub last_status: Option<u16>,
}

/// Whether an endpoint is posted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookState {
    /// It is.
    Active,
    /// It is not, and nothing is recorded for it: it answered 410 Gone.
    Disabled,
}

/// Why an endpoint is not as asked.
#[derive(Debug, Error)]
pub enum WebhookError {
    /// The tenant has no such app, or the app no such endpoint.
    #[error("there is no such app or webhook")]
    NotFound,
    /// It is no URL that can be posted to.
    #[error(
        "a webhook's URL is http:// or https:// with a host, without credentials, at most {MAX_URL_BYTES} bytes"
    )]
    InvalidUrl,
    /// It would never be told anything.
    #[error("a webhook needs at least one event type")]
    NoEventTypes,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for WebhookError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<AppError> for WebhookError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::NotFound | AppError::IdTaken | AppError::KeyTaken => Self::NotFound,
            AppError::Store(error) => Self::Store(error),
        }
    }
}

impl WebhookState {
    /// `active` or `disabled`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

impl fmt::Display for WebhookState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[derive(FromRow)]
struct WebhookRow {
    id: Uuid,
    app_id: i64,
    url: String,
    event_types: Vec<String>,
    batching: bool,
    state: String,
    created_at: OffsetDateTime,
    pending: i64,
    last_attempt_at: Option<OffsetDateTime>,
    last_status: Option<i32>,
}

impl WebhookRow {
    fn into_record(self) -> Result<WebhookRecord, StoreError> {
        Ok(WebhookRecord {
            id: self.id,
            app_id: AppId::from_number(self.app_id).map_err(|_| StoreError::Corrupt("an app id"))?,
            url: self.url,
            event_types: self
                .event_types
                .iter()
                .filter_map(|name| OccurrenceType::from_str(name).ok())
                .collect(),
            batching: self.batching,
            state: if self.state == "active" { WebhookState::Active } else { WebhookState::Disabled },
            created_at: self.created_at,
            pending: u64::try_from(self.pending).unwrap_or_default(),
            last_attempt_at: self.last_attempt_at,
            last_status: self.last_status.and_then(|status| u16::try_from(status).ok()),
        })
    }
}

impl Store {
    /// Adds an endpoint to an app. It is told what happens from now on. The second value is the
    /// secret that its deliveries are signed with, `whsec_…`: shown this once. Whether the URL's
    /// addresses may be posted to is not judged here.
    pub async fn create_webhook(
        &self,
        tenant: TenantId,
        app: AppId,
        new: NewWebhook,
    ) -> Result<(WebhookRecord, SecretString), WebhookError> {
        let url = check_url(&new.url)?;
        let types = distinct_names(&new.event_types);
        if types.is_empty() {
            return Err(WebhookError::NoEventTypes);
        }
        let mut transaction = self.pool.begin().await?;
        lock_app(&mut transaction, tenant, app).await?;
        let data_key = self.data_key(&mut transaction, tenant).await?;
        forget_stale_presence(&mut transaction, app).await?;
        let id = Uuid::now_v7();
        let secret = SecretString::from(format!("whsec_{}", STANDARD.encode(random_bytes::<24>())));
        let row: WebhookRow = sqlx::query_as(
            "with endpoint as (
                 insert into webhook_endpoints
                     (id, tenant_id, app_id, url, event_types, batching, secret_sealed)
                 values ($1, $2, $3, $4, $5, $6, $7) returning *
             ), lane as (
                 insert into webhook_lanes (endpoint_id, app_id) values ($1, $3)
             )
             select id, app_id, url, event_types, batching, state, created_at, 0::bigint as pending,
                 null::timestamptz as last_attempt_at, null::integer as last_status from endpoint",
        )
        .bind(id)
        .bind(tenant.0)
        .bind(app.number())
        .bind(url)
        .bind(types)
        .bind(new.batching)
        .bind(data_key.seal_text(&secret, secret_place(id)))
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok((row.into_record()?, secret))
    }

    /// The app's endpoints, oldest first.
    pub async fn list_webhooks(
        &self,
        tenant: TenantId,
        app: AppId,
    ) -> Result<Vec<WebhookRecord>, WebhookError> {
        self.get_app(tenant, app).await?;
        let rows: Vec<WebhookRow> = sqlx::query_as(
            "select w.id, w.app_id, w.url, w.event_types, w.batching, w.state, w.created_at,
                 sum(l.head - l.cursor)::bigint as pending, max(l.last_attempt_at) as last_attempt_at,
                 (array_agg(l.last_status order by l.last_attempt_at desc nulls last))[1] as last_status
             from webhook_endpoints w join webhook_lanes l on l.endpoint_id = w.id
             where w.tenant_id = $1 and w.app_id = $2
             group by w.id order by w.created_at, w.id",
        )
        .bind(tenant.0)
        .bind(app.number())
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(WebhookRow::into_record).collect::<Result<_, _>>()?)
    }

    /// Removes an endpoint; what it had yet to be told is not told.
    pub async fn delete_webhook(
        &self,
        tenant: TenantId,
        app: AppId,
        webhook: Uuid,
    ) -> Result<(), WebhookError> {
        let done =
            sqlx::query("delete from webhook_endpoints where tenant_id = $1 and app_id = $2 and id = $3")
                .bind(tenant.0)
                .bind(app.number())
                .bind(webhook)
                .execute(&self.pool)
                .await?;
        if done.rows_affected() > 0 { Ok(()) } else { Err(WebhookError::NotFound) }
    }
}

/// Before an app's first active endpoint: while it had none nothing was recorded, so what was noted
/// before then may have changed unseen.
async fn forget_stale_presence(connection: &mut PgConnection, app: AppId) -> Result<(), StoreError> {
    sqlx::query(
        "delete from occupancy where app_id = $1 and not exists
             (select from webhook_endpoints where app_id = $1 and state = 'active')",
    )
    .bind(app.number())
    .execute(connection)
    .await?;
    Ok(())
}

fn check_url(text: &str) -> Result<String, WebhookError> {
    let url = Url::parse(text.trim()).map_err(|_| WebhookError::InvalidUrl)?;
    let has_host = match url.host() {
        Some(Host::Domain(name)) => !name.is_empty(),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    };
    let is_plain = url.username().is_empty() && url.password().is_none();
    let is_valid = matches!(url.scheme(), "http" | "https")
        && has_host
        && is_plain
        && url.as_str().len() <= MAX_URL_BYTES;
    if is_valid { Ok(url.into()) } else { Err(WebhookError::InvalidUrl) }
}

fn distinct_names(types: &[OccurrenceType]) -> Vec<&'static str> {
    OccurrenceType::ALL.into_iter().filter(|kind| types.contains(kind)).map(OccurrenceType::as_str).collect()
}

pub(crate) fn secret_place(webhook: Uuid) -> Place {
    Place { table: "webhook_endpoints", row: webhook, column: "secret_sealed" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_must_have_the_shape_of_a_web_address() {
        for text in ["https://example.com/hook?x=1", "http://10.0.0.1:8080", " https://[::1]/ "] {
            assert!(check_url(text).is_ok(), "{text}");
        }
        let long = format!("https://example.com/{}", "x".repeat(MAX_URL_BYTES));
        let user = "https://me@example.com/";
        let password = "https://:pw@example.com/";
        for text in
            ["", "example.com", "ftp://example.com", "https://", "file:///etc/passwd", &long, user, password]
        {
            assert!(matches!(check_url(text), Err(WebhookError::InvalidUrl)), "{text}");
        }
    }
}
