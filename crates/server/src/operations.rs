//! The internal port: health for orchestrators, metrics for Prometheus.

mod metrics;
mod page;
mod webhook_metrics;

use std::sync::Arc;

use actix_web::{
    HttpResponse,
    web::{self, Data, ServiceConfig},
};
use campanile_control::Store;
use campanile_realtime::Node;
use campanile_webhooks::Meter;
use serde::Serialize;
use tokio::sync::watch;

/// What the internal port tells about.
pub(crate) struct Operations {
    pub(crate) store: Store,
    pub(crate) node: Arc<Node>,
    pub(crate) webhooks: Meter,
    /// True once the platform has been told to stop.
    pub(crate) stopping: watch::Receiver<bool>,
}

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    /// Why not.
    reasons: Vec<&'static str>,
}

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/live", web::get().to(live))
        .route("/ready", web::get().to(ready))
        .route("/metrics", web::get().to(metrics));
}

/// `GET /live`: the process answers. Nothing else is asked: a restart would not bring a database back.
async fn live() -> &'static str {
    "live\n"
}

/// `GET /ready`: new clients may be sent here; 503 with the reasons otherwise.
async fn ready(operations: Data<Operations>) -> HttpResponse {
    let mut reasons = Vec::new();
    if *operations.stopping.borrow() {
        reasons.push("the platform is stopping");
    }
    if operations.store.ping().await.is_err() {
        reasons.push("the database does not answer");
    }
    let ready = reasons.is_empty();
    let mut response = if ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    response.json(Readiness { ready, reasons })
}

/// `GET /metrics`: the OpenMetrics text format.
async fn metrics(operations: Data<Operations>) -> HttpResponse {
    let webhooks = operations.webhooks.read().await;
    HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(metrics::encode(operations.node.counters(), webhooks))
}
