use std::fs;

use campanile_cluster::Cluster;

use crate::{root, system};

/// A private PostgreSQL for one run. Its place is fixed, so that one that a killed run left behind is
/// found and cleared away.
pub(super) struct Database {
    cluster: Cluster,
}

impl Database {
    pub(super) fn start() -> anyhow::Result<Self> {
        system::ensure_postgres()?;
        let dir = root::target("test-database");
        if dir.exists() {
            let old = Cluster::start(&dir)?;
            // Not always in `dir`: see `Cluster::is_relocated`.
            let place = old.dir().to_owned();
            old.stop()?;
            fs::remove_dir_all(place)?;
            fs::remove_dir_all(&dir)?;
        }
        Ok(Self { cluster: Cluster::start(&dir)? })
    }

    pub(super) fn url(&self) -> String {
        self.cluster.url()
    }

    pub(super) fn stop(self) -> anyhow::Result<()> {
        Ok(self.cluster.stop()?)
    }
}
