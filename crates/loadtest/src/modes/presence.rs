use anyhow::Result;
use clap::Args;

use crate::{
    cli::{CommonArgs, positive},
    clock::Nanos,
    flights::{Flight, Flights, Times},
    http::find,
    latency::Latency,
    ledger::{Delivery, Ledger},
    mark::mark,
    net::{ClientId, Happening, Net, Scenario},
    progress::Progress,
    ramp::{HANDSHAKES, Ramp},
    report::Report,
    session::{DRAIN, Session},
    troubles::Troubles,
};

#[derive(Args, Debug)]
pub(crate) struct PresenceArgs {
    #[command(flatten)]
    pub(crate) common: CommonArgs,
    /// Presence channels
    #[arg(long, default_value_t = 10, value_parser = positive)]
    channels: usize,
    /// Members of each channel that stay and are told of the others
    #[arg(long, default_value_t = 20, value_parser = positive)]
    members: usize,
    /// Connections that come and go: each joins a channel, waits until all who stay know it, leaves, and
    /// waits again
    #[arg(long, visible_alias = "window", default_value_t = 16, value_parser = positive)]
    churners: usize,
}

/// One that comes and goes, each time as another user: the mark of its visit is the user's id.
#[derive(Clone, Copy, Debug, Default)]
struct Churner {
    visits: u64,
    channel: usize,
    is_inside: bool,
    /// Numbers of the last coming and the last going.
    joined: u32,
    left: u32,
}

struct Presence {
    ramp: Ramp,
    prefix: String,
    channels: usize,
    members: usize,
    churners: Vec<Churner>,
    is_churning: bool,
    limit: Option<u64>,
    flights: Flights,
    ledger: Ledger,
    landed: u64,
    delivered: u64,
    /// Changes from here on are only the end of what counted.
    counted_until: Nanos,
    latency: Latency,
    troubles: Troubles,
    progress: Progress,
}

pub(crate) fn run(args: &PresenceArgs) -> Result<Report> {
    let connections = args.channels * args.members + args.churners;
    let mut session = Session::with_websockets(&args.common, connections)?;
    let mut presence = Presence {
        ramp: Ramp::new(connections, HANDSHAKES),
        prefix: format!("presence-loadtest-{}", session.run),
        channels: args.channels,
        members: args.members,
        churners: vec![Churner::default(); args.churners],
        is_churning: false,
        limit: None,
        flights: Flights::default(),
        ledger: Ledger::new(args.channels, args.members, args.churners),
        landed: 0,
        delivered: 0,
        counted_until: Nanos::MAX,
        latency: Latency::new(),
        troubles: Troubles::default(),
        progress: Progress::new(),
    };
    let until = session.setup_deadline();
    let in_time = session
        .net
        .drive(&mut presence, until, |this, _| this.ramp.is_complete() || this.troubles.first.is_some())?;
    presence.ramp.must_be_complete(in_time, &presence.troubles)?;

    session.settle(&mut presence)?;
    presence.start(&mut session.net)?;
    session.warm_up(&mut presence, |_| false)?;

    (presence.landed, presence.delivered, presence.limit) = (0, 0, session.args.events);
    presence.latency.clear();
    let start = session.meter.read()?;
    let until = session.measuring_end();
    session
        .net
        .drive(&mut presence, until, |this, _| this.limit.is_some_and(|limit| this.landed >= limit))?;
    let span = session.meter.since(&start)?;
    let (landed, delivered, now) = (presence.landed, presence.delivered, session.net.now());

    (presence.is_churning, presence.counted_until) = (false, now);
    session.net.drive(&mut presence, now + DRAIN, |this, _| this.flights.in_flight() == 0)?;
    presence.troubles.set_unanswered(presence.flights.unanswered(), "subscriptions were");
    let mut tally = presence.ledger.tally(|_| false);
    let (flights, ledger) = (&presence.flights, &presence.ledger);
    let unseen = flights.undelivered().filter(|(sequence, _)| !ledger.has_seen(*sequence));
    tally.lost += unseen.map(|(_, remaining)| u64::from(remaining)).sum::<u64>();
    Ok(Report::new(&session, "presence", ("changes", landed), &span)
        .latency(presence.latency.percentiles())
        .ledger(tally)
        .troubles(&presence.troubles)
        .detail("channels", args.channels)
        .detail("members", args.members)
        .detail("deliveries", delivered)
        .detail("deliveries_per_second", delivered as f64 / span.seconds))
}

impl Presence {
    /// The first numbers are those who stay.
    fn standing(&self) -> usize {
        self.channels * self.members
    }

    fn channel_name(&self, channel: usize) -> String {
        format!("{}-{channel:06}", self.prefix)
    }

