//! Who asks most of the node.

use actix_web::web::{Data, Json, Query};
use campanile_control::TenantSearch;
use campanile_protocol::TenantId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::standing::{LoadReply, Survey, TenantRow};
use crate::management::{Management, ManagementError, rights::Access, routes::Routes};

/// By what organisations are compared.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Measure {
    /// Their part of all messages.
    #[default]
    Share,
    /// Messages refused because of a rate.
    Throttled,
    /// What waits inside the node.
    Backlog,
    /// What webhooks have yet to tell.
    Webhooks,
    /// Open connections.
    Connections,
}

/// How to compare.
#[derive(Default, Deserialize, JsonSchema)]
pub(super) struct Comparison {
    #[serde(default)]
    by: Measure,
}

/// The organisations that ask most, the first of them most.
#[derive(Serialize, JsonSchema)]
pub(super) struct NeighboursReply {
    /// At most 20.
    tenants: Vec<TenantRow>,
    /// Of all organisations together.
    messages_per_second: f64,
    /// How many did, held or waited for anything lately.
    active: usize,
}

const SHOWN: usize = 20;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .get("/operator/neighbours", Access::Operator, list)
        .called("operator_neighbours")
        .about("Which organisations ask most of the node");
}

/// `GET /operator/neighbours`
async fn list(
    comparison: Query<Comparison>,
    management: Data<Management>,
) -> Result<Json<NeighboursReply>, ManagementError> {
    let survey = Survey::make(&management).await?;
    let mut known: Vec<(TenantId, f64)> = survey
        .tenants()
        .into_iter()
        .map(|tenant| (tenant, comparison.by.of(&survey.load(&management, tenant))))
        .collect();
    known.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let active = known.len();
    known.truncate(SHOWN);
    let only = known.iter().map(|(tenant, _)| *tenant).collect();
    let search = TenantSearch { only: Some(only), limit: SHOWN as u32, ..TenantSearch::default() };
    let accounts = management.store.search_tenants(&search).await?;
    let mut tenants: Vec<_> = accounts.into_iter().map(|account| survey.row(&management, account)).collect();
    tenants.sort_by(|one, other| comparison.by.of(&other.now).total_cmp(&comparison.by.of(&one.now)));
    Ok(Json(NeighboursReply { tenants, messages_per_second: survey.rates.messages_per_second(), active }))
}

impl Measure {
    fn of(self, load: &LoadReply) -> f64 {
        match self {
            Self::Share => load.share_percent,
            // What is refused now counts before what was.
            Self::Throttled => load.throttled_per_second * 1e9 + load.throttled_today as f64,
            Self::Backlog => load.backlog_bytes as f64,
            Self::Webhooks => load.webhook_events as f64,
            Self::Connections => load.connections.into(),
        }
    }
}
