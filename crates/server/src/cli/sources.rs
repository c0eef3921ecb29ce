use std::{env, path::PathBuf};

use clap::Args;

use crate::config::{Config, ConfigError, Sources};

/// A flag, the field of the configuration that it sets, its value.
pub(super) type Flag = (&'static str, &'static str, String);

/// Where every command finds the platform.
#[derive(Args, Debug)]
pub(super) struct SourceArgs {
    /// Directory of the embedded database and the master key [default: .campanile]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Configuration file (TOML)
    #[arg(long, global = true, value_name = "FILE", env = "CAMPANILE_CONFIG")]
    config: Option<PathBuf>,
}

impl SourceArgs {
    /// The configuration, with a command's own flags on top.
    pub(super) fn read(&self, flags: impl IntoIterator<Item = Flag>) -> Result<Config, ConfigError> {
        let data_dir =
            self.data_dir.as_ref().map(|dir| ("--data-dir", "data_dir", dir.display().to_string()));
        Sources {
            file: self.config.clone(),
            // A value that is not text cannot be ours.
            environment: env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
            flags: data_dir.into_iter().chain(flags).collect(),
        }
        .read()
    }
}
