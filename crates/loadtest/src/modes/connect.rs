use std::collections::HashMap;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::{
    cli::{ChannelKind, CommonArgs, parse_rate, positive},
    clock::Nanos,
    latency::Latency,
    net::{ClientId, Happening, Net, Scenario},
    pace::Pace,
    progress::Progress,
    report::Report,
    session::{DRAIN, Session},
    troubles::Troubles,
};

#[derive(Args, Debug)]
pub(crate) struct ConnectArgs {
    #[command(flatten)]
    pub(crate) common: CommonArgs,
    /// Closed loop: connections that are there at the same time
    #[arg(long, default_value_t = 64, value_parser = positive)]
    window: usize,
    /// Open loop: connections per second, whatever becomes of them
    #[arg(long, value_parser = parse_rate)]
    rate: Option<f64>,
    /// What each joins
    #[arg(long, value_enum, default_value = "shared")]
    channel_kind: ChannelKind,
    /// How each ends
    #[arg(long, value_enum, default_value = "drop")]
    ending: Ending,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Ending {
    /// The socket is closed, as when a tab is.
    Drop,
    /// A close frame is sent and answered first.
    Close,
}

struct Connect {
    pace: Option<Pace>,
    limit: Option<u64>,
    kind: ChannelKind,
    ending: Ending,
    run: String,
    begun: u64,
    number: usize,
    done: u64,
    /// Since when each counts that is not done.
    due: HashMap<ClientId, Nanos>,
    closing: usize,
    latency: Latency,
    troubles: Troubles,
    progress: Progress,
}

/// Open loops do not open more at a time, or a server that stalls would get them all.
const MOST_AT_ONCE: usize = 4096;
/// After so many troubles nothing is learned by going on.
const MOST_TROUBLES: u64 = 1_000;

pub(crate) fn run(args: &ConnectArgs) -> Result<Report> {
    let sockets = if args.rate.is_some() { MOST_AT_ONCE } else { args.window };
    let mut session = Session::with_websockets(&args.common, sockets)?;
    let mut connect = Connect {
        pace: Some(Pace::new(args.window, args.rate, session.net.now())),
        limit: None,
        kind: args.channel_kind,
        ending: args.ending,
        run: session.run.clone(),
        begun: 0,
        number: 0,
        done: 0,
        due: HashMap::with_capacity(sockets),
        closing: 0,
        latency: Latency::new(),
        troubles: Troubles::default(),
        progress: Progress::new(),
    };
    session.warm_up(&mut connect, Connect::is_hopeless)?;

    (connect.begun, connect.done, connect.limit) = (0, 0, session.args.events);
    connect.latency.clear();
    let start = session.meter.read()?;
    let until = session.measuring_end();
    session.net.drive(&mut connect, until, |this, _| this.has_done_all() || this.is_hopeless())?;
    let span = session.meter.since(&start)?;
    let (done, now) = (connect.done, session.net.now());

    let has_more = connect.limit.is_none_or(|limit| connect.begun < limit);
    let overdue = connect.pace.take().filter(|_| has_more).map_or(0, |pace| pace.overdue(now));
    session.net.drive(&mut connect, now + DRAIN, |this, _| this.under_way() == 0)?;
    connect.troubles.set_unanswered(connect.under_way(), "connections were");
    Ok(Report::new(&session, "connect", ("connections", done), &span)
        .latency(connect.latency.percentiles())
        .troubles(&connect.troubles)
        .overdue(overdue))
}

impl Connect {
    fn under_way(&self) -> usize {
        self.due.len() + self.closing
    }

    fn has_done_all(&self) -> bool {
        self.limit.is_some_and(|limit| self.begun >= limit) && self.under_way() == 0
    }

    fn is_hopeless(&self) -> bool {
        self.troubles.refused + self.troubles.closed > MOST_TROUBLES
    }

    fn finish(&mut self, net: &mut Net, client: ClientId) -> Result<()> {
        let Some(due) = self.due.remove(&client) else { return Ok(()) };
        self.latency.record(due, net.now());
        match self.ending {
            Ending::Drop => {
                net.drop_client(client);
                self.done += 1;
            }
            Ending::Close => {
                net.close_client(client)?;
                self.closing += 1;
            }
        }
        Ok(())
    }
}

impl Scenario for Connect {
    fn on(&mut self, net: &mut Net, happening: Happening<'_>) -> Result<()> {
        match happening {
            Happening::Established { client } => {
                self.number += 1;
                match self.kind.channel(&self.run, self.number) {
                    Some(channel) => net.subscribe(client, &channel, None)?,
                    None => self.finish(net, client)?,
                }
            }
            Happening::Subscribed { client } => self.finish(net, client)?,
            Happening::Refused { client, text } => {
                self.troubles.refused(text);
                // Nothing good comes after it, and a place in the window is not to be held for it.
                net.drop_client(client);
                if self.due.remove(&client).is_none() {
                    self.closing -= 1;
                }
            }
            Happening::Closed { client, code } => match self.due.remove(&client) {
                Some(_) => self.troubles.closed(code),
                None => {
                    self.closing -= 1;
                    self.done += 1;
                }
            },
            // Nobody publishes.
            Happening::Event { .. } | Happening::Answered { .. } => {}
        }
        Ok(())
    }

    fn turn(&mut self, net: &mut Net) -> Result<()> {
        while self.under_way() < MOST_AT_ONCE && self.limit.is_none_or(|limit| self.begun < limit) {
            let under_way = self.under_way();
            let Some(due) = self.pace.as_mut().and_then(|pace| pace.begin(under_way, net.now())) else {
                break;
            };
            let client = net.connect()?;
            self.due.insert(client, due);
            self.begun += 1;
        }
        if self.progress.is_due(net.now()) {
            self.progress.show(format_args!("{} connections", self.done));
        }
        Ok(())
    }

    fn next_due(&self) -> Option<Nanos> {
        let may_begin = self.under_way() < MOST_AT_ONCE;
        self.pace.as_ref().filter(|_| may_begin).and_then(Pace::next)
    }
}
