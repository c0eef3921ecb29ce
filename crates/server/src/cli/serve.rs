use std::{io, net::SocketAddr, num::NonZeroUsize, thread};

use campanile_control::Store;
use campanile_server::{MailSettings, Platform, Running, TraceSettings};
use campanile_webhooks::{TargetPolicy, WebhookConfig};
use clap::Args;
use serde_json::json;

use super::{connected, database::Database, open_files, output::Output, signals::StopSignals, sources::Flag};
use crate::{
    config::{AllowTargets, Config, PublicUrl},
    telemetry,
};

#[derive(Args, Debug)]
pub(super) struct ServeArgs {
    /// Address for clients, servers and the dashboard [default: 127.0.0.1:6001]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// Address for metrics and health [default: 127.0.0.1:9601]
    #[arg(long, value_name = "ADDR:PORT")]
    internal_listen: Option<SocketAddr>,
    /// Offer the echo services that suites of protocol tests need; never in public
    #[arg(long)]
    conformance_echo: bool,
}

impl ServeArgs {
    pub(super) fn flags(&self) -> Vec<Flag> {
        let listen = self.listen.map(|it| ("--listen", "listen", it.to_string()));
        let internal =
            self.internal_listen.map(|it| ("--internal-listen", "internal_listen", it.to_string()));
        let echo =
            self.conformance_echo.then(|| ("--conformance-echo", "conformance_echo", "true".to_owned()));
        listen.into_iter().chain(internal).chain(echo).collect()
    }
}

/// `campanile serve`: the database, the schema, the platform; at the end in reverse.
pub(super) fn serve(config: &Config, output: Output) -> anyhow::Result<()> {
    telemetry::init(&config.log);
    open_files::raise_limit();
    actix_rt::System::new().block_on(async {
        let stop = StopSignals::catch()?;
        // Blocks; nothing else runs here yet.
        let database = Database::for_platform(config)?;
        let outcome = run(config, &database, output, stop).await;
        // After everything that writes to it has ended.
        database.close()?;
        outcome
    })
}

async fn run(config: &Config, database: &Database, output: Output, stop: StopSignals) -> anyhow::Result<()> {
    let store = connected::open(config, database).await?;
    store.migrate().await?;
    let running = campanile_server::start(platform(config, store.clone())).await?;
    tracing::info!(address = %running.address, internal_address = %running.internal_address, "serving");
    if let Err(error) = announce(&running, config.public_url.as_ref(), output) {
        tracing::warn!(%error, "nobody reads standard output");
    }
    stop.wait().await;
    running.stop().await;
    store.close().await;
    Ok(())
}

fn platform(config: &Config, store: Store) -> Platform {
    let cores = || thread::available_parallelism().map_or(1, NonZeroUsize::get);
    Platform {
        listen: config.listen,
        internal_listen: config.internal_listen,
        workers: config.workers.map_or_else(cores, NonZeroUsize::get),
        trusted_proxies: config.trusted_proxies.iter().copied().collect(),
        conformance_echo: config.conformance_echo,
        secure_cookies: config.public_url.as_ref().is_some_and(PublicUrl::is_https),
        public_url: config.public_url.as_ref().map(ToString::to_string),
        mail: mail(config),
        traces: traces(config),
        shutdown_grace: config.shutdown_grace,
        webhooks: WebhookConfig {
            policy: policy(config.webhook_targets()),
            metrics_by_endpoint: config.webhooks.metrics_by_endpoint,
            ..WebhookConfig::default()
        },
        store,
    }
}

fn mail(config: &Config) -> Option<MailSettings> {
    let (smtp_url, from) = config.mail.smtp_url.as_ref().zip(config.mail.from.as_ref())?;
    Some(MailSettings { smtp_url: smtp_url.secret().clone(), from: from.mailbox().clone() })
}

fn traces(config: &Config) -> Option<TraceSettings> {
    let endpoint = config.telemetry.otlp_endpoint.as_ref()?.to_string();
    Some(TraceSettings { endpoint, sample_ratio: config.telemetry.sample_ratio })
}

fn policy(targets: AllowTargets) -> TargetPolicy {
    let (allow_loopback, allow_private) = match targets {
        AllowTargets::Public => (false, false),
        AllowTargets::Loopback => (true, false),
        AllowTargets::Private => (true, true),
    };
    TargetPolicy { allow_loopback, allow_private }
}

/// Says where to go: on standard output, which the log does not use.
fn announce(running: &Running, public_url: Option<&PublicUrl>, output: Output) -> io::Result<()> {
    let url = public_url.map_or_else(|| reachable(running.address), ToString::to_string);
    let internal_url = reachable(running.internal_address);
    let text = format!("Campanile is running at {url}\nHealth and metrics are at {internal_url}");
    let address = running.address;
    output.print(&json!({ "url": url, "internal_url": internal_url, "address": address }), &text)
}

/// An address to type. "Every interface" is not one.
fn reachable(address: SocketAddr) -> String {
    match address {
        _ if address.ip().is_unspecified() => format!("http://localhost:{}", address.port()),
        _ => format!("http://{address}"),
    }
}
