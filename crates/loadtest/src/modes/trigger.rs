use anyhow::{Result, ensure};
use clap::Args;

use crate::{
    cli::{CommonArgs, parse_rate, positive},
    clock::Nanos,
    latency::Latency,
    net::{Happening, Net, Scenario},
    pace::Pace,
    progress::Progress,
    report::Report,
    session::{DRAIN, Session},
    trigger_request::TriggerRequest,
    troubles::Troubles,
};

#[derive(Args, Debug)]
pub(crate) struct TriggerArgs {
    #[command(flatten)]
    pub(crate) common: CommonArgs,
    /// Bytes of `data` of one event
    #[arg(long, default_value_t = 100)]
    bytes: usize,
    /// Requests under way: as many keep-alive connections with one request each
    #[arg(long, visible_alias = "publishers", default_value_t = 16, value_parser = positive)]
    window: usize,
    /// Open loop: requests per second, whatever becomes of them
    #[arg(long, value_parser = parse_rate)]
    rate: Option<f64>,
    /// Channels that take turns
    #[arg(long, default_value_t = 1, value_parser = positive)]
    channels: usize,
}

struct Trigger {
    request: TriggerRequest,
    channels: usize,
    pace: Option<Pace>,
    limit: Option<u64>,
    sequence: u64,
    under_way: usize,
    /// Since when the request on each publisher counts.
    due: Vec<Nanos>,
    begun: u64,
    answered: u64,
    is_held_up: bool,
    latency: Latency,
    troubles: Troubles,
    progress: Progress,
}

pub(crate) fn run(args: &TriggerArgs) -> Result<Report> {
    let mut session = Session::with_websockets(&args.common, args.window)?;
    let prefix = format!("loadtest-{}-", session.run);
    let mut trigger = Trigger {
        request: TriggerRequest::new(session.net.target(), &session.net.app, &prefix, args.bytes)?,
        channels: args.channels,
        pace: None,
        limit: None,
        sequence: 0,
        under_way: 0,
        due: vec![0; args.window],
        begun: 0,
        answered: 0,
        is_held_up: false,
        latency: Latency::new(),
        troubles: Troubles::default(),
        progress: Progress::new(),
    };
    session.net.open_publishers(args.window)?;
    let until = session.setup_deadline();
    let in_time = session.net.drive(&mut trigger, until, |_, net| net.are_publishers_idle())?;
    ensure!(in_time, "not all of {} connections for requests were made in time", args.window);
    trigger.pace = Some(Pace::new(args.window, args.rate, session.net.now()));
    session.warm_up(&mut trigger, |this| this.troubles.failed_requests > 1_000)?;

    (trigger.begun, trigger.answered, trigger.limit) = (0, 0, session.args.events);
    trigger.latency.clear();
    let start = session.meter.read()?;
    let until = session.measuring_end();
    session.net.drive(&mut trigger, until, |this, _| this.has_answers_to_all())?;
    let span = session.meter.since(&start)?;
    let (answered, now) = (trigger.answered, session.net.now());

    let has_more = !trigger.has_begun_all();
    let overdue = trigger.pace.take().filter(|_| has_more).map_or(0, |pace| pace.overdue(now));
    session.net.drive(&mut trigger, now + DRAIN, |this, _| this.under_way == 0)?;
    trigger.troubles.set_unanswered(trigger.under_way, "requests were");
    Ok(Report::new(&session, "trigger", ("triggers", answered), &span)
        .latency(trigger.latency.percentiles())
        .troubles(&trigger.troubles)
        .overdue(overdue))
}

impl Trigger {
    fn has_begun_all(&self) -> bool {
        self.limit.is_some_and(|limit| self.begun >= limit)
    }

    fn has_answers_to_all(&self) -> bool {
        self.has_begun_all() && self.under_way == 0 || self.troubles.failed_requests > 1_000
    }

    fn request_due(&mut self, net: &mut Net) {
        self.is_held_up = false;
        while self.limit.is_none_or(|limit| self.begun < limit) {
            let Some(pace) = &mut self.pace else { return };
            let Some(publisher) = net.take_idle_publisher() else {
                self.is_held_up = true;
                return;
            };
            let Some(due) = pace.begin(self.under_way, net.now()) else {
                return net.return_publisher(publisher);
            };
            self.due[publisher] = due;
            self.begun += 1;
            self.under_way += 1;
            self.sequence += 1;
            let channel = self.sequence as usize % self.channels;
            net.request(publisher, self.request.prepare(self.sequence, channel));
        }
    }
}

impl Scenario for Trigger {
    fn on(&mut self, net: &mut Net, happening: Happening<'_>) -> Result<()> {
        match happening {
            Happening::Answered { publisher, status } => {
                self.under_way -= 1;
                if (200..300).contains(&status) {
                    self.answered += 1;
                    self.latency.record(self.due[publisher], net.now());
                } else {
                    self.troubles.failed_request(status);
                }
            }
            // There are no clients.
            Happening::Established { .. }
            | Happening::Subscribed { .. }
            | Happening::Event { .. }
            | Happening::Refused { .. }
            | Happening::Closed { .. } => {}
        }
        Ok(())
    }

    fn turn(&mut self, net: &mut Net) -> Result<()> {
        self.request_due(net);
        if self.progress.is_due(net.now()) {
            self.progress.show(format_args!("{} requests answered", self.answered));
        }
        Ok(())
    }

    fn next_due(&self) -> Option<Nanos> {
        self.pace.as_ref().filter(|_| !self.is_held_up).and_then(Pace::next)
    }
}
