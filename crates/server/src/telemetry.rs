//! Where the log goes: standard error, so that what a command prints stays apart.

use std::io::{self, IsTerminal};

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::{LogConfig, LogFormat};

/// Begins to log. Once per process; what was said before is lost.
pub fn init(config: &LogConfig) {
    let filter: EnvFilter = config.filter.to_filter();
    let registry = tracing_subscriber::registry().with(filter);
    let line = fmt::layer().with_ansi(io::stderr().is_terminal()).with_writer(io::stderr);
    let begun = match config.format {
        LogFormat::Text => registry.with(line).try_init(),
        LogFormat::Json => registry.with(line.json().flatten_event(true)).try_init(),
    };
    // Fails when a test began before us; its subscriber stays.
    drop(begun);
}
