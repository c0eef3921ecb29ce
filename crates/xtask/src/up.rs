use std::{
    env,
    os::unix::process::CommandExt,
    process::{Command, ExitCode},
};

use anyhow::Context;

use crate::{dashboard, process::must, root, system};

/// `cargo xtask up`: from a fresh checkout to a running platform.
pub(crate) fn up(serve_arguments: &[String]) -> anyhow::Result<ExitCode> {
    if env::var_os("DATABASE_URL").is_none() {
        system::ensure_postgres()?;
    }
    dashboard::build()?;
    let mut build = Command::new(env!("CARGO"));
    must(build.args(["build", "--release", "--package", "campanile-server"]).current_dir(root::path("")))?;

    let mut serve = Command::new(root::target("release/campanile"));
    serve.arg("serve");
    let says_where = serve_arguments.iter().any(|argument| argument.starts_with("--data-dir"));
    if !says_where && env::var_os("CAMPANILE_DATA_DIR").is_none() {
        serve.arg("--data-dir").arg(root::path(".campanile"));
    }
    // This process becomes the platform: signals and exit code need no forwarding.
    Err(serve.args(serve_arguments).exec()).context("cannot run the platform")
}
