use std::io::{self, Write};

use clap::Args;
use serde_json::Value;

/// How a command says what it did.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Output {
    /// Print one JSON value, for scripts
    #[arg(long, global = true)]
    json: bool,
}

impl Output {
    /// Whether a script reads.
    pub(super) fn is_json(self) -> bool {
        self.json
    }

    /// Prints the value, or what a person would want to know of it.
    pub(super) fn print(self, value: &Value, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        if self.json { writeln!(stdout, "{value}") } else { writeln!(stdout, "{}", text.trim_end()) }
    }
}
