use std::fmt;

use serde::{Deserialize, Deserializer, de::Error};
use url::Url;

/// Traces, for who runs a collector.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TelemetryConfig {
    /// Where the collector takes OTLP over HTTP, e.g. `http://127.0.0.1:4318`. Without it there are no traces.
    pub otlp_endpoint: Option<OtlpEndpoint>,
    /// Which share of traces is followed, from 0 to 1.
    #[serde(deserialize_with = "share")]
    pub sample_ratio: f64,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self { otlp_endpoint: None, sample_ratio: 0.05 }
    }
}

/// A collector's address, below which its paths are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtlpEndpoint(Url);

impl fmt::Display for OtlpEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl<'de> Deserialize<'de> for OtlpEndpoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let url = Url::parse(&text).map_err(|error| D::Error::custom(format!("not a URL: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(D::Error::custom("must begin with http:// or https://"));
        }
        // It is shown and logged.
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
            return Err(D::Error::custom("must be only a scheme, a host, and perhaps a port and a path"));
        }
        Ok(Self(url))
    }
}

fn share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let share = f64::deserialize(deserializer)?;
    let is_share = (0.0..=1.0).contains(&share);
    is_share.then_some(share).ok_or_else(|| D::Error::custom("must lie between 0 and 1"))
}
