use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Lets the process open as many files as it may: every socket is one, and the usual soft limit of 1,024
/// is made for programs of another time.
pub(super) fn raise_limit() {
    let raised = getrlimit(Resource::RLIMIT_NOFILE)
        .and_then(|(_, hard)| setrlimit(Resource::RLIMIT_NOFILE, hard, hard).map(|()| hard));
    match raised {
        Ok(limit) => tracing::debug!(limit, "open files"),
        Err(error) => tracing::warn!(%error, "the limit of open files could not be raised"),
    }
}
