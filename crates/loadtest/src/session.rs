use anyhow::{Result, ensure};

use crate::{
    cli::CommonArgs,
    clock::{Nanos, SECOND, unix_seconds},
    credentials::Credentials,
    limits,
    meter::Meter,
    net::{Net, Scenario},
    target::Target,
    transport::Transport,
};

/// How long connections and subscriptions may take to come about.
const SETUP: Nanos = 120 * SECOND;
/// How long the last events may take to arrive.
pub(crate) const DRAIN: Nanos = 5 * SECOND;

/// How often it is looked whether the server is at rest, how often it must be so in a row, and the share
/// of a core that still is rest.
const GLANCE: Nanos = SECOND / 4;
const CALM_GLANCES: u32 = 4;
const CALM_BUSY: f64 = 0.05;

/// What every mode begins with.
pub(crate) struct Session {
    pub(crate) net: Net,
    pub(crate) meter: Meter,
    pub(crate) args: CommonArgs,
    /// Tells the channels of this run from those of others.
    pub(crate) run: String,
}

impl Session {
    /// As [`Self::new`], for a mode that has clients of one kind only, or none.
    pub(crate) fn with_websockets(args: &CommonArgs, sockets: usize) -> Result<Self> {
        ensure!(
            args.transport == Transport::WebSocket,
            "only fanout, many and idle can use another --transport than websocket"
        );
        Self::new(args, sockets)
    }

    /// Prepares for so many sockets.
    pub(crate) fn new(args: &CommonArgs, sockets: usize) -> Result<Self> {
        let target = Target::parse(&args.url, args.allow_remote)?;
        limits::need_sockets(sockets)?;
        if let Some(core) = args.core {
            limits::pin(core)?;
        }
        let app = Credentials::new(args.app.clone(), args.key.clone(), args.secret.as_deref());
        let run = format!("{:x}", (unix_seconds() << 20) | u64::from(std::process::id()));
        let net = Net::new(target, app, args.transport, run.clone())?;
        Ok(Self { net, meter: Meter::new(args.pid)?, args: args.clone(), run })
    }

    /// When setting up must be done.
    pub(crate) fn setup_deadline(&self) -> Nanos {
        self.net.now() + SETUP
    }

    /// Waits until the server has finished what setting up has caused, e.g. webhooks of new channels: a
    /// second in which it used next to nothing.
    pub(crate) fn settle<S: Scenario>(&mut self, scenario: &mut S) -> Result<()> {
        let give_up = self.net.now() + seconds(self.args.settle);
        let mut calm = 0;
        while calm < CALM_GLANCES && self.net.now() < give_up {
            let start = self.meter.read()?;
            let until = self.net.now() + GLANCE;
            self.net.drive(scenario, until, |_, _| false)?;
            let span = self.meter.since(&start)?;
            let is_calm = span.cpu.is_none_or(|cpu| cpu.as_secs_f64() < CALM_BUSY * span.seconds);
            calm = if is_calm { calm + 1 } else { 0 };
        }
        Ok(())
    }

    /// Lets the load run before anything counts. Without a warm-up nothing is sent before it counts.
    pub(crate) fn warm_up<S: Scenario>(
        &mut self,
        scenario: &mut S,
        is_hopeless: impl Fn(&S) -> bool,
    ) -> Result<()> {
        if self.args.warmup > 0.0 {
            let until = self.net.now() + seconds(self.args.warmup);
            self.net.drive(scenario, until, |scenario, _| is_hopeless(scenario))?;
        }
        Ok(())
    }

    pub(crate) fn measuring_end(&self) -> Nanos {
        self.net.now() + seconds(self.args.duration)
    }
}

pub(crate) fn seconds(seconds: f64) -> Nanos {
    (seconds * SECOND as f64) as Nanos
}