    fn start(&mut self, net: &mut Net) -> Result<()> {
        self.is_churning = true;
        (0..self.churners.len()).try_for_each(|churner| self.join(net, churner))
    }

    fn mark_of(&self, churner: usize) -> u64 {
        self.churners[churner].visits * self.churners.len() as u64 + churner as u64
    }

    fn launch(&mut self, net: &Net, churner: usize) -> u32 {
        let channel = self.churners[churner].channel;
        let times = Times { due: net.now(), sent: net.now() };
        self.flights.launch(Flight::new(times, channel, churner, self.members))
    }

    fn join(&mut self, net: &mut Net, churner: usize) -> Result<()> {
        self.churners[churner].visits += 1;
        self.churners[churner].channel = (churner + self.churners[churner].visits as usize) % self.channels;
        self.churners[churner].is_inside = true;
        self.churners[churner].joined = self.launch(net, churner);
        let data = format!(r#"{{"user_id":"{}"}}"#, mark(self.mark_of(churner)));
        let client = self.ramp.client(self.standing() + churner);
        net.subscribe(client, &self.channel_name(self.churners[churner].channel), Some(&data))
    }

    fn leave(&mut self, net: &mut Net, churner: usize) -> Result<()> {
        self.churners[churner].is_inside = false;
        self.churners[churner].left = self.launch(net, churner);
        // Leaving has no answer.
        self.flights.answer(self.churners[churner].left);
        let client = self.ramp.client(self.standing() + churner);
        net.unsubscribe(client, &self.channel_name(self.churners[churner].channel))
    }

    /// Everybody knows of the last change: on to the next.
    fn land(&mut self, net: &mut Net, churner: usize) -> Result<()> {
        self.landed += 1;
        match (self.churners[churner].is_inside, self.is_churning) {
            (true, _) => self.leave(net, churner),
            (false, true) => self.join(net, churner),
            (false, false) => Ok(()),
        }
    }

    fn receive(&mut self, net: &mut Net, client: ClientId, mark: u64, payload: &[u8]) -> Result<()> {
        let number = self.ramp.number(client);
        if number >= self.standing() {
            // Those who come and go meet each other.
            return Ok(());
        }
        let churner = (mark % self.churners.len() as u64) as usize;
        let Churner { channel, joined, left, .. } = self.churners[churner];
        let is_removal = find(payload, b"member_removed").is_some();
        let sequence = if is_removal { left } else { joined };
        let is_current = mark == self.mark_of(churner) && number / self.members == channel;
        let Some(&Flight { due, .. }) = self.flights.find(sequence).filter(|_| is_current) else {
            self.ledger.count_duplicate();
            return Ok(());
        };
        let delivery = Delivery { subscription: number, channel, sequence, publisher: churner };
        if self.ledger.receive(delivery) {
            self.delivered += 1;
            if due < self.counted_until {
                self.latency.record(due, net.now());
            }
            if self.flights.deliver(sequence) {
                self.land(net, churner)?;
            }
        }
        Ok(())
    }

    fn established(&mut self, net: &mut Net, client: ClientId) -> Result<()> {
        let number = self.ramp.number(client);
        if number >= self.standing() {
            self.ramp.expect(client, 0);
            return Ok(());
        }
        let data = format!(r#"{{"user_id":"standing-{number}"}}"#);
        net.subscribe(client, &self.channel_name(number / self.members), Some(&data))?;
        self.ramp.expect(client, 1);
        Ok(())
    }
}

impl Scenario for Presence {
    fn on(&mut self, net: &mut Net, happening: Happening<'_>) -> Result<()> {
        match happening {
            Happening::Event { client, sequence, payload } => self.receive(net, client, sequence, payload)?,
            Happening::Established { client } => self.established(net, client)?,
            Happening::Subscribed { client } => match self.ramp.number(client).checked_sub(self.standing()) {
                Some(churner) => {
                    if self.flights.answer(self.churners[churner].joined) {
                        self.land(net, churner)?;
                    }
                }
                None => {
                    self.ramp.subscribed(client);
                }
            },
            Happening::Refused { text, .. } => self.troubles.refused(text),
            Happening::Closed { code, .. } => self.troubles.closed(code),
            // Nothing is sent over REST.
            Happening::Answered { .. } => {}
        }
        Ok(())
    }

    fn turn(&mut self, net: &mut Net) -> Result<()> {
        self.ramp.turn(net)?;
        if self.progress.is_due(net.now()) {
            self.progress.show(format_args!("{} changes", self.landed));
        }
        Ok(())
    }

    fn next_due(&self) -> Option<Nanos> {
        None
    }
}
