//! `cargo xtask bench`: the platform beside the floor, on the same machine, in the same minutes.
//!
//! The server has one core, the generator and the database the other. Every run begins with fresh
//! processes, and the two servers take turns, so that what else happens on the machine happens to both.
//! Figures of different machines cannot be compared, the ratios to the floor can.

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

use anyhow::{Context, ensure};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use serde_json::Value;

use self::{
    cores::Cores,
    options::Options,
    platform::Platform,
    results::{Measured, Results},
    rows::{Comparison, Row},
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
    platform.stop()?;
    report::publish(&results, &options)?;
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

/// All runs of a row; its servers take turns.
fn measure(
    row: &'static Row,
    platform: &Platform,
    options: &Options,
    results: &mut Results,
) -> anyhow::Result<()> {
    let repetitions = if options.quick { 1 } else { row.repetitions };
    for _ in 0..repetitions {
        let server = platform.serve(1)?;
        results.add(measure_one(row, "campanile", server.endpoint(), true)?);
        drop(server);
        match row.comparison {
            Comparison::Floor => {
                let floor = floor::start(platform.cores())?;
                results.add(measure_one(row, "floor", floor.endpoint(), true)?);
            }
            Comparison::TwoWorkers => {
                let server = platform.serve(2)?;
                platform.cores().enter_all()?;
                let measured = measure_one(row, "two workers", server.endpoint(), false);
                platform.cores().enter_load()?;
                results.add(measured?);
            }
        }
        if let Some(peer) = &options.peer {
            results.add(measure_one(row, "peer", peer, true)?);
        }
    }
    Ok(())
}

/// One run of the generator.
fn measure_one(
    row: &'static Row,
    server: &'static str,
    endpoint: &Endpoint,
    is_pinned: bool,
) -> anyhow::Result<Measured> {
    let mut generator = Command::new(root::target("release/campanile-loadtest"));
    generator.args(row.arguments).args(["--json", "-"]);
    endpoint.point(&mut generator);
    let (status, output) = run_quietly(&mut generator)?;
    ensure!(status.code().is_some_and(|code| code < 2), "{} failed against {server}", row.name);
    let report: Value = serde_json::from_str(&output).context("the generator printed no JSON")?;
    let measured = Measured { row, server, is_pinned, report };
    println!("  {:<12}{}", server, measured.line());
    Ok(measured)
}
