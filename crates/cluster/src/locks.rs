use std::{
    fs::{File, OpenOptions, TryLockError},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crate::ClusterError;

/// Starting can mean a crash recovery, and stopping a checkpoint, of another process.
const PATIENCE: Duration = Duration::from_secs(120);
/// A command line that starts the database for itself is soon done with it.
const POLL: Duration = Duration::from_millis(50);

/// This process's share in a data directory, told to others by advisory locks, which the kernel drops
/// however the process ends.
///
/// | file | held | means |
/// |---|---|---|
/// | `platform.lock` | exclusively, by the platform | no second platform here |
/// | `database.lock` | shared, by whoever uses the database | the last one to leave stops it |
/// | `database.starting.lock` | exclusively, while starting | one starts it, the others find it running |
#[derive(Debug)]
pub(crate) struct Locks {
    users: File,
    /// Only held, never read.
    _platform: Option<File>,
}

impl Locks {
    /// For the platform, which is alone on its data directory.
    pub(crate) fn platform(data_dir: &Path) -> Result<Self, ClusterError> {
        let platform = open(data_dir, "platform.lock")?;
        if !taken(platform.try_lock(), data_dir)? {
            return Err(ClusterError::InUse { data_dir: data_dir.to_owned() });
        }
        Ok(Self { users: Self::join_users(data_dir)?, _platform: Some(platform) })
    }

    /// For a command beside the platform.
    pub(crate) fn guest(data_dir: &Path) -> Result<Self, ClusterError> {
        Ok(Self { users: Self::join_users(data_dir)?, _platform: None })
    }

    fn join_users(data_dir: &Path) -> Result<File, ClusterError> {
        let users = open(data_dir, "database.lock")?;
        wait(data_dir, || users.try_lock_shared())?;
        Ok(users)
    }

    /// Held while the database is looked for and started.
    pub(crate) fn starting(&self, data_dir: &Path) -> Result<File, ClusterError> {
        let starting = open(data_dir, "database.starting.lock")?;
        wait(data_dir, || starting.try_lock())?;
        Ok(starting)
    }

    /// Whether nobody else uses the database. If so nobody can begin to until this value is dropped.
    pub(crate) fn is_last(&self) -> bool {
        self.users.try_lock().is_ok()
    }
}

fn open(data_dir: &Path, name: &str) -> Result<File, ClusterError> {
    let path = data_dir.join(name);
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(ClusterError::io("open", path))
}

fn taken(attempt: Result<(), TryLockError>, data_dir: &Path) -> Result<bool, ClusterError> {
    match attempt {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(ClusterError::io("lock a file in", data_dir)(error)),
    }
}

fn wait(data_dir: &Path, attempt: impl Fn() -> Result<(), TryLockError>) -> Result<(), ClusterError> {
    let deadline = Instant::now() + PATIENCE;
    while !taken(attempt(), data_dir)? {
        if Instant::now() > deadline {
            return Err(ClusterError::Busy { data_dir: data_dir.to_owned() });
        }
        thread::sleep(POLL);
    }
    Ok(())
}
