use anyhow::Result;
use clap::Args;

use crate::{
    cli::{ChannelKind, CommonArgs, parse_seconds, positive},
    report::Report,
    session::{Session, seconds},
    standing::Standing,
};

#[derive(Args, Debug)]
pub(crate) struct IdleArgs {
    #[command(flatten)]
    pub(crate) common: CommonArgs,
    /// Connections
    #[arg(long, default_value_t = 10_000, value_parser = positive)]
    connections: usize,
    /// What each joins
    #[arg(long, value_enum, default_value = "private")]
    channel_kind: ChannelKind,
    /// How long they are held; instead of --duration
    #[arg(long, value_parser = parse_seconds)]
    seconds: Option<f64>,
}

pub(crate) fn run(args: &IdleArgs) -> Result<Report> {
    let mut session = Session::new(&args.common, args.connections)?;
    let before = session.meter.read()?;
    let mut standing = Standing::new(args.connections, args.channel_kind, &session.run);
    standing.set_up(&mut session)?;

    let start = session.meter.read()?;
    let until = session.net.now() + seconds(args.seconds.unwrap_or(args.common.duration));
    session.net.drive(&mut standing, until, |_, _| false)?;
    let span = session.meter.since(&start)?;
    let report = Report::new(&session, "idle", ("connections", args.connections as u64), &span)
        .troubles(&standing.troubles);
    let Some((after, before)) = span.rss_after.zip(before.rss) else { return Ok(report) };
    let growth = after.saturating_sub(before);
    Ok(report
        .detail("rss_growth_bytes", growth)
        .detail("kib_per_connection", growth as f64 / 1024.0 / args.connections as f64))
}
