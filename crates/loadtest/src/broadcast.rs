//! Publishing over REST to channels with subscribers: what `fanout`, `many` and `slow` share.

mod layout;

use anyhow::Result;

use crate::{
    clock::{Nanos, SECOND},
    flights::{Flight, Flights, Times},
    latency::Latency,
    ledger::{Delivery, Ledger, Tally},
    net::{ClientId, Happening, Net, Scenario},
    pace::Pace,
    progress::Progress,
    ramp::{HANDSHAKES, Ramp},
    session::{DRAIN, Session},
    trigger_request::TriggerRequest,
    troubles::Troubles,
};

pub(crate) use self::layout::Layout;

/// Events counted from the last [`Broadcast::start_counting`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) published: u64,
    pub(crate) delivered: u64,
}

/// What a server says to a client that does not read.
const OVER_CAPACITY: u16 = 4100;

/// How connections ended that were expected to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ends {
    /// With the reason.
    pub(crate) told: u64,
    /// Without.
    pub(crate) untold: u64,
}

/// Subscribers that stand, and events that fly.
pub(crate) struct Broadcast {
    layout: Layout,
    ramp: Ramp,
    request: TriggerRequest,
    /// None while nothing is to be sent.
    pace: Option<Pace>,
    /// No more is sent than this.
    limit: Option<u64>,
    /// Open loop: events that were due at the end and had not been sent.
    overdue: u64,
    flights: Flights,
    /// The event under way on each publisher.
    sent: Vec<u32>,
    ledger: Ledger,
    latency: Latency,
    counts: Counts,
    troubles: Troubles,
    progress: Progress,
    /// Connections that are not expected to get anything.
    excused: Vec<bool>,
    /// How many these are.
    excused_count: usize,
    /// What became of them.
    excused_ends: Ends,
    /// Events are due, but every publisher waits for an answer.
    is_held_up: bool,
}

impl Broadcast {
    pub(crate) fn new(session: &Session, layout: Layout, publishers: usize, bytes: usize) -> Result<Self> {
        let request =
            TriggerRequest::new(session.net.target(), &session.net.app, layout.channel_prefix(), bytes)?;
        Ok(Self {
            ramp: Ramp::new(layout.connections(), HANDSHAKES),
            request,
            pace: None,
            limit: None,
            flights: Flights::default(),
            sent: vec![0; publishers],
            ledger: Ledger::new(layout.channels(), layout.subscribers(), publishers),
            overdue: 0,
            latency: Latency::new(),
            counts: Counts::default(),
            troubles: Troubles::default(),
            progress: Progress::new(),
            excused: vec![false; layout.connections()],
            excused_count: 0,
            excused_ends: Ends::default(),
            is_held_up: false,
            layout,
        })
    }

    /// Connects everybody.
    pub(crate) fn set_up(&mut self, session: &mut Session) -> Result<()> {
        session.net.open_publishers(self.sent.len())?;
        let until = session.setup_deadline();
        let in_time = session.net.drive(self, until, |this, net| {
            this.troubles.first.is_some() || this.ramp.is_complete() && net.are_publishers_idle()
        })?;
        self.ramp.must_be_complete(in_time, &self.troubles)
    }

    /// Sends from now on.
    pub(crate) fn send(&mut self, pace: Pace) {
        self.pace = Some(pace);
    }

    /// Counts from now on, and sends at most `limit` more.
    pub(crate) fn start_counting(&mut self, limit: Option<u64>) {
        self.counts = Counts::default();
        self.latency.clear();
        self.limit = limit;
    }

    /// Whether all that was allowed has been sent and has arrived.
    pub(crate) fn has_sent_all(&self) -> bool {
        self.limit.is_some_and(|limit| self.counts.published >= limit) && self.flights.in_flight() == 0
    }

    /// Sends nothing more and waits for what is under way. Latencies are complete only after it: those who
    /// come last have waited longest.
    pub(crate) fn drain(&mut self, session: &mut Session) -> Result<()> {
        let now = session.net.now();
        let has_more = self.limit.is_none_or(|limit| self.counts.published < limit);
        self.overdue = self.pace.take().filter(|_| has_more).map_or(0, |pace| pace.overdue(now));
        session.net.drive(self, now + DRAIN, |this, _| this.flights.in_flight() == 0)?;
        self.troubles.set_unanswered(self.flights.unanswered(), "events were");
        Ok(())
    }

    /// Open loop: how many events the generator owed when [`Self::drain`] was called. Not zero means that
    /// the server cannot keep up with the rate, and that even the latencies are too good.
    pub(crate) fn overdue(&self) -> u64 {
        self.overdue
    }

    /// What has gone wrong, after [`Self::drain`].
    pub(crate) fn tally(&self) -> Tally {
        let mut tally =
            self.ledger.tally(|subscription| self.excused_count > 0 && self.excused[subscription]);
        tally.lost += self.unseen();
        tally
    }

