use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{floor::FloorArgs, modes, transport::Transport};

/// Puts load on a server that speaks the Pusher protocol, and keeps account of every event.
///
/// Ends with 1 if anything was lost, duplicated, out of order, refused or not answered.
#[derive(Debug, Parser)]
#[command(name = "campanile-loadtest", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// One channel, many subscribers: how fast does an event reach all of them?
    Fanout(modes::fanout::FanoutArgs),
    /// Many channels with a few subscribers each, published to in turn
    Many(modes::fanout::ManyArgs),
    /// Connections that do nothing: what do they cost?
    Idle(modes::idle::IdleArgs),
    /// Connect, subscribe, leave, again and again
    Connect(modes::connect::ConnectArgs),
    /// Signed REST triggers to channels that nobody listens to
    Trigger(modes::trigger::TriggerArgs),
    /// Pairs of clients that answer each other over private channels
    ClientEvents(modes::client_events::ClientEventsArgs),
    /// Members come and go on presence channels
    Presence(modes::presence::PresenceArgs),
    /// All connections are lost and come back at once
    Storm(modes::storm::StormArgs),
    /// Some subscribers stop reading: do the others notice?
    Slow(modes::slow::SlowArgs),
    /// Not a load but a peer to compare with: a bare loop that writes the same bytes to as many sockets
    Floor(FloorArgs),
}

/// What every mode wants to know.
#[derive(Args, Clone, Debug)]
pub(crate) struct CommonArgs {
    /// The server, http://HOST:PORT
    #[arg(long)]
    pub(crate) url: String,
    /// The app's id
    #[arg(long)]
    pub(crate) app: String,
    /// The app's key
    #[arg(long)]
    pub(crate) key: String,
    /// The key's secret; needed wherever something is signed
    #[arg(long, env = "CAMPANILE_LOADTEST_SECRET", hide_env_values = true)]
    pub(crate) secret: Option<String>,
    /// How clients are connected; only fanout, many and idle have the choice
    #[arg(long, value_enum, default_value = "websocket")]
    pub(crate) transport: Transport,
    /// Seconds of measuring
    #[arg(long, default_value_t = 10.0, value_parser = parse_seconds)]
    pub(crate) duration: f64,
    /// Seconds of the same load before it
    #[arg(long, default_value_t = 1.0, value_parser = parse_seconds)]
    pub(crate) warmup: f64,
    /// Before it, wait at most so many seconds for the server to come to rest; needs --pid
    #[arg(long, default_value_t = 0.0, value_parser = parse_seconds)]
    pub(crate) settle: f64,
    /// End after so many operations, if that is sooner
    #[arg(long, value_name = "N")]
    pub(crate) events: Option<u64>,
    /// Write everything that was measured to a file, or with - to standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// The server's process: tells its CPU time and memory
    #[arg(long)]
    pub(crate) pid: Option<u32>,
    /// Keep the generator on this core
    #[arg(long)]
    pub(crate) core: Option<usize>,
    /// Put load on another computer
    #[arg(long)]
    pub(crate) allow_remote: bool,
}

/// Which channels connections join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChannelKind {
    /// A public channel of its own.
    Public,
    /// A private channel of its own.
    Private,
    /// One public channel for all.
    Shared,
    /// None.
    None,
}

impl ChannelKind {
    /// The channel of the connection with that number.
    pub(crate) fn channel(self, run: &str, number: usize) -> Option<String> {
        match self {
            Self::Public => Some(format!("loadtest-{run}-{number}")),
            Self::Private => Some(format!("private-loadtest-{run}-{number}")),
            Self::Shared => Some(format!("loadtest-{run}")),
            Self::None => None,
        }
    }
}

pub(crate) fn parse_seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.0..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("must be a number of seconds, at most a day".to_owned()),
    }
}

/// Operations per second of an open loop. The bound is far beyond what one thread can begin.
pub(crate) fn parse_rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate > 0.0 && rate <= MAX_RATE => Ok(rate),
        _ => Err(format!("must be a number above 0, at most {MAX_RATE}")),
    }
}

const MAX_RATE: f64 = 10_000_000.0;

/// A number that must not be zero.
pub(crate) fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("must be at least 1".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_that_a_schedule_can_keep() {
        assert_eq!(parse_rate("0.5"), Ok(0.5));
        for text in ["0", "-1", "NaN", "inf", "1e300", "x"] {
            assert!(parse_rate(text).is_err(), "{text}");
        }
    }
}
