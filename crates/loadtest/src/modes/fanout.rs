use anyhow::{Result, ensure};
use clap::Args;

use crate::{
    broadcast::{Broadcast, Layout},
    cli::{CommonArgs, parse_rate, positive},
    pace::Pace,
    report::Report,
    session::Session,
};

#[derive(Args, Debug)]
pub(crate) struct FanoutArgs {
    #[command(flatten)]
    pub(crate) common: CommonArgs,
    /// Connections that are subscribed to the channel
    #[arg(long, default_value_t = 1000, value_parser = positive)]
    subscribers: usize,
    #[command(flatten)]
    publishing: PublishingArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ManyArgs {
    #[command(flatten)]
    pub(crate) common: CommonArgs,
    /// Channels
    #[arg(long, default_value_t = 1000, value_parser = positive)]
    channels: usize,
    /// Subscribers of each channel
    #[arg(long, default_value_t = 10, value_parser = positive)]
    subscribers: usize,
    /// Connections that share the subscriptions; one for each if absent
    #[arg(long, value_parser = positive)]
    connections: Option<usize>,
    #[command(flatten)]
    publishing: PublishingArgs,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct PublishingArgs {
    /// Bytes of `data` of one event
    #[arg(long, default_value_t = 100)]
    pub(crate) bytes: usize,
    /// Closed loop: events that may be under way; one is, until it was answered and everybody has it
    #[arg(long, default_value_t = 16, value_parser = positive)]
    pub(crate) window: usize,
    /// Open loop: events per second, whatever becomes of them; latency counts from the time at which
    /// each was due
    #[arg(long, value_parser = parse_rate)]
    pub(crate) rate: Option<f64>,
    /// Keep-alive connections for requests, each with one request at a time; as many as the window if
    /// absent. With 1 the events have an order
    #[arg(long, value_parser = positive)]
    publishers: Option<usize>,
}

impl PublishingArgs {
    pub(crate) fn publishers(&self) -> usize {
        self.publishers.unwrap_or(self.window)
    }

    pub(crate) fn pace(&self, session: &Session) -> Pace {
        Pace::new(self.window, self.rate, session.net.now())
    }
}

pub(crate) fn fanout(args: &FanoutArgs) -> Result<Report> {
    let sockets = args.subscribers + args.publishing.publishers();
    let session = Session::new(&args.common, sockets)?;
    let layout = Layout::new(&session.run, 1, args.subscribers, args.subscribers);
    run("fanout", session, layout, &args.publishing)
}

pub(crate) fn many(args: &ManyArgs) -> Result<Report> {
    let connections = args.connections.unwrap_or(args.channels * args.subscribers);
    ensure!(connections >= args.subscribers, "--connections must be at least --subscribers");
    ensure!(args.channels <= 1_000_000, "at most a million channels");
    let session = Session::new(&args.common, connections + args.publishing.publishers())?;
    let layout = Layout::new(&session.run, args.channels, args.subscribers, connections);
    run("many", session, layout, &args.publishing)
}

fn run(
    mode: &'static str,
    mut session: Session,
    layout: Layout,
    publishing: &PublishingArgs,
) -> Result<Report> {
    let channels = layout.channels();
    let mut broadcast = Broadcast::new(&session, layout, publishing.publishers(), publishing.bytes)?;
    broadcast.set_up(&mut session)?;
    session.settle(&mut broadcast)?;
    broadcast.send(publishing.pace(&session));
    session.warm_up(&mut broadcast, |_| false)?;

    broadcast.start_counting(session.args.events);
    let start = session.meter.read()?;
    let until = session.measuring_end();
    session.net.drive(&mut broadcast, until, |this, _| this.has_sent_all())?;
    let span = session.meter.since(&start)?;
    let counts = broadcast.counts();

    broadcast.drain(&mut session)?;
    Ok(Report::new(&session, mode, ("deliveries", counts.delivered), &span)
        .latency(broadcast.latency().percentiles())
        .ledger(broadcast.tally())
        .troubles(broadcast.troubles())
        .overdue(broadcast.overdue())
        .detail("channels", channels)
        .detail("events", counts.published)
        .detail("events_per_second", counts.published as f64 / span.seconds))
}
