//! What the operator decides, read once at the start and passed down in pieces.
//!
//! Three sources, each overriding the one before: one TOML file, the environment, the command line.
//! They meet in one table ([`Sources`]), which then becomes a [`Config`]; so every fault, wherever it
//! was written, names the same path of the same field.

mod database_url;
mod duration;
mod environment;
mod fault;
mod log;
mod mail;
mod public_url;
mod show;
mod sources;
mod telemetry;
#[cfg(test)]
mod tests;
mod trusted_proxy;
mod webhooks;

use std::{
    net::{Ipv4Addr, SocketAddr},
    num::NonZeroUsize,
    path::PathBuf,
    time::Duration,
};

use campanile_transport::TrustedProxy;
use secrecy::SecretString;
use serde::Deserialize;

pub use database_url::DatabaseUrl;
pub use environment::{VARIABLES, Variable};
pub use fault::ConfigError;
pub use log::{LogConfig, LogFilter, LogFormat};
pub use mail::{MailConfig, Sender, SmtpUrl};
pub use public_url::PublicUrl;
pub use sources::Sources;
pub use telemetry::{OtlpEndpoint, TelemetryConfig};
pub use webhooks::{AllowTargets, WebhookConfig};

/// Everything that can be decided, complete: what nobody wrote has its default.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where clients, servers and the dashboard connect. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where metrics and health are; not for the public.
    pub internal_listen: SocketAddr,
    /// Holds the embedded database and the master key's file.
    pub data_dir: PathBuf,
    /// An existing PostgreSQL. Without it the platform runs one of its own in [`Self::data_dir`].
    pub database_url: Option<DatabaseUrl>,
    /// The key that seals secrets at rest, as text. See also [`Self::master_key_file`].
    pub master_key: Option<SecretString>,
    /// A file with that key, made at the first start.
    pub master_key_file: Option<PathBuf>,
    /// The address people type, where a proxy stands in front.
    pub public_url: Option<PublicUrl>,
    /// Proxies, by address or network, that say truly where a client is. Nobody else is asked.
    #[serde(deserialize_with = "trusted_proxy::deserialize")]
    pub trusted_proxies: Vec<TrustedProxy>,
    /// Worker threads; one per core when absent.
    pub workers: Option<NonZeroUsize>,
    /// How long open requests may take after the signal to stop.
    #[serde(deserialize_with = "duration::deserialize")]
    pub shutdown_grace: Duration,
    /// Whether clients find the services that suites of protocol tests ask of a server. Not for the public.
    pub conformance_echo: bool,
    /// Outgoing webhooks.
    pub webhooks: WebhookConfig,
    /// Mails to people.
    pub mail: MailConfig,
    /// Traces.
    pub telemetry: TelemetryConfig,
    /// What is told about all this.
    pub log: LogConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 6001)),
            internal_listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 9601)),
            data_dir: PathBuf::from(".campanile"),
            database_url: None,
            master_key: None,
            master_key_file: None,
            public_url: None,
            trusted_proxies: Vec::new(),
            workers: None,
            shutdown_grace: Duration::from_secs(10),
            conformance_echo: false,
            webhooks: WebhookConfig::default(),
            mail: MailConfig::default(),
            telemetry: TelemetryConfig::default(),
            log: LogConfig::default(),
        }
    }
}

impl Config {
    /// Whether the platform runs its own database.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        self.database_url.is_none()
    }

    /// Where the master key is read from, and made if there is none. Unused when the key is given as
    /// text.
    #[must_use]
    pub fn master_key_path(&self) -> PathBuf {
        self.master_key_file.clone().unwrap_or_else(|| self.data_dir.join("master.key"))
    }

    /// Which addresses webhooks may go to. On a laptop, which is where the embedded database is used,
    /// the receiver is on the laptop too.
    #[must_use]
    pub fn webhook_targets(&self) -> AllowTargets {
        let default = if self.is_embedded() { AllowTargets::Loopback } else { AllowTargets::Public };
        self.webhooks.allow_targets.unwrap_or(default)
    }
}
