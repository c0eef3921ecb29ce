use clap::Subcommand;

use super::{output::Output, sources::SourceArgs};

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print the effective configuration without its secrets, or the fault (exit code 2)
    Check,
}

impl ConfigCommand {
    pub(super) fn run(self, sources: &SourceArgs, output: Output) -> anyhow::Result<()> {
        let Self::Check = self;
        let table = sources.read([])?.to_table();
        output.print(&serde_json::to_value(&table)?, &toml::to_string(&table)?)?;
        Ok(())
    }
}
