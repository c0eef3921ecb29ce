//! Black-box suites: stock clients against the built binary. `with-platform` of the package
//! `campanile-tests` runs a suite beside a fresh platform and tells it everything by its environment.

use std::process::{Command, ExitStatus};

use crate::{node, process::run_reading, python as interpreter, root, summary, system, tally::Tally};

/// npm `pusher-js` and npm `pusher`.
pub(super) fn node() -> anyhow::Result<Tally> {
    let dir = root::path("tests/clients/node");
    node::install(&dir)?;
    let (status, output) = beside_platform(&node::npm(&dir, &["test"]))?;
    Ok(summary::node_test(&output).agreeing_with(status.success()))
}

/// PyPI `pusher`.
pub(super) fn python() -> anyhow::Result<Tally> {
    let dir = root::path("tests/clients/python");
    let mut suite = Command::new(interpreter::environment(&dir)?);
    suite.args(["-m", "unittest", "--verbose"]).current_dir(&dir);
    let (status, output) = beside_platform(&suite)?;
    Ok(summary::unittest(&output).agreeing_with(status.success()))
}

/// The dashboard and its snippets in Chromium.
pub(super) fn browser() -> anyhow::Result<Tally> {
    let Some(chromium) = system::ensure(&["chromium", "chromium-browser", "google-chrome"], &["chromium"])?
    else {
        println!("\nskipped: Chromium is not installed ({})", system::apt_command(&["chromium"]));
        return Ok(Tally::skipped());
    };
    let dir = root::path("tests/browser");
    node::install(&dir)?;
    let mut suite = node::npm(&dir, &["test"]);
    suite.env("CHROMIUM", chromium).env("SCREENSHOTS", root::target("screenshots"));
    let (status, output) = beside_platform(&suite)?;
    Ok(summary::node_test(&output).agreeing_with(status.success()))
}

fn beside_platform(suite: &Command) -> anyhow::Result<(ExitStatus, String)> {
    system::ensure_postgres()?;
    let mut with_platform = Command::new(env!("CARGO"));
    with_platform.args(["run", "--quiet", "--package", "campanile-tests", "--bin", "with-platform"]);
    with_platform.arg("--manifest-path").arg(root::path("Cargo.toml"));
    with_platform.arg("--").arg(suite.get_program()).args(suite.get_args());
    with_platform.envs(suite.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(dir) = suite.get_current_dir() {
        with_platform.current_dir(dir);
    }
    run_reading(&mut with_platform)
}
