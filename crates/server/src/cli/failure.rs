use std::{
    io::{self, Write},
    process::ExitCode,
};

use crate::config::ConfigError;

/// The command was asked for something that makes no sense, as opposed to something that failed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct UsageError(pub(super) String);

/// Something failed, and the output has said so.
#[derive(Debug, thiserror::Error)]
#[error("told already")]
pub(super) struct Told;

/// 2 for what the caller must write differently (as clap does), 1 for the rest.
pub(super) fn report(error: &anyhow::Error) -> ExitCode {
    if is_closed_pipe(error) {
        return ExitCode::SUCCESS;
    }
    if error.is::<Told>() {
        return ExitCode::FAILURE;
    }
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(io::stderr(), "error: {error:#}");
    if error.is::<UsageError>() || error.is::<ConfigError>() { ExitCode::from(2) } else { ExitCode::FAILURE }
}

/// `campanile app list | head -1` has seen enough; that is no failure.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|it| it.kind() == io::ErrorKind::BrokenPipe)
}
