use std::{
    env,
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use anyhow::{Context, ensure};
use campanile_cluster::Programs;

/// A fresh database in the cluster that `DATABASE_URL` names, or `None` without that variable: then the
/// platform runs its embedded one, which takes a second longer.
pub(crate) fn fresh() -> anyhow::Result<Option<String>> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let Ok(cluster) = env::var("DATABASE_URL") else { return Ok(None) };
    let name = format!("e2e_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let createdb = Programs::find(None).context("PostgreSQL is not installed")?.bin().join("createdb");
    let output = Command::new(createdb).arg(format!("--maintenance-db={cluster}")).arg(&name).output()?;
    ensure!(output.status.success(), "createdb: {}", String::from_utf8_lossy(&output.stderr));
    with_database(&cluster, &name).map(Some)
}

/// The same server, another database.
fn with_database(url: &str, name: &str) -> anyhow::Result<String> {
    let (server, parameters) = url.split_once('?').map_or((url, None), |(server, rest)| (server, Some(rest)));
    let (scheme, rest) = server.split_once("://").context("DATABASE_URL has no scheme")?;
    let host = rest.split('/').next().unwrap_or_default();
    let parameters = parameters.map(|rest| format!("?{rest}")).unwrap_or_default();
    Ok(format!("{scheme}://{host}/{name}{parameters}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_of_the_database_changes() {
        let cases = [
            ("postgres:///campanile?host=/srv/socket&user=x", "postgres:///fresh?host=/srv/socket&user=x"),
            ("postgres://a:b@localhost:5432/x", "postgres://a:b@localhost:5432/fresh"),
            ("postgres://localhost", "postgres://localhost/fresh"),
        ];
        for (url, expected) in cases {
            assert_eq!(with_database(url, "fresh").expect(url), expected);
        }
    }
}
