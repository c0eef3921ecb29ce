//! What waits: mails, webhooks, occurrences not yet recorded.

use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use campanile_control::{Backlog, TenantLanes, WaitingMail};
use campanile_protocol::TenantId;
use campanile_webhooks::Stats;
use schemars::JsonSchema;
use serde::Serialize;
use time::{OffsetDateTime, serde::rfc3339};
use uuid::Uuid;

use crate::{
    management::{Management, ManagementError, rights::Access, routes::Routes},
    openapi::Timestamp,
};

/// Everything that waits.
#[derive(Serialize, JsonSchema)]
pub(super) struct QueuesReply {
    mails: MailsReply,
    webhooks: WebhooksReply,
    occurrences: OccurrencesReply,
}

/// What is to be mailed.
#[derive(Serialize, JsonSchema)]
struct MailsReply {
    /// Whether mails leave this installation at all; otherwise its log has them.
    is_sending: bool,
    waiting: u64,
    /// Of them, those that were tried in vain.
    failing: u64,
    /// Since when the oldest waits.
    #[serde(with = "rfc3339::option")]
    #[schemars(with = "Option<Timestamp>")]
    oldest_at: Option<OffsetDateTime>,
    /// At most 50, those tried most often first.
    list: Vec<MailReply>,
}

/// A mail that waits. What it says is its recipient's alone.
#[derive(Serialize, JsonSchema)]
struct MailReply {
    id: Uuid,
    recipient: String,
    /// What about, e.g. `invitation`; absent when it does not open.
    letter: Option<&'static str>,
    /// Tries so far.
    attempts: u32,
    /// Why the last of them failed.
    last_error: Option<String>,
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    created_at: OffsetDateTime,
    /// When it is tried again.
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    next_at: OffsetDateTime,
}

/// What active endpoints have yet to be told.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OperatorWebhooksReply")]
struct WebhooksReply {
    /// Events recorded and not yet delivered.
    events: u64,
    /// Since when the oldest of them waits.
    #[serde(with = "rfc3339::option")]
    #[schemars(with = "Option<Timestamp>")]
    oldest_at: Option<OffsetDateTime>,
    /// Lanes whose last try failed.
    failing_lanes: u64,
    /// Deliveries given up that wait for a decision.
    dead_letters: u64,
    /// By organisation, the furthest behind first; at most 50. Of 10,000 lanes at most: where there are more, those
    /// that fail come first.
    tenants: Vec<LanesReply>,
}

/// What one organisation's endpoints have yet to be told.
#[derive(Serialize, JsonSchema)]
struct LanesReply {
    tenant_id: TenantId,
    name: String,
    lanes: u64,
    failing: u64,
    events: u64,
    /// Since when the batch that was tried longest waits; absent when none was tried.
    #[serde(with = "rfc3339::option")]
    #[schemars(with = "Option<Timestamp>")]
    oldest_batch_at: Option<OffsetDateTime>,
}

/// What happened on the node and is not in the database yet.
#[derive(Serialize, JsonSchema)]
struct OccurrencesReply {
    waiting: u64,
    bytes: u64,
    /// Recorded since the node began.
    recorded: u64,
    /// Lost since then, to a full memory or a refusal.
    shed: u64,
}

const SHOWN: u32 = 50;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .get("/operator/queues", Access::Operator, get)
        .called("operator_queues")
        .about("What waits: mails, webhooks, occurrences not yet recorded");
    routes
        .post("/operator/mails/{mail_id}/retry", Access::Operator, retry)
        .called("operator_mails_retry")
        .about("Have a mail tried at once")
        .answers_nothing();
}

/// `GET /operator/queues`
async fn get(management: Data<Management>) -> Result<Json<QueuesReply>, ManagementError> {
    let store = &management.store;
    let (queue, list) = (store.mail_queue().await?, store.list_mails(SHOWN).await?);
    let (backlog, lanes) = (store.backlog().await?, store.lanes_by_tenant(SHOWN).await?);
    let stats = management.installation.webhooks.read().await;
    Ok(Json(QueuesReply {
        mails: MailsReply {
            is_sending: management.sends_mail,
            waiting: queue.waiting,
            failing: queue.failing,
            oldest_at: queue.oldest_at,
            list: list.into_iter().map(MailReply::from).collect(),
        },
        webhooks: WebhooksReply::of(backlog, lanes),
        occurrences: OccurrencesReply::from(stats),
    }))
}

/// `POST /operator/mails/{mail_id}/retry`: 404 when it has been sent, or given up.
async fn retry(mail_id: Path<Uuid>, management: Data<Management>) -> Result<HttpResponse, ManagementError> {
    let waits = management.store.retry_mail(*mail_id).await?;
    if waits { Ok(HttpResponse::NoContent().finish()) } else { Err(ManagementError::NotFound) }
}

impl WebhooksReply {
    fn of(backlog: Backlog, lanes: Vec<TenantLanes>) -> Self {
        Self {
            events: backlog.pending,
            oldest_at: backlog.oldest_at,
            failing_lanes: backlog.failing_lanes,
            dead_letters: backlog.dead_letters,
            tenants: lanes.into_iter().map(LanesReply::from).collect(),
        }
    }
}

impl From<WaitingMail> for MailReply {
    fn from(mail: WaitingMail) -> Self {
        let WaitingMail { id, recipient, letter, attempts, last_error, created_at, next_at } = mail;
        Self { id, recipient, letter, attempts, last_error, created_at, next_at }
    }
}

impl From<TenantLanes> for LanesReply {
    fn from(lanes: TenantLanes) -> Self {
        let TenantLanes { tenant, name, lanes, failing, events, oldest_batch_at } = lanes;
        Self { tenant_id: tenant, name, lanes, failing, events, oldest_batch_at }
    }
}

impl From<Stats> for OccurrencesReply {
    fn from(stats: Stats) -> Self {
        Self {
            waiting: stats.inbox_occurrences,
            bytes: stats.inbox_bytes,
            recorded: stats.recorded,
            shed: stats.shed_client_events + stats.shed_edges + stats.unrecordable,
        }
    }
}
