use std::path::{Path, PathBuf};

/// A path in the repository.
pub(crate) fn path(relative: impl AsRef<Path>) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/xtask is two below");
    root.join(relative)
}

/// Where cargo puts what it builds.
pub(crate) fn target(relative: impl AsRef<Path>) -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| path("target"), |dir| path(PathBuf::from(dir)));
    target.join(relative)
}
