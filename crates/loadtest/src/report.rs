use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    latency::Percentiles, ledger::Tally, meter::Span, session::Session, transport::Transport,
    troubles::Troubles,
};

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    mode: &'static str,
    url: String,
    transport: Transport,
    /// What one operation is.
    operation: &'static str,
    operations: u64,
    seconds: f64,
    per_second: f64,
    /// Of the server, user and system.
    cpu_us_per_op: Option<f64>,
    /// Share of one core that the server used.
    server_busy: Option<f64>,
    connections: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency_us: Option<Percentiles>,
    ledger: Tally,
    troubles: Troubles,
    rss_bytes: Memory,
    generator: Generator,
    /// Cores that everything else on the machine used, the server's database included. Much of it means
    /// that the figures are of a machine that was busy with something else.
    others_busy: Option<f64>,
    /// What only this mode knows.
    details: Map<String, Value>,
}

#[derive(Debug, Serialize)]
struct Memory {
    before: Option<u64>,
    after: Option<u64>,
}

/// What the generator itself used: near 1 it is the limit, not the server.
#[derive(Debug, Serialize)]
struct Generator {
    cpu_us_per_op: f64,
    busy: f64,
}

impl Report {
    pub(crate) fn new(
        session: &Session,
        mode: &'static str,
        (operation, operations): (&'static str, u64),
        span: &Span,
    ) -> Self {
        let per_op = |seconds: f64| seconds * 1e6 / operations.max(1) as f64;
        let generator = span.generator_cpu.as_secs_f64();
        Self {
            mode,
            url: session.args.url.clone(),
            transport: session.args.transport,
            operation,
            operations,
            seconds: span.seconds,
            per_second: operations as f64 / span.seconds,
            cpu_us_per_op: span.cpu.map(|cpu| per_op(cpu.as_secs_f64())),
            server_busy: span.cpu.map(|cpu| cpu.as_secs_f64() / span.seconds),
            connections: session.net.open(),
            latency_us: None,
            ledger: Tally::default(),
            troubles: Troubles::default(),
            rss_bytes: Memory { before: span.rss_before, after: span.rss_after },
            generator: Generator { cpu_us_per_op: per_op(generator), busy: generator / span.seconds },
            others_busy: span.others_cpu.map(|cpu| cpu.as_secs_f64() / span.seconds),
            details: Map::new(),
        }
    }

    pub(crate) fn latency(mut self, latency: Percentiles) -> Self {
        self.latency_us = Some(latency);
        self
    }

    pub(crate) fn ledger(mut self, ledger: Tally) -> Self {
        self.ledger = ledger;
        self
    }

    pub(crate) fn troubles(mut self, troubles: &Troubles) -> Self {
        self.troubles = troubles.clone();
        self
    }

    /// Where it says how many operations an open loop owed at the end.
    pub(crate) fn overdue(self, count: u64) -> Self {
        if count == 0 { self } else { self.detail("due_but_not_begun", count) }
    }

    pub(crate) fn detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// Whether nothing was lost, duplicated, out of order, refused or left without an answer.
    pub(crate) fn is_clean(&self) -> bool {
        self.ledger.is_clean() && self.troubles.is_none()
    }

    /// Says it to a person, and to a program where it was asked for.
    pub(crate) fn publish(&self, json: Option<&Path>) -> Result<()> {
        match json {
            Some(path) if path == Path::new("-") => {
                return writeln!(io::stdout(), "{}", serde_json::to_string_pretty(self)?)
                    .context("cannot write to standard output");
            }
            Some(path) => {
                let text = serde_json::to_string_pretty(self)? + "\n";
                fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
            }
            None => {}
        }
        self.write_table(&mut io::stdout().lock()).context("cannot write to standard output")
    }

    fn write_table(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { mode, url, transport, operation, operations, seconds, per_second, connections, .. } = self;
        writeln!(out, "{mode} on {url} over {}", transport.name())?;
        writeln!(out, "  connections    {connections}")?;
        writeln!(out, "  {operation:<14} {operations} in {seconds:.2} s, {per_second:.0}/s")?;
        if let (Some(cpu), Some(busy)) = (self.cpu_us_per_op, self.server_busy) {
            writeln!(out, "  server CPU     {cpu:.3} µs each, {:.0} % of a core", busy * 100.0)?;
        }
        if let Some(latency) = self.latency_us {
            let milliseconds = |microseconds: u64| microseconds as f64 / 1e3;
            let [p50, p90, p99, p99_9, max] =
                [latency.p50, latency.p90, latency.p99, latency.p99_9, latency.max].map(milliseconds);
            writeln!(
                out,
                "  latency, ms    p50 {p50:.2}  p90 {p90:.2}  p99 {p99:.2}  p99.9 {p99_9:.2}  max {max:.2}"
            )?;
        }
        if let (Some(before), Some(after)) = (self.rss_bytes.before, self.rss_bytes.after) {
            let mib = |bytes: u64| bytes as f64 / 1_048_576.0;
            writeln!(out, "  server memory  {:.1} MiB before, {:.1} MiB after", mib(before), mib(after))?;
        }
        let Generator { cpu_us_per_op, busy } = self.generator;
        writeln!(out, "  generator CPU  {cpu_us_per_op:.3} µs each, {:.0} % of a core", busy * 100.0)?;
        if let Some(busy) = self.others_busy {
            writeln!(out, "  all else       {:.0} % of a core", busy * 100.0)?;
        }
        let Tally { lost, duplicated, out_of_order } = self.ledger;
        writeln!(out, "  ledger         {lost} lost, {duplicated} duplicated, {out_of_order} out of order")?;
        for (name, value) in &self.details {
            writeln!(out, "  {:<14} {value}", name.replace('_', " "))?;
        }
        let Troubles { refused, failed_requests, closed, unanswered, first } = &self.troubles;
        if let Some(first) = first {
            writeln!(
                out,
                "  troubles       {refused} refused, {failed_requests} failed requests, {closed} closed, \
                 {unanswered} unanswered"
            )?;
            writeln!(out, "  first of them  {first}")?;
        }
        Ok(())
    }
}
