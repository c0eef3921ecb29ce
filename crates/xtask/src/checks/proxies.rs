use super::{database::Database, rust::cargo};
use crate::{process::run_reading, summary, system, tally::Tally};

/// Programs and the Debian packages that bring them.
const PROXIES: [(&str, &str); 6] = [
    ("nginx", "nginx-light"),
    ("haproxy", "haproxy"),
    ("apache2", "apache2"),
    ("varnishd", "varnish"),
    ("caddy", "caddy"),
    ("squid", "squid"),
];

/// The platform behind every proxy there is; those that are missing and cannot be installed are skipped.
pub(super) fn test() -> anyhow::Result<Tally> {
    let is_missing = |program: &str| !system::is_in_path(program);
    let missing: Vec<&str> =
        PROXIES.iter().filter(|(program, _)| is_missing(program)).map(|(_, package)| *package).collect();
    if !missing.is_empty() && system::can_install() {
        system::apt_install_stopped(&missing)?;
    }
    let database = Database::start()?;
    let mut test = cargo();
    test.args(["test", "--package", "campanile-tests", "--test", "proxies"]);
    let outcome = run_reading(test.env("DATABASE_URL", database.url()));
    database.stop()?;
    let (status, output) = outcome?;
    Ok(summary::cargo_test(&output).agreeing_with(status.success()))
}
