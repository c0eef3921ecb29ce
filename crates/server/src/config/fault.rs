use std::{io, path::PathBuf};

/// Why there is no configuration. Ends the process with exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not TOML. Its text is not repeated: it may hold a secret.
    #[error("{}, line {line}: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What was expected there.
        message: String,
    },
    /// One field is wrong, missing or unknown.
    #[error("{field}: {message}{}", origin.as_deref().map(|it| format!(" (from {it})")).unwrap_or_default())]
    Field {
        /// Its path, e.g. `webhooks.allow_targets`.
        field: String,
        /// What is wrong with it.
        message: String,
        /// Where it was written, if it was.
        origin: Option<String>,
    },
    /// An environment variable that begins like ours and is not one: probably misspelt.
    #[error("{name}: unknown environment variable{}", near.map(|it| format!("; did you mean {it}?")).unwrap_or_default())]
    UnknownVariable {
        /// The variable.
        name: String,
        /// The one that was probably meant.
        near: Option<&'static str>,
    },
}
