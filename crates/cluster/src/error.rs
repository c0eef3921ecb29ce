use std::{io, path::PathBuf};

/// Why there is no database. Each message is written for the person who started the program.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// No PostgreSQL server programs on this computer.
    #[error(
        "PostgreSQL is not installed. Install it with:\n\n    {install}\n\nor set DATABASE_URL to use an existing server"
    )]
    NotInstalled {
        /// The command that installs it on this operating system.
        install: String,
    },
    /// The cluster was made by another major version than the installed one.
    #[error(
        "{} was made by PostgreSQL {version}, whose server programs are not installed. Install that version, or move the directory away to start afresh",
        path.display()
    )]
    VersionMissing {
        /// The major version that the cluster needs.
        version: String,
        /// The cluster's directory.
        path: PathBuf,
    },
    /// Another platform runs on the same data directory.
    #[error("another campanile already runs on {}; stop it first, or choose another --data-dir", data_dir.display())]
    InUse {
        /// The directory both want.
        data_dir: PathBuf,
    },
    /// A shared step of another process did not end in time.
    #[error("another campanile is still starting or stopping the database of {}", data_dir.display())]
    Busy {
        /// The directory both want.
        data_dir: PathBuf,
    },
    /// The cluster belongs to an account that this process cannot act for.
    #[error("{} belongs to user id {owner}; run as that user or as root, or choose another --data-dir", path.display())]
    ForeignOwner {
        /// What belongs to someone else.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// A directory above the cluster is closed to the account that runs it.
    #[error("user id {account}, which runs PostgreSQL, cannot enter {}; open the directories above it, or choose another --data-dir", path.display())]
    Unreachable {
        /// Where the cluster is.
        path: PathBuf,
        /// Who has to enter it.
        account: u32,
    },
    /// Root found no account to run the server as: PostgreSQL refuses to run as root.
    #[error(
        "PostgreSQL cannot run as root, and there is neither a `postgres` nor a `nobody` account to run it as"
    )]
    NoAccount,
    /// The place for the socket exists and is not ours.
    #[error("{} is not a private directory of user id {owner}; remove it, or choose a --data-dir with a shorter path", path.display())]
    SocketDirTaken {
        /// The place.
        path: PathBuf,
        /// Who should own it.
        owner: u32,
    },
    /// One of PostgreSQL's programs failed.
    #[error("{program} failed: {message}")]
    Program {
        /// Its name.
        program: &'static str,
        /// What it said.
        message: String,
    },
    /// The server ended, or did not answer, instead of getting ready.
    #[error("PostgreSQL did not start; the end of {} says:\n{tail}", log.display())]
    NotStarted {
        /// Its log file.
        log: PathBuf,
        /// The last lines of it.
        tail: String,
    },
    /// The server did not end when told to.
    #[error("PostgreSQL (process {pid}) did not stop in time")]
    NotStopped {
        /// Its process id.
        pid: i32,
    },
    /// The file system said no.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
}

impl ClusterError {
    /// For `map_err`: names the step and the path that an [`io::Error`] leaves out.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
