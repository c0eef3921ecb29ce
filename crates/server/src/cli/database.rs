use campanile_cluster::{Cluster, ClusterError, Origin};
use secrecy::SecretString;

use crate::config::Config;

/// The database of this process: an existing one, or the embedded one for as long as this lives.
///
/// Starting and stopping block.
pub(super) struct Database {
    url: SecretString,
    cluster: Option<Cluster>,
}

impl Database {
    /// For the platform, which is alone on its data directory.
    pub(super) fn for_platform(config: &Config) -> Result<Self, ClusterError> {
        Self::open(config, Cluster::start)
    }

    /// For a command beside it.
    pub(super) fn for_command(config: &Config) -> Result<Self, ClusterError> {
        Self::open(config, Cluster::join)
    }

    fn open(
        config: &Config,
        embedded: impl FnOnce(&std::path::Path) -> Result<Cluster, ClusterError>,
    ) -> Result<Self, ClusterError> {
        if let Some(url) = &config.database_url {
            return Ok(Self { url: url.secret().clone(), cluster: None });
        }
        let cluster = embedded(&config.data_dir)?;
        tell(&cluster);
        Ok(Self { url: cluster.url().into(), cluster: Some(cluster) })
    }

    pub(super) fn url(&self) -> &SecretString {
        &self.url
    }

    /// Stops the embedded database, unless another process of ours uses it.
    pub(super) fn close(self) -> Result<(), ClusterError> {
        self.cluster.map_or(Ok(()), Cluster::stop)
    }
}

fn tell(cluster: &Cluster) {
    let dir = cluster.dir().display();
    match cluster.origin() {
        Origin::Created => tracing::info!(%dir, "the embedded PostgreSQL was created"),
        Origin::Started => tracing::info!(%dir, "the embedded PostgreSQL was started"),
        Origin::Reused => tracing::info!(%dir, "the embedded PostgreSQL is still running and is used"),
    }
    if cluster.is_relocated() {
        tracing::info!(%dir, "it is outside of the data directory, which the user that runs it cannot enter");
    }
}
