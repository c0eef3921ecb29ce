use std::{
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

use nix::unistd::geteuid;

use crate::{
    ClusterError,
    account::Account,
    home::{create_private, existed},
    path_hash::path_hash,
};

/// `sockaddr_un` holds 108 bytes on Linux and 104 elsewhere, the closing zero included.
const PATH_MAX_BYTES: usize = if cfg!(target_os = "linux") { 107 } else { 103 };
/// What PostgreSQL appends to the directory.
const SOCKET_NAME: &str = "/.s.PGSQL.5432";

/// The private directory of the server's socket: in the cluster's own directory, or in a short one
/// named after it when that path is too long for a socket.
pub(crate) fn socket_dir(home: &Path, account: Account) -> Result<PathBuf, ClusterError> {
    let own = home.join("socket");
    let dir = if fits(&own) { own } else { short_base().join(format!("campanile-{}", path_hash(home))) };
    match create_private(&dir, account) {
        Err(error) if existed(&error) => reuse(&dir, account)?,
        other => other?,
    }
    Ok(dir)
}

fn fits(dir: &Path) -> bool {
    dir.as_os_str().as_bytes().len() + SOCKET_NAME.len() <= PATH_MAX_BYTES
}

/// `/run` is only for root; `/tmp` is for everyone, so what is found there is looked at closely.
fn short_base() -> &'static Path {
    let run = Path::new("/run");
    if geteuid().is_root() && run.is_dir() { run } else { Path::new("/tmp") }
}

/// Anyone can make a directory of this name in `/tmp`, and would own the place our clients connect to.
fn reuse(dir: &Path, account: Account) -> Result<(), ClusterError> {
    let found = dir.symlink_metadata().map_err(ClusterError::io("look at", dir))?;
    // Our own directory that was not yet given away when the process was killed.
    let unfinished = found.uid() == geteuid().as_raw();
    let ours = found.uid() == account.uid() || unfinished;
    if !found.is_dir() || !ours || found.mode() & 0o077 != 0 {
        return Err(ClusterError::SocketDirTaken { path: dir.to_owned(), owner: account.uid() });
    }
    account.take(dir)
}
