use std::io::{self, Write};

use campanile_server::openapi;
use clap::Subcommand;

/// `campanile openapi`: what `sdk-specs/openapi` holds.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(super) enum OpenapiCommand {
    /// The management API, /api/v1
    Management,
    /// The REST API of apps' servers, /apps
    Rest,
}

impl OpenapiCommand {
    /// Prints the document, for people and programs alike.
    pub(super) fn run(self) -> anyhow::Result<()> {
        let document = match self {
            Self::Management => openapi::management(),
            Self::Rest => openapi::rest(),
        };
        writeln!(io::stdout().lock(), "{document:#}")?;
        Ok(())
    }
}
