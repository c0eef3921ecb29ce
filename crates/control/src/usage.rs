//! What tenants used: minute by minute as it was counted, and the sums of hours and days.

mod read;
mod store;
mod warnings;

use campanile_protocol::{AppId, TenantId};
use serde::Serialize;
use sqlx::{Row, postgres::PgRow};
use time::OffsetDateTime;

pub use self::{
    read::{UsagePoint, UsageQuery, UsageStep},
    warnings::UsageWarning,
};
use crate::{Store, StoreError};

/// How much was used in some time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UsageAmounts {
    /// The most connections at once.
    pub connections_peak: u64,
    /// What all connections lasted together, in milliseconds.
    pub connection_ms: u64,
    /// Requests that published.
    pub api_requests: u64,
    /// Messages in them.
    pub api_messages: u64,
    /// Events that clients sent.
    pub client_events: u64,
    /// Events of servers, delivered.
    pub delivered_events: u64,
    /// Client events, delivered.
    pub delivered_client_events: u64,
    /// Members that came and went, told to subscribers.
    pub delivered_presence: u64,
    /// Remembered events, delivered to new subscribers.
    pub delivered_cached: u64,
    /// Subscription counts, told to subscribers.
    pub delivered_counts: u64,
    /// Requests to webhook endpoints.
    pub webhook_requests: u64,
}

/// What one start of a node saw in one minute, so far: what is stored later says the same or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageRow {
    /// The tenant.
    pub tenant: TenantId,
    /// Its app; none for all of them together.
    pub app: Option<AppId>,
    /// When the minute began.
    pub minute: OffsetDateTime,
    /// What was used.
    pub amounts: UsageAmounts,
}

/// The columns that are summed up; of the peak, the highest counts. From the third on, they are messages.
const SUMS: [&str; 10] = [
    "connection_ms",
    "api_requests",
    "api_messages",
    "client_events",
    "delivered_events",
    "delivered_client_events",
    "delivered_presence",
    "delivered_cached",
    "delivered_counts",
    "webhook_requests",
];

const MESSAGES: &[&str] = SUMS.split_at(2).1;

/// What each of them is, in the place of `$`, one after the other.
fn each_sum(text: &str) -> String {
    SUMS.map(|column| text.replace('$', column)).join(", ")
}

impl UsageAmounts {
    /// All that counts as a message (Pusher reference, section 9).
    pub fn messages(&self) -> u64 {
        self.messages_in() + self.messages_out() + self.webhook_requests
    }

    /// Those that came from servers and clients.
    pub fn messages_in(&self) -> u64 {
        self.api_messages + self.client_events
    }

    /// Those that went to clients.
    pub fn messages_out(&self) -> u64 {
        self.delivered_events
            + self.delivered_client_events
            + self.delivered_presence
            + self.delivered_cached
            + self.delivered_counts
    }

    /// Adds what was used at another time.
    pub fn add(&mut self, other: &Self) {
        self.connections_peak = self.connections_peak.max(other.connections_peak);
        self.connection_ms += other.connection_ms;
        self.api_requests += other.api_requests;
        self.api_messages += other.api_messages;
        self.client_events += other.client_events;
        self.delivered_events += other.delivered_events;
        self.delivered_client_events += other.delivered_client_events;
        self.delivered_presence += other.delivered_presence;
        self.delivered_cached += other.delivered_cached;
        self.delivered_counts += other.delivered_counts;
        self.webhook_requests += other.webhook_requests;
    }

    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let amount = |column: &str| row.try_get::<i64, _>(column).map(|amount| amount.max(0).unsigned_abs());
        Ok(Self {
            connections_peak: row.try_get::<i32, _>("connections_peak")?.max(0).unsigned_abs().into(),
            connection_ms: amount("connection_ms")?,
            api_requests: amount("api_requests")?,
            api_messages: amount("api_messages")?,
            client_events: amount("client_events")?,
            delivered_events: amount("delivered_events")?,
            delivered_client_events: amount("delivered_client_events")?,
            delivered_presence: amount("delivered_presence")?,
            delivered_cached: amount("delivered_cached")?,
            delivered_counts: amount("delivered_counts")?,
            webhook_requests: amount("webhook_requests")?,
        })
    }
}

/// The number in a row: 0 stands for all apps.
fn number(app: Option<AppId>) -> i64 {
    app.map_or(0, AppId::number)
}

impl Store {
    /// Forgets minutes after two days, hours after 90, days after three years, and warnings with the hours.
    pub(crate) async fn forget_old_usage(&self) -> Result<(), StoreError> {
        for statement in [
            "delete from usage_minutes where minute < now() - interval '48 hours'",
            "delete from usage_hours where hour < now() - interval '90 days'",
            "delete from usage_days where day < now() - interval '3 years'",
            "delete from usage_warnings where period_at < now() - interval '90 days'",
        ] {
            sqlx::query(statement).execute(&self.pool).await?;
        }
        Ok(())
    }
}
