use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    ClusterError,
    account::Account,
    home::Home,
    locks::Locks,
    programs::Programs,
    server::{Launcher, Server},
    url::url,
};

/// The platform's database in its cluster.
const DATABASE: &str = "campanile";

/// How a running cluster came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was made just now.
    Created,
    /// It existed and was started.
    Started,
    /// Its server was already running: for the platform beside us, or left over from a killed one.
    Reused,
}

/// A running private PostgreSQL server with the database `campanile` in it.
///
/// Dropping it stops the server, unless another process of ours still uses it; [`Cluster::stop`] does
/// the same and tells how it went. A kill of this process leaves the server running, and the next
/// `Cluster` of the same data directory takes it over.
#[derive(Debug)]
pub struct Cluster {
    launcher: Launcher,
    server: Server,
    locks: Locks,
    origin: Origin,
    is_stopped: bool,
}

impl Cluster {
    /// Starts the cluster of a data directory for the platform, making directory and cluster if need be.
    ///
    /// # Errors
    /// [`ClusterError::InUse`] if another platform has it; otherwise whatever keeps PostgreSQL from
    /// running, see [`ClusterError`].
    pub fn start(data_dir: &Path) -> Result<Self, ClusterError> {
        let data_dir = prepare(data_dir)?;
        Self::open(&data_dir, Locks::platform(&data_dir)?)
    }

    /// Uses the cluster of a data directory beside whoever else does: connects to the running server, or
    /// starts one until this value is dropped.
    ///
    /// # Errors
    /// Whatever keeps PostgreSQL from running, see [`ClusterError`].
    pub fn join(data_dir: &Path) -> Result<Self, ClusterError> {
        let data_dir = prepare(data_dir)?;
        Self::open(&data_dir, Locks::guest(&data_dir)?)
    }

    fn open(data_dir: &Path, locks: Locks) -> Result<Self, ClusterError> {
        let _starting = locks.starting(data_dir)?;
        let place = Home::place(data_dir);
        let account = Account::choose(place.exists().then_some(place.as_path()))?;
        // Before anything is made, so that a computer without PostgreSQL keeps no traces.
        Programs::get(None, &place)?;
        let home = Home::open(data_dir, account)?;
        let version = home.version();
        let programs = Programs::get(version.as_deref(), &home.data())?;
        let launcher = Launcher { programs, account, home };
        if version.is_none() {
            launcher.create()?;
        }
        let (server, was_running) = launcher.ensure()?;
        let origin = match (version, was_running) {
            (None, _) => Origin::Created,
            (Some(_), false) => Origin::Started,
            (Some(_), true) => Origin::Reused,
        };
        let cluster = Self { launcher, server, locks, origin, is_stopped: false };
        cluster.create_database(DATABASE)?;
        Ok(cluster)
    }

    /// Where to connect: a `postgres:` URL of the database `campanile`. It holds no secret.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_of(DATABASE)
    }

    /// The URL of another database of the cluster.
    #[must_use]
    pub fn url_of(&self, database: &str) -> String {
        url(&self.server.socket_dir, database)
    }

    /// Makes another database, unless it exists.
    ///
    /// # Errors
    /// [`ClusterError::Program`] with what `createdb` says.
    pub fn create_database(&self, name: &str) -> Result<(), ClusterError> {
        self.launcher.create_database(&self.server.socket_dir, name)
    }

    /// How this cluster came to be.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// The directory of the cluster, with `server.log` in it.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.launcher.home.dir()
    }

    /// Whether the cluster is not in the data directory itself, because the account that runs it cannot
    /// reach it there. A link in the data directory says where it went.
    #[must_use]
    pub fn is_relocated(&self) -> bool {
        self.launcher.home.is_relocated()
    }

    /// Stops the server in order, unless another process still uses it.
    ///
    /// # Errors
    /// [`ClusterError::NotStopped`] if it resists.
    pub fn stop(mut self) -> Result<(), ClusterError> {
        self.stop_if_last()
    }

    fn stop_if_last(&mut self) -> Result<(), ClusterError> {
        if self.is_stopped || !self.locks.is_last() {
            return Ok(());
        }
        self.is_stopped = true;
        self.server.stop()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Nobody is left to tell; a server that resists is taken over by the next start.
        let _ = self.stop_if_last();
    }
}

/// The data directory, made if need be, by its one true name: the cluster's places derive from it.
fn prepare(data_dir: &Path) -> Result<PathBuf, ClusterError> {
    fs::create_dir_all(data_dir).map_err(ClusterError::io("create", data_dir))?;
    fs::canonicalize(data_dir).map_err(ClusterError::io("find", data_dir))
}
