use std::{env, num::NonZeroUsize, process::Command, thread};

use super::database::Database;
use crate::{
    process::{run, run_reading},
    root, summary, system,
    tally::Tally,
};

pub(super) fn fmt() -> anyhow::Result<Tally> {
    one(cargo().args(["fmt", "--all", "--check"]))
}

pub(super) fn clippy() -> anyhow::Result<Tally> {
    one(cargo().args(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))
}

/// Tests at once, at most: each may hold ten connections, and a cluster made for a laptop takes a hundred.
const MAX_TEST_THREADS: usize = 8;

/// The binary that end-to-end tests run.
pub(super) fn build() -> anyhow::Result<Tally> {
    one(cargo().args(["build", "--package", "campanile-server", "--package", "campanile-tests"]))
}

/// Unit, crate and end-to-end tests in Rust, with a database of their own. Those behind proxies are a step of
/// their own, which installs the proxies.
pub(super) fn test() -> anyhow::Result<Tally> {
    let database = Database::start()?;
    let mut test = cargo();
    test.args(["test", "--workspace", "--no-fail-fast"]).env("DATABASE_URL", database.url());
    test.args(["--", "--skip", "real_proxies::"]);
    if env::var_os("RUST_TEST_THREADS").is_none() {
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        test.env("RUST_TEST_THREADS", cores.min(MAX_TEST_THREADS).to_string());
    }
    let outcome = run_reading(&mut test);
    database.stop()?;
    let (status, output) = outcome?;
    Ok(summary::cargo_test(&output).agreeing_with(status.success()))
}

/// Licences, bans and sources of dependencies. Advisories change by themselves and need the network: they
/// belong to a job of their own, not between a change and its result.
pub(super) fn deny() -> anyhow::Result<Tally> {
    if !system::is_in_path("cargo-deny") {
        println!("\nskipped: cargo-deny is not installed");
        return Ok(Tally::skipped());
    }
    one(cargo().args(["deny", "--config", ".deny.toml", "check", "bans", "licenses", "sources"]))
}

fn one(command: &mut Command) -> anyhow::Result<Tally> {
    Ok(Tally::one(run(command)?.success()))
}

pub(super) fn cargo() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root::path(""));
    cargo
}