    /// Deliveries of events that were accepted and that nobody has seen.
    fn unseen(&self) -> u64 {
        let unseen = self.flights.undelivered().filter(|(sequence, _)| !self.ledger.has_seen(*sequence));
        unseen.map(|(_, remaining)| u64::from(remaining)).sum()
    }

    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    pub(crate) fn latency(&self) -> &Latency {
        &self.latency
    }

    pub(crate) fn troubles(&self) -> &Troubles {
        &self.troubles
    }

    /// Expects nothing more of that connection, and takes no offence at how it ends. Only where there is
    /// one channel, so that connections and subscriptions have the same numbers, and while nothing is under
    /// way.
    pub(crate) fn excuse(&mut self, number: usize) -> ClientId {
        self.excused[number] = true;
        self.excused_count += 1;
        self.ramp.client(number)
    }

    /// The connection with that number.
    pub(crate) fn client(&self, number: usize) -> ClientId {
        self.ramp.client(number)
    }

    /// What became of those who were excused.
    pub(crate) fn excused_ends(&self) -> Ends {
        self.excused_ends
    }

    fn publish_due(&mut self, net: &mut Net) {
        self.is_held_up = false;
        while self.pace.is_some() && self.limit.is_none_or(|limit| self.counts.published < limit) {
            let Some(publisher) = net.take_idle_publisher() else {
                self.is_held_up = true;
                return;
            };
            let under_way = self.flights.in_flight();
            let Some(due) = self.pace.as_mut().and_then(|pace| pace.begin(under_way, net.now())) else {
                net.return_publisher(publisher);
                return;
            };
            self.publish(net, publisher, due);
        }
    }

    fn publish(&mut self, net: &mut Net, publisher: usize, due: Nanos) {
        let channel = self.layout.channel_of_event(self.flights.next());
        let receivers = self.layout.subscribers() - self.excused_count;
        let times = Times { due, sent: net.now() };
        let sequence = self.flights.launch(Flight::new(times, channel, publisher, receivers));
        self.sent[publisher] = sequence;
        self.counts.published += 1;
        net.request(publisher, self.request.prepare(u64::from(sequence), channel));
    }

    #[inline]
    fn receive(&mut self, now: Nanos, client: ClientId, sequence: u64) {
        let (number, sequence) = (self.ramp.number(client), sequence as u32);
        if self.is_excused(number) {
            return;
        }
        let Some(&Flight { due, channel, publisher, .. }) = self.flights.find(sequence) else {
            return self.ledger.count_duplicate();
        };
        let channel = channel as usize;
        let Some(subscription) = self.layout.subscription(channel, number) else {
            return self.ledger.count_duplicate();
        };
        let publisher = publisher as usize;
        let is_new = self.ledger.receive(Delivery { subscription, channel, sequence, publisher });
        if is_new {
            self.flights.deliver(sequence);
            self.counts.delivered += 1;
            self.latency.record(due, now);
        }
    }

    #[inline]
    fn is_excused(&self, number: usize) -> bool {
        self.excused_count > 0 && self.excused[number]
    }

    fn show(&mut self, now: Nanos) {
        if !self.progress.is_due(now) {
            return;
        }
        if self.pace.is_none() {
            self.progress.show(format_args!("{} connections are ready", self.ramp.ready()));
        } else {
            let p99 = self.latency.percentiles().p99 as f64 / 1e3;
            let Counts { published, delivered } = self.counts;
            self.progress.show(format_args!("{published} events, {delivered} deliveries, p99 {p99:.1} ms"));
        }
    }
}

impl Scenario for Broadcast {
    #[inline]
    fn on(&mut self, net: &mut Net, happening: Happening<'_>) -> Result<()> {
        match happening {
            Happening::Event { client, sequence, .. } => self.receive(net.now(), client, sequence),
            Happening::Answered { publisher, status } => {
                let sequence = self.sent[publisher];
                if (200..300).contains(&status) {
                    self.flights.answer(sequence);
                } else {
                    self.troubles.failed_request(status);
                    self.flights.abandon(sequence);
                }
            }
            Happening::Established { client } => {
                let number = self.ramp.number(client);
                self.ramp.subscribe(net, client, self.layout.channels_of(number))?;
            }
            Happening::Subscribed { client } => {
                self.ramp.subscribed(client);
            }
            Happening::Refused { text, .. } => self.troubles.refused(text),
            Happening::Closed { client, code } => {
                if !self.is_excused(self.ramp.number(client)) {
                    self.troubles.closed(code);
                } else if code == Some(OVER_CAPACITY) {
                    self.excused_ends.told += 1;
                } else {
                    self.excused_ends.untold += 1;
                }
            }
        }
        Ok(())
    }

    fn turn(&mut self, net: &mut Net) -> Result<()> {
        self.ramp.turn(net)?;
        self.publish_due(net);
        self.flights.expire(net.now().saturating_sub(DRAIN));
        self.show(net.now());
        Ok(())
    }

    fn next_due(&self) -> Option<Nanos> {
        let paced = self.pace.as_ref().filter(|_| !self.is_held_up).and_then(Pace::next);
        let expiry = self.flights.oldest().map(|sent| sent + DRAIN + SECOND / 100);
        paced.into_iter().chain(expiry).min()
    }
}
