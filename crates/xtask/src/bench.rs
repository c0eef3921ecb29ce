//! `cargo xtask bench`: the platform beside the floor, on the same machine, in the same minutes.
//!
//! The server has one core, the generator and the database another, where there are two. Every run begins with fresh
//! processes, and the two servers take turns, so that what else happens on the machine happens to both.
//! Figures of different machines cannot be compared, the ratios to the floor can.

mod beside;
mod cores;
mod floor;
mod options;
mod platform;
mod receiver;
mod report;
mod results;
mod rows;
mod server;

use std::process::{Command, ExitCode};

use anyhow::{Context, bail, ensure};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use serde_json::Value;

use self::{
    beside::Companion,
    cores::Cores,
    options::Options,
    platform::Platform,
    results::{Measured, Results},
    rows::{Beside, Comparison, Row, WEBSOCKET},
    server::Endpoint,
};
use crate::{
    interrupt,
    process::{must, run_quietly},
    root, system,
};

pub(crate) fn run(arguments: &[String]) -> anyhow::Result<ExitCode> {
    let options = Options::parse(arguments)?;
    if options.list {
        rows::list();
        return Ok(ExitCode::SUCCESS);
    }
    let rows = rows::select(&options.rows)?;
    interrupt::catch()?;
    system::ensure_postgres()?;
    build()?;

    raise_open_files()?;
    let cores = Cores::find()?;
    // From here on all that is started runs beside the generator, unless it is told otherwise.
    cores.enter_load()?;
    let platform = Platform::prepare(cores, options.with_webhook)?;
    let mut results = Results::default();
    for row in rows {
        println!("\n{}: {}", row.name, row.about);
        measure(row, &platform, &options, &mut results)?;
    }
    let published = report::publish(&results, &options, platform.cores());
    platform.stop()?;
    published?;
    Ok(if results.are_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One after the other: built together they would share features, and be built anew for `up`.
fn build() -> anyhow::Result<()> {
    for package in ["campanile-server", "campanile-loadtest"] {
        let mut build = Command::new(env!("CARGO"));
        must(build.args(["build", "--release", "--package", package]).current_dir(root::path("")))?;
    }
    Ok(())
}

/// What is started inherits the limit, and ten thousand sockets need as many open files.
fn raise_open_files() -> anyhow::Result<()> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    Ok(setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?)
}

/// All runs of a row; its servers take turns. A run that fails is a fault of its row, and the next may still
/// be good.
fn measure(
    row: &'static Row,
    platform: &Platform,
    options: &Options,
    results: &mut Results,
) -> anyhow::Result<()> {
    let cores = platform.cores();
    let mut note = |server, is_pinned, outcome: anyhow::Result<Value>| {
        if interrupt::happened() {
            bail!("interrupted");
        }
        let report = outcome.map_err(|error| format!("{error:#}"));
        let measured = Measured { row, server, is_pinned, report };
        println!("  {:<12}{}", server, measured.line());
        results.add(measured);
        Ok(())
    };
    let repetitions = if options.quick { 1 } else { row.repetitions };
    for _ in 0..repetitions {
        let run = measure_platform(row, platform, 1, row.comparison.transport(), row.comparison.beside());
        note("campanile", cores.are_apart(1), run)?;
        match row.comparison {
            Comparison::Floor => note("floor", cores.are_apart(1), measure_floor(row, cores))?,
            Comparison::TwoWorkers => {
                note("two workers", cores.are_apart(2), measure_platform(row, platform, 2, WEBSOCKET, None))?;
            }
            Comparison::WebSockets | Comparison::Alone(_) => {
                let other = measure_platform(row, platform, 1, WEBSOCKET, None);
                note(row.comparison.other(), cores.are_apart(1), other)?;
            }
        }
        // No peer streams as pusher-js has it, or has our console.
        let is_comparable = matches!(row.comparison, Comparison::Floor | Comparison::TwoWorkers);
        if let Some(peer) = options.peer.as_ref().filter(|_| is_comparable) {
            // Where it runs is known to whoever has started it.
            note("peer", false, measure_one(row, peer, WEBSOCKET))?;
        }
    }
    Ok(())
}

fn measure_platform(
    row: &Row,
    platform: &Platform,
    workers: usize,
    transport: &str,
    beside: Option<Beside>,
) -> anyhow::Result<Value> {
    let installation = platform.serve(workers)?;
    platform.cores().enter_load_beside(workers)?;
    let companion = beside.map(|beside| Companion::start(beside, &installation)).transpose()?;
    let report = measure_one(row, installation.endpoint(), transport);
    drop(companion);
    platform.cores().enter_load()?;
    report
}

fn measure_floor(row: &Row, cores: &Cores) -> anyhow::Result<Value> {
    let floor = floor::start(cores)?;
    measure_one(row, floor.endpoint(), WEBSOCKET)
}

/// One run of the generator: what it reports.
fn measure_one(row: &Row, endpoint: &Endpoint, transport: &str) -> anyhow::Result<Value> {
    let mut generator = Command::new(root::target("release/campanile-loadtest"));
    generator.args(row.arguments).args(["--json", "-", "--transport", transport]);
    endpoint.point(&mut generator);
    let (status, output) = run_quietly(&mut generator)?;
    ensure!(status.code().is_some_and(|code| code < 2), "the generator gave up: {status}");
    serde_json::from_str(&output).context("the generator printed no JSON")
}
