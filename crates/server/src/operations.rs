//! The internal port: health for orchestrators, metrics for Prometheus.

mod metrics;
mod node_metrics;
mod page;
mod process;
mod process_metrics;
mod store_metrics;
mod timings;
mod usage_metrics;
mod webhook_metrics;
mod worker_metrics;
mod workers;

use std::{sync::Arc, time::SystemTime};

use actix_web::{
    HttpResponse,
    web::{self, Data, ServiceConfig},
};
use campanile_control::Store;
use campanile_realtime::Node;
use campanile_transport::Sockets;
use campanile_webhooks::Meter;
use serde::Serialize;
use tokio::sync::watch;

use self::{metrics::Reading, node_metrics::NodeStats, process::Process, store_metrics::StoreStats};
use crate::{drain::Drain, mail::MailMeter, usage::BooksMeter};

pub(crate) use self::workers::{Area, WorkerMeter, WorkerMeters};

/// What the internal port tells about.
pub(crate) struct Operations {
    pub(crate) store: Store,
    pub(crate) node: Arc<Node>,
    pub(crate) webhooks: Meter,
    pub(crate) books: BooksMeter,
    pub(crate) mails: MailMeter,
    pub(crate) workers: WorkerMeters,
    pub(crate) sockets: Sockets,
    /// When the platform began to start.
    pub(crate) started_at: SystemTime,
    /// True once the platform has been told to stop.
    pub(crate) stopping: watch::Receiver<bool>,
    pub(crate) drain: Drain,
}

/// Whether new clients may be sent here.
#[derive(Serialize)]
pub(crate) struct Readiness {
    pub(crate) ready: bool,
    /// Why not.
    pub(crate) reasons: Vec<&'static str>,
}

impl Readiness {
    /// What it is, given whether the database answers.
    pub(crate) fn find(stopping: &watch::Receiver<bool>, drain: &Drain, database_answers: bool) -> Self {
        let reasons = [
            (*stopping.borrow(), "the platform is stopping"),
            (drain.is_on(), "the node is draining"),
            (!database_answers, "the database does not answer"),
        ];
        let reasons: Vec<_> = reasons.into_iter().filter_map(|(holds, text)| holds.then_some(text)).collect();
        Self { ready: reasons.is_empty(), reasons }
    }
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
    let database_answers = operations.store.ping().await.is_ok();
    let readiness = Readiness::find(&operations.stopping, &operations.drain, database_answers);
    let mut response = if readiness.ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    response.json(readiness)
}

/// `GET /metrics`: the OpenMetrics text format.
async fn metrics(operations: Data<Operations>) -> HttpResponse {
    let store = StoreStats::read(&operations.store, operations.mails.read()).await;
    let reading = Reading {
        process: Process::read(operations.started_at),
        node: NodeStats::read(&operations.node, operations.sockets.open()),
        workers: operations.workers.read(),
        store,
        webhooks: operations.webhooks.read().await,
        books: operations.books.read(),
    };
    HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(metrics::encode(reading))
}
