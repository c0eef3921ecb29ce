use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::Path,
    process::{Command, Stdio},
};

use nix::unistd::{User, getegid, geteuid};

use crate::ClusterError;

/// Who runs the server: ourselves, or as root an unprivileged account, because PostgreSQL refuses root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    uid: u32,
    gid: u32,
    /// Whether processes must change to it, and files be given to it.
    drops: bool,
}

impl Account {
    /// The account for a cluster whose directory may already exist. As root its owner goes on to run
    /// it, so that a cluster made by a person works on when that person later uses sudo.
    pub(crate) fn choose(existing: Option<&Path>) -> Result<Self, ClusterError> {
        let owner = existing.and_then(|path| fs::metadata(path).ok().map(|it| (it.uid(), it.gid(), path)));
        let euid = geteuid();
        match owner {
            Some((uid, gid, _)) if euid.is_root() && uid != 0 => Ok(Self { uid, gid, drops: true }),
            Some((owner, _, path)) if !euid.is_root() && owner != euid.as_raw() => {
                Err(ClusterError::ForeignOwner { path: path.to_owned(), owner })
            }
            _ if euid.is_root() => Self::unprivileged(),
            _ => Ok(Self { uid: euid.as_raw(), gid: getegid().as_raw(), drops: false }),
        }
    }

    fn unprivileged() -> Result<Self, ClusterError> {
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .map(|user| Self { uid: user.uid.as_raw(), gid: user.gid.as_raw(), drops: true })
            .ok_or(ClusterError::NoAccount)
    }

    pub(crate) fn uid(self) -> u32 {
        self.uid
    }

    /// A command of this account, out of the reach of the caller's environment: `PGDATA`, `PGPORT` and
    /// the like would steer our own programs, and messages are compared in English.
    pub(crate) fn command(self, program: &Path, working_dir: &Path) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        command.env("LC_ALL", "C").env("TZ", "UTC").current_dir(working_dir).stdin(Stdio::null());
        if self.drops {
            // Setting the uid as root also empties the supplementary groups.
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Whether this account can enter a directory. Tried rather than computed from mode bits: access
    /// control lists and mount options have a say as well.
    pub(crate) fn can_enter(self, dir: &Path) -> bool {
        let mut attempt = self.command(Path::new("/bin/sh"), Path::new("/"));
        attempt.args(["-c", "cd -- \"$1\"", "sh"]).arg(dir).stdout(Stdio::null()).stderr(Stdio::null());
        attempt.status().is_ok_and(|status| status.success())
    }

    /// Gives a file or directory to this account.
    pub(crate) fn take(self, path: &Path) -> Result<(), ClusterError> {
        if !self.drops {
            return Ok(());
        }
        chown(path, Some(self.uid), Some(self.gid)).map_err(ClusterError::io("give away", path))
    }
}
