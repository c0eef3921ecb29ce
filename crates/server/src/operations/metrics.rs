use std::fmt;

use campanile_webhooks::Stats;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, text},
    registry::Registry,
};

use super::{
    node_metrics::{self, NodeStats},
    page::{Label, Page},
    process::Process,
    process_metrics,
    store_metrics::{self, StoreStats},
    usage_metrics, webhook_metrics, worker_metrics,
    workers::WorkerStats,
};
use crate::usage::BooksStats;

/// What is told at one moment.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) process: Process,
    pub(super) node: NodeStats,
    pub(super) workers: WorkerStats,
    pub(super) store: StoreStats,
    pub(super) webhooks: Stats,
    pub(super) books: BooksStats,
}

/// All metrics in the OpenMetrics text format. Everything is read at the moment of asking from where it
/// is kept.
pub(super) fn encode(reading: Reading) -> String {
    let Reading { process, node, workers, store, webhooks, books } = reading;
    let mut registry = Registry::default();
    registry.register_collector(Box::new(OfTheProcess(process)));
    let ours = OfThePlatform { node, workers, store, webhooks, books };
    registry.sub_registry_with_prefix("campanile").register_collector(Box::new(ours));
    let mut text = String::new();
    text::encode(&mut text, &registry).expect("writing to a string does not fail");
    text
}

#[derive(Debug)]
struct OfTheProcess(Process);

impl Collector for OfTheProcess {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        process_metrics::write(&mut Page(encoder), &self.0)
    }
}

#[derive(Debug)]
struct OfThePlatform {
    node: NodeStats,
    workers: WorkerStats,
    store: StoreStats,
    webhooks: Stats,
    books: BooksStats,
}

impl Collector for OfThePlatform {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut page = Page(encoder);
        let version = [(Label::Version, env!("CARGO_PKG_VERSION"))];
        page.info("build", "The program that runs; its value is always 1.", version)?;
        node_metrics::write(&mut page, &self.node)?;
        worker_metrics::write(&mut page, &self.workers)?;
        store_metrics::write(&mut page, &self.store)?;
        webhook_metrics::write(&mut page, &self.webhooks)?;
        usage_metrics::write(&mut page, &self.books)
    }
}
