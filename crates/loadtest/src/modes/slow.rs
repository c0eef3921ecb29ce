use anyhow::{Result, ensure};
use clap::Args;

use super::fanout::PublishingArgs;
use crate::{
    broadcast::{Broadcast, Layout},
    cli::{CommonArgs, positive},
    clock::{Nanos, SECOND},
    net::Net,
    report::Report,
    session::{DRAIN, Session},
};

#[derive(Args, Debug)]
pub(crate) struct SlowArgs {
    #[command(flatten)]
    pub(crate) common: CommonArgs,
    /// Connections that are subscribed to the channel
    #[arg(long, default_value_t = 5_000, value_parser = positive)]
    subscribers: usize,
    /// How many of them stop reading
    #[arg(long, default_value_t = 1_000)]
    slow: usize,
    #[command(flatten)]
    publishing: PublishingArgs,
}

/// How often memory is looked at.
const GLANCE: Nanos = SECOND / 5;

/// Measures twice as long as `--duration` says: with everybody reading, and with some who do not.
pub(crate) fn run(args: &SlowArgs) -> Result<Report> {
    ensure!(args.slow < args.subscribers, "--slow must be less than --subscribers");
    let publishing = &args.publishing;
    let mut session = Session::with_websockets(&args.common, args.subscribers + publishing.publishers())?;
    let layout = Layout::new(&session.run, 1, args.subscribers, args.subscribers);
    let mut broadcast = Broadcast::new(&session, layout, publishing.publishers(), publishing.bytes)?;
    broadcast.set_up(&mut session)?;
    session.settle(&mut broadcast)?;

    broadcast.send(publishing.pace(&session));
    session.warm_up(&mut broadcast, |_| false)?;
    let rss_before = phase(&mut session, &mut broadcast)?;
    broadcast.drain(&mut session)?;
    let before = broadcast.latency().percentiles();

    for number in 0..args.slow {
        let client = broadcast.excuse(number);
        session.net.set_deaf(client, true)?;
    }
    broadcast.send(publishing.pace(&session));
    let start = session.meter.read()?;
    let rss_during = phase(&mut session, &mut broadcast)?;
    let span = session.meter.since(&start)?;
    let delivered = broadcast.counts().delivered;
    broadcast.drain(&mut session)?;
    let during = broadcast.latency().percentiles();
    listen_again(&mut session.net, &mut broadcast, args.slow)?;

    let ends = broadcast.excused_ends();
    let growth = rss_during.zip(rss_before).map(|(during, before)| during.saturating_sub(before));
    Ok(Report::new(&session, "slow", ("deliveries", delivered), &span)
        .latency(during)
        .ledger(broadcast.tally())
        .troubles(broadcast.troubles())
        .overdue(broadcast.overdue())
        .detail("slow", args.slow)
        .detail("slow_ended", ends.told + ends.untold)
        .detail("slow_who_saw_4100", ends.told)
        .detail("p99_us_before", before.p99)
        .detail("p99_us_during", during.p99)
        .detail("rss_growth_bytes", growth))
}

/// The load of `--duration`: the most memory that was used in it.
fn phase(session: &mut Session, broadcast: &mut Broadcast) -> Result<Option<u64>> {
    broadcast.start_counting(None);
    let end = session.measuring_end();
    let mut most = None;
    while session.net.now() < end {
        let until = end.min(session.net.now() + GLANCE);
        session.net.drive(broadcast, until, |_, _| false)?;
        most = most.max(session.meter.read()?.rss);
    }
    Ok(most)
}

/// Lets those who stopped read what is left, to see how the server ended them.
fn listen_again(net: &mut Net, broadcast: &mut Broadcast, slow: usize) -> Result<()> {
    for number in 0..slow {
        let client = broadcast.client(number);
        net.set_deaf(client, false)?;
    }
    let until = net.now() + DRAIN;
    net.drive(broadcast, until, |this, _| {
        let ends = this.excused_ends();
        ends.told + ends.untold == slow as u64
    })?;
    Ok(())
}
