use std::fmt;

use serde::{Deserialize, Deserializer, de::Error};
use tracing_subscriber::EnvFilter;

/// What is logged, and how.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// How a line looks.
    pub format: LogFormat,
    /// Which lines there are.
    pub filter: LogFilter,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line, for collectors.
    Json,
}

impl LogFormat {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

/// Levels per module in the notation of `tracing`, e.g. `info,campanile_webhooks=debug`.
#[derive(Clone, Debug)]
pub struct LogFilter(String);

impl LogFilter {
    /// The filter that it describes.
    #[must_use]
    pub fn to_filter(&self) -> EnvFilter {
        EnvFilter::try_new(&self.0).expect("checked when it was read")
    }
}

impl Default for LogFilter {
    /// The driver repeats PostgreSQL's notices and the server its threads, which tells nobody anything.
    fn default() -> Self {
        Self("info,sqlx=warn,actix_server=warn".to_owned())
    }
}

impl fmt::Display for LogFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for LogFilter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        EnvFilter::try_new(&text).map_err(D::Error::custom)?;
        Ok(Self(text))
    }
}
