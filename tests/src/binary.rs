use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

/// Names a binary to test instead of the one built here.
const VARIABLE: &str = "PLATFORM_BINARY";

static PATH: LazyLock<PathBuf> = LazyLock::new(|| env::var_os(VARIABLE).map_or_else(build, PathBuf::from));

/// The program under test. Built first, so that `cargo test --package campanile-tests` never tests
/// yesterday's.
pub fn path() -> &'static Path {
    &PATH
}

fn build() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the repository");
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let status = cargo.args(["build", "--quiet", "--package", "campanile-server"]).current_dir(root).status();
    assert!(status.expect("cargo runs").success(), "the platform does not build");
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
    target.join("debug/campanile")
}
