//! How organisations stand, from what the node counts and what the database holds.

use std::collections::HashMap;

use campanile_control::{StoreError, Suspension, TenantAccount, TenantLanes};
use campanile_protocol::TenantId;
use campanile_realtime::Metered;
use schemars::JsonSchema;
use serde::Serialize;
use time::{OffsetDateTime, serde::rfc3339};

use crate::{management::Management, openapi::Timestamp, usage::Rates};

/// An organisation, and how it stands.
#[derive(Serialize, JsonSchema)]
pub(super) struct TenantRow {
    pub(super) id: TenantId,
    pub(super) name: String,
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    created_at: OffsetDateTime,
    /// The name of its plan, if it has one.
    plan: Option<String>,
    /// How many apps it has.
    apps: u64,
    /// Its owners' addresses.
    owners: Vec<String>,
    /// Present while it is suspended.
    suspension: Option<SuspensionReply>,
    pub(super) now: LoadReply,
}

/// Why an organisation's apps take nothing.
#[derive(Serialize, JsonSchema)]
struct SuspensionReply {
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    at: OffsetDateTime,
    /// As its members read it.
    reason: String,
}

/// What an organisation asks of the node: rates are those of the last reading, five seconds at most.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(super) struct LoadReply {
    /// Open connections that count.
    pub(super) connections: u32,
    pub(super) messages_per_second: f64,
    /// Of the UTC day.
    pub(super) messages_today: u64,
    /// Its part of all messages of the last reading, in hundredths.
    pub(super) share_percent: f64,
    /// Messages refused because too many were published in a second.
    pub(super) throttled_per_second: f64,
    /// The same since the UTC day or the node began.
    pub(super) throttled_today: u64,
    /// Bytes of its events that wait inside the node.
    pub(super) backlog_bytes: u64,
    /// That in hundredths of what may wait for all.
    pub(super) backlog_percent: f64,
    /// Lanes of active webhook endpoints that have something to tell.
    pub(super) webhook_lanes: u64,
    /// Of them, those whose last try failed.
    pub(super) webhook_lanes_failing: u64,
    /// Events that wait in them.
    pub(super) webhook_events: u64,
}

/// How all of them stand at one moment.
pub(super) struct Survey {
    pub(super) rates: Rates,
    waiting_bytes: HashMap<TenantId, usize>,
    backlog_limit_bytes: usize,
    lanes: HashMap<TenantId, TenantLanes>,
}

/// Organisations with waiting lanes that are told apart.
const LANES_OF: u32 = 10_000;

impl Survey {
    pub(super) async fn make(management: &Management) -> Result<Self, StoreError> {
        let lanes = management.store.lanes_by_tenant(LANES_OF).await?;
        Ok(Self {
            rates: management.installation.books.rates(),
            waiting_bytes: management.node.waiting_bytes(),
            backlog_limit_bytes: management.node.counters().backlog_limit_bytes,
            lanes: lanes.into_iter().map(|lanes| (lanes.tenant, lanes)).collect(),
        })
    }

    /// Who does, holds or waits for anything.
    pub(super) fn tenants(&self) -> Vec<TenantId> {
        let known =
            self.rates.tenants().chain(self.waiting_bytes.keys().copied()).chain(self.lanes.keys().copied());
        let mut known: Vec<_> = known.collect();
        known.sort_unstable_by_key(|tenant| tenant.0);
        known.dedup();
        known
    }

    pub(super) fn load(&self, management: &Management, tenant: TenantId) -> LoadReply {
        let (now, rate) = (management.node.consumption(Metered::tenant(tenant)), self.rates.of(tenant));
        let waiting = self.waiting_bytes.get(&tenant).copied().unwrap_or_default();
        let lanes = self.lanes.get(&tenant);
        LoadReply {
            connections: now.connections,
            messages_per_second: rate.messages_per_second,
            messages_today: now.messages_today,
            share_percent: rate.share_percent,
            throttled_per_second: rate.throttled_per_second,
            throttled_today: rate.throttled_today,
            backlog_bytes: waiting as u64,
            backlog_percent: waiting as f64 * 100.0 / self.backlog_limit_bytes.max(1) as f64,
            webhook_lanes: lanes.map_or(0, |lanes| lanes.lanes),
            webhook_lanes_failing: lanes.map_or(0, |lanes| lanes.failing),
            webhook_events: lanes.map_or(0, |lanes| lanes.events),
        }
    }

    pub(super) fn row(&self, management: &Management, account: TenantAccount) -> TenantRow {
        TenantRow {
            now: self.load(management, account.id),
            id: account.id,
            name: account.name,
            created_at: account.created_at,
            plan: account.plan,
            apps: account.apps,
            owners: account.owners,
            suspension: account.suspension.map(|Suspension { at, reason }| SuspensionReply { at, reason }),
        }
    }
}
