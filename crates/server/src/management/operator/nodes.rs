//! The node: what it carries, whether clients may be sent to it, and how they are sent away.

use std::time::Instant;

use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use campanile_control::Act;
use campanile_realtime::WorkerLoad;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::{OffsetDateTime, serde::rfc3339};
use uuid::Uuid;

use crate::{
    drain::Draining,
    management::{Management, ManagementError, rights::Access, routes::Routes, validation::Form},
    openapi::Timestamp,
    operations::Readiness,
};

/// The nodes of the installation.
#[derive(Serialize, JsonSchema)]
pub(super) struct NodesReply {
    nodes: Vec<NodeReply>,
}

/// One node.
#[derive(Serialize, JsonSchema)]
pub(super) struct NodeReply {
    /// Names this start of it.
    id: Uuid,
    version: &'static str,
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    started_at: OffsetDateTime,
    /// Whether new clients may be sent there, as `/ready` says.
    ready: bool,
    /// Why not.
    reasons: Vec<&'static str>,
    connections: usize,
    /// Absent while one of them does not answer.
    workers: Option<Vec<WorkerReply>>,
    /// Bytes of events that wait inside it.
    backlog_bytes: usize,
    /// Where publishing is refused.
    backlog_limit_bytes: usize,
    /// How long the database took to answer; absent when it did not.
    database_ms: Option<f64>,
    /// Resident memory; absent where the system does not tell.
    memory_bytes: Option<u64>,
    /// Present while it is being drained.
    drain: Option<DrainReply>,
}

/// One thread that serves connections.
#[derive(Serialize, JsonSchema)]
struct WorkerReply {
    connections: usize,
    /// Channels that some of them are subscribed to.
    channels: usize,
    /// Organisations whose subscribers have yet to be written something.
    tenants_waiting: usize,
}

/// How far a drain is.
#[derive(Serialize, JsonSchema)]
struct DrainReply {
    /// At most.
    connections_per_second: u32,
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    began_at: OffsetDateTime,
    /// Open when it began.
    connections_at_start: usize,
    /// Connections that were told to reconnect elsewhere.
    told: u64,
    /// Connections that are still open.
    remaining: usize,
    /// When nobody was left for the first time.
    #[serde(with = "rfc3339::option")]
    #[schemars(with = "Option<Timestamp>")]
    emptied_at: Option<OffsetDateTime>,
}

/// How fast to drain.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BeginDrain {
    /// Connections told to go in a second, 1 to 100,000: what those who take them over can bear.
    connections_per_second: u32,
}

const FASTEST: u32 = 100_000;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .get("/operator/nodes", Access::Operator, list)
        .called("operator_nodes_list")
        .about("The installation's nodes, and what they carry");
    routes
        .post("/operator/nodes/{node_id}/drain", Access::Operator, begin)
        .called("operator_nodes_drain")
        .about("Have a node's clients reconnect elsewhere, slice by slice, and let nobody new in")
        .accepts::<NodeReply>()
        .refuses(&[409]);
    routes
        .delete("/operator/nodes/{node_id}/drain", Access::Operator, cancel)
        .called("operator_nodes_cancel_drain")
        .about("End a drain: who is still connected stays, and new clients are let in");
}

/// `GET /operator/nodes`
async fn list(management: Data<Management>) -> Json<NodesReply> {
    Json(NodesReply { nodes: vec![describe(&management).await] })
}

/// `POST /operator/nodes/{node_id}/drain`: 202; how far it is, the node says.
async fn begin(
    node_id: Path<Uuid>,
    body: Json<BeginDrain>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let per_second = body.connections_per_second;
    let mut form = Form::default();
    form.require("connections_per_second", (1..=FASTEST).contains(&per_second), "Use 1 to 100,000.");
    form.check()?;
    management.find_node(*node_id)?;
    let drain = &management.installation.drain;
    let under_way = || ManagementError::Conflict("This node is being drained already.".to_owned());
    if drain.is_on() {
        return Err(under_way());
    }
    // Recorded first: a drain that cannot be recorded does not begin.
    let plan = json!({ "connections_per_second": per_second });
    management.record_of_node("node.drain_started", &plan).await?;
    if !drain.begin(per_second) {
        return Err(under_way());
    }
    tracing::info!(per_second, "the node is being drained");
    Ok(HttpResponse::Accepted().json(describe(&management).await))
}

/// `DELETE /operator/nodes/{node_id}/drain`: also when there is none.
async fn cancel(
    node_id: Path<Uuid>,
    management: Data<Management>,
) -> Result<Json<NodeReply>, ManagementError> {
    management.find_node(*node_id)?;
    let drain = &management.installation.drain;
    if let Some(Draining { told, .. }) = drain.progress() {
        // Recorded first here too: an answer that it failed is true then.
        management.record_of_node("node.drain_cancelled", &json!({ "told": told })).await?;
        drain.cancel();
        tracing::info!(told, "the node is no longer being drained");
    }
    Ok(Json(describe(&management).await))
}

impl Management {
    fn find_node(&self, id: Uuid) -> Result<(), ManagementError> {
        if id == self.installation.node_id { Ok(()) } else { Err(ManagementError::NotFound) }
    }

    async fn record_of_node(&self, action: &str, after: &serde_json::Value) -> Result<(), ManagementError> {
        let target_id = &self.installation.node_id.to_string();
        Ok(self.store.record_operator_act(Act { action, target_id, after: Some(after) }).await?)
    }
}

async fn describe(management: &Management) -> NodeReply {
    let (installation, node) = (&management.installation, &management.node);
    let database_ms = ask_database(management).await;
    let readiness = Readiness::find(&management.stopping, &installation.drain, database_ms.is_some());
    let workers = node.worker_loads().await.ok();
    let counters = node.counters();
    NodeReply {
        id: installation.node_id,
        version: env!("CARGO_PKG_VERSION"),
        started_at: installation.started_at,
        ready: readiness.ready,
        reasons: readiness.reasons,
        connections: counters.connections,
        workers: workers.map(|loads| loads.into_iter().map(WorkerReply::from).collect()),
        backlog_bytes: counters.backlog_bytes,
        backlog_limit_bytes: counters.backlog_limit_bytes,
        database_ms,
        memory_bytes: resident_bytes(),
        drain: installation.drain.progress().map(|draining| DrainReply::of(draining, counters.connections)),
    }
}

async fn ask_database(management: &Management) -> Option<f64> {
    let asked = Instant::now();
    let answer = management.store.ping().await;
    answer.is_ok().then(|| asked.elapsed().as_secs_f64() * 1e3)
}

/// What the process holds, where there is a `/proc`.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

impl From<WorkerLoad> for WorkerReply {
    fn from(WorkerLoad { connections, channels, tenants_waiting }: WorkerLoad) -> Self {
        Self { connections, channels, tenants_waiting }
    }
}

impl DrainReply {
    fn of(draining: Draining, remaining: usize) -> Self {
        let Draining { per_second, began_at, connections_at_start, told, emptied_at } = draining;
        Self {
            connections_per_second: per_second,
            began_at,
            connections_at_start,
            told,
            remaining,
            emptied_at,
        }
    }
}
