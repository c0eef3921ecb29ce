use std::{
    fs::{self, DirBuilder, Permissions},
    io::ErrorKind,
    os::unix::fs::{DirBuilderExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use crate::{ClusterError, account::Account, path_hash::path_hash};

/// Its name in the data directory: a directory, or a link to the directory where it had to go.
const NAME: &str = "postgres";
/// Where a cluster goes whose data directory its account cannot reach.
const SHARED: &str = "/var/lib/campanile";

/// The directory that holds one cluster: its data, its log, usually its socket. Mode 700.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    dir: PathBuf,
    relocated: bool,
}

impl Home {
    /// Where the cluster of a data directory is, or would be.
    pub(crate) fn place(data_dir: &Path) -> PathBuf {
        data_dir.join(NAME)
    }

    /// Finds or makes the directory.
    ///
    /// Root's directories (`/root`, what `mktemp -d` makes) are often closed to the account that runs
    /// the server. Rather than opening them, the cluster then lives elsewhere and a link stays behind.
    pub(crate) fn open(data_dir: &Path, account: Account) -> Result<Self, ClusterError> {
        let place = Self::place(data_dir);
        if place.symlink_metadata().is_err() {
            if account.can_enter(data_dir) {
                create_private(&place, account)?;
            } else {
                let elsewhere = relocate(data_dir, account)?;
                symlink(&elsewhere, &place).map_err(ClusterError::io("link", &place))?;
            }
        }
        let relocated = place.is_symlink();
        let dir = fs::canonicalize(&place).map_err(ClusterError::io("find", &place))?;
        account.take(&dir)?;
        if !account.can_enter(&dir) {
            return Err(ClusterError::Unreachable { path: dir, account: account.uid() });
        }
        Ok(Self { dir, relocated })
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// Where the data is until it is complete.
    pub(crate) fn unfinished_data(&self) -> PathBuf {
        self.dir.join("data.new")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.dir.join("server.log")
    }

    pub(crate) fn is_relocated(&self) -> bool {
        self.relocated
    }

    /// The major version that made the data, `None` before there is any.
    pub(crate) fn version(&self) -> Option<String> {
        fs::read_to_string(self.data().join("PG_VERSION")).ok().map(|text| text.trim().to_owned())
    }
}

/// Makes a directory in [`SHARED`]. A taken name means that a data directory of this path was deleted
/// and made anew; its old cluster is left alone, its secrets were sealed with a key that is gone.
fn relocate(data_dir: &Path, account: Account) -> Result<PathBuf, ClusterError> {
    let shared = Path::new(SHARED);
    if !shared.is_dir() {
        fs::create_dir_all(shared).map_err(ClusterError::io("create", shared))?;
        fs::set_permissions(shared, Permissions::from_mode(0o755))
            .map_err(ClusterError::io("open", shared))?;
    }
    let name = path_hash(data_dir);
    let mut dir = shared.join(&name);
    for attempt in 1.. {
        if !dir.exists() {
            break;
        }
        dir = shared.join(format!("{name}.{attempt}"));
    }
    create_private(&dir, account)?;
    Ok(dir)
}

/// Makes a directory that only the account (and root) can enter. An existing one is an
/// [`ErrorKind::AlreadyExists`].
pub(crate) fn create_private(dir: &Path, account: Account) -> Result<(), ClusterError> {
    DirBuilder::new().mode(0o700).create(dir).map_err(ClusterError::io("create", dir))?;
    account.take(dir)
}

/// Whether an error says that a directory was there before.
pub(crate) fn existed(error: &ClusterError) -> bool {
    matches!(error, ClusterError::Io { source, .. } if source.kind() == ErrorKind::AlreadyExists)
}
