use anyhow::Result;
use clap::Args;

use crate::{
    cli::{ChannelKind, CommonArgs, positive},
    report::Report,
    session::Session,
    standing::Standing,
};

#[derive(Args, Debug)]
pub(crate) struct StormArgs {
    #[command(flatten)]
    pub(crate) common: CommonArgs,
    /// Connections
    #[arg(long, default_value_t = 5_000, value_parser = positive)]
    connections: usize,
    /// What each joins
    #[arg(long, value_enum, default_value = "private")]
    channel_kind: ChannelKind,
    /// Handshakes under way at the same time; all if absent
    #[arg(long, value_parser = positive)]
    window: Option<usize>,
}

pub(crate) fn run(args: &StormArgs) -> Result<Report> {
    let mut session = Session::with_websockets(&args.common, args.connections)?;
    let mut before = Standing::new(args.connections, args.channel_kind, &session.run);
    before.set_up(&mut session)?;
    session.settle(&mut before)?;

    let start = session.meter.read()?;
    before.drop_all(&mut session.net, args.connections);
    let window = args.window.unwrap_or(args.connections);
    let mut after = Standing::with_window(args.connections, window, args.channel_kind, &session.run);
    after.come_back(&mut session)?;
    let span = session.meter.since(&start)?;
    Ok(Report::new(&session, "storm", ("reconnections", after.ready() as u64), &span)
        .troubles(&after.troubles)
        .detail("seconds_until_all_are_back", span.seconds))
}
