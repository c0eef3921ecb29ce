//! Black-box suites: stock clients against the built binary. `with-platform` of the package
//! `campanile-tests` runs a suite beside a fresh platform and tells it everything by its environment.

use std::process::{Command, ExitStatus};

use crate::{node, process::run_reading, python as interpreter, root, summary, system, tally::Tally};

/// What suites need that test everything an app can be set to do.
const ALL_ON: [&str; 2] = ["subscription_count=true", "watchlist=true"];

/// npm `pusher-js` and npm `pusher`.
pub(super) fn node() -> anyhow::Result<Tally> {
    npm_suite("tests/clients/node", &[], None)
}

/// npm `pusher-js`, the major version before.
pub(super) fn pusher_js_7() -> anyhow::Result<Tally> {
    npm_suite("tests/clients/pusher-js-7", &ALL_ON, None)
}

/// npm `pusher-js` over HTTP, and npm `sockjs-client`.
pub(super) fn transports() -> anyhow::Result<Tally> {
    npm_suite("tests/clients/transports", &ALL_ON, None)
}

/// npm `laravel-echo`.
pub(super) fn echo() -> anyhow::Result<Tally> {
    npm_suite("tests/clients/echo", &ALL_ON, None)
}

/// The builds of `pusher-js` and `sockjs-client` for pages, and what needs no library, in Chromium.
pub(super) fn pusher_js_browser() -> anyhow::Result<Tally> {
    in_chromium("tests/clients/pusher-js-browser", &ALL_ON)
}

/// The dashboard and its snippets in Chromium.
pub(super) fn browser() -> anyhow::Result<Tally> {
    in_chromium("tests/browser", &[])
}

/// PyPI `pusher`.
pub(super) fn python() -> anyhow::Result<Tally> {
    python_suite("tests/clients/python", &[])
}

/// PyPI `pysher`.
pub(super) fn pysher() -> anyhow::Result<Tally> {
    python_suite("tests/clients/pysher", &ALL_ON)
}

/// PyPI `schemathesis`, with requests made from the OpenAPI documents.
pub(super) fn openapi() -> anyhow::Result<Tally> {
    python_suite("tests/openapi", &ALL_ON)
}

/// Go `pusher-http-go`.
pub(super) fn go() -> anyhow::Result<Tally> {
    if system::ensure(&["go"], &["golang-go"])?.is_none() {
        return skip("Go", &["golang-go"]);
    }
    let mut suite = Command::new("go");
    suite.args(["test", "-count=1", "-v", "./..."]).current_dir(root::path("tests/clients/go"));
    let (status, output) = beside_platform(&suite, &ALL_ON)?;
    Ok(summary::go_test(&output).agreeing_with(status.success()))
}

/// Maven `pusher-http-java` and `pusher-java-client`.
pub(super) fn java() -> anyhow::Result<Tally> {
    let packages = ["maven", "default-jdk-headless"];
    if system::ensure(&["mvn"], &packages)?.is_none() {
        return skip("Maven", &packages);
    }
    let mut suite = Command::new("mvn");
    suite
        .args(["--batch-mode", "--no-transfer-progress", "test"])
        .current_dir(root::path("tests/clients/java"));
    let (status, output) = beside_platform(&suite, &ALL_ON)?;
    Ok(summary::surefire(&output).agreeing_with(status.success()))
}

fn skip(what: &str, packages: &[&str]) -> anyhow::Result<Tally> {
    println!("\nskipped: {what} is not installed ({})", system::apt_command(packages));
    Ok(Tally::skipped())
}

fn in_chromium(dir: &str, settings: &[&str]) -> anyhow::Result<Tally> {
    match system::ensure(&["chromium", "chromium-browser", "google-chrome"], &["chromium"])? {
        Some(chromium) => npm_suite(dir, settings, Some(chromium)),
        None => skip("Chromium", &["chromium"]),
    }
}

fn npm_suite(dir: &str, settings: &[&str], chromium: Option<String>) -> anyhow::Result<Tally> {
    let dir = root::path(dir);
    node::install(&dir)?;
    let mut suite = node::npm(&dir, &["test"]);
    if let Some(chromium) = chromium {
        suite.env("CHROMIUM", chromium).env("SCREENSHOTS", root::target("screenshots"));
    }
    let (status, output) = beside_platform(&suite, settings)?;
    Ok(summary::node_test(&output).agreeing_with(status.success()))
}

fn python_suite(dir: &str, settings: &[&str]) -> anyhow::Result<Tally> {
    let dir = root::path(dir);
    let mut suite = Command::new(interpreter::environment(&dir)?);
    suite.args(["-m", "unittest", "--verbose"]).current_dir(&dir);
    let (status, output) = beside_platform(&suite, settings)?;
    Ok(summary::unittest(&output).agreeing_with(status.success()))
}

fn beside_platform(suite: &Command, settings: &[&str]) -> anyhow::Result<(ExitStatus, String)> {
    system::ensure_postgres()?;
    let mut with_platform = Command::new(env!("CARGO"));
    with_platform.args(["run", "--quiet", "--package", "campanile-tests", "--bin", "with-platform"]);
    with_platform.arg("--manifest-path").arg(root::path("Cargo.toml"));
    with_platform.arg("--").args(settings.iter().flat_map(|setting| ["--setting", setting]));
    with_platform.arg(suite.get_program()).args(suite.get_args());
    with_platform.envs(suite.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(dir) = suite.get_current_dir() {
        with_platform.current_dir(dir);
    }
    run_reading(&mut with_platform)
}
