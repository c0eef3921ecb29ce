use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

/// A fresh directory; its end also removes a cluster that had to go elsewhere.
pub(crate) struct DataDir {
    dir: TempDir,
}

impl DataDir {
    /// One that every account can enter.
    pub(crate) fn open() -> Self {
        Self::with_mode(0o755)
    }

    /// One that only its owner can enter, as `mktemp -d` makes them.
    pub(crate) fn closed() -> Self {
        Self::with_mode(0o700)
    }

    fn with_mode(mode: u32) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        fs::set_permissions(dir.path(), Permissions::from_mode(mode)).expect("it is ours");
        Self { dir }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The process id of the server, while there is one.
    pub(crate) fn server_pid(&self) -> Option<i32> {
        let file = fs::read_to_string(self.path().join("postgres/data/postmaster.pid")).ok()?;
        file.lines().next()?.parse().ok()
    }

    fn elsewhere(&self) -> Option<PathBuf> {
        fs::read_link(self.path().join("postgres")).ok()
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        if let Some(elsewhere) = self.elsewhere() {
            fs::remove_dir_all(elsewhere).expect("a stopped cluster can be removed");
        }
    }
}
