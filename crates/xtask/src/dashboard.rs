use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::{node, process::must, root};

/// The management API, whose types and summaries the dashboard takes over.
const DOCUMENT: &str = "../sdk-specs/openapi/management.json";

/// What the build reads, besides the installed packages.
const SOURCES: [&str; 8] = [
    "src",
    "public",
    "index.html",
    "vite.config.ts",
    "api-document.ts",
    "tsconfig.json",
    "package-lock.json",
    DOCUMENT,
];

pub(crate) fn dir() -> PathBuf {
    root::path("web-dashboard")
}

/// Builds the dashboard into `dist`, unless it is there and newer than all it is made from.
pub(crate) fn build() -> anyhow::Result<()> {
    let dir = dir();
    node::install(&dir)?;
    let built = fs::metadata(dir.join("dist/index.html")).and_then(|it| it.modified()).ok();
    let changed = SOURCES.iter().filter_map(|source| newest(&dir.join(source))).max();
    if built.is_some() && built >= changed {
        return Ok(());
    }
    must(&mut node::npm(&dir, &["run", "build"]))
}

/// When something in there changed last. A folder's own time tells of deletions.
fn newest(path: &Path) -> Option<SystemTime> {
    let own = fs::metadata(path).and_then(|it| it.modified()).ok()?;
    let inner = fs::read_dir(path).into_iter().flatten().flatten().filter_map(|entry| newest(&entry.path()));
    inner.chain([own]).max()
}
