//! The sockets of the generator: one thread, one epoll, one buffer to read into.
//!
//! [`Net::drive`] turns what happens on them into [`Happening`]s for a [`Scenario`], which answers with
//! calls of [`Net`]. In the steady state nothing is allocated: frames are looked at where they were read.

mod client;
mod publisher;
mod socket;
mod streaming;

use std::{mem, time::Duration};

use anyhow::{Context, Result};
use mio::{Events, Poll, Registry, event::Event};

use self::{
    client::Client,
    publisher::{Pool, Publishers},
    streaming::Words,
};
use crate::{
    clock::{Clock, Nanos},
    credentials::Credentials,
    mark::MarkFinder,
    target::Target,
    transport::Transport,
    websocket,
};

/// What one call of epoll may report.
const EVENTS: usize = 1024;
/// What is read at once.
const SCRATCH_BYTES: usize = 256 << 10;
/// epoll waits for whole milliseconds; what is due sooner is waited for by looking again.
const SPIN: Nanos = 1_500_000;

/// Names one connection while it is open.
pub(crate) type ClientId = usize;

/// What the sockets tell a scenario.
#[derive(Debug)]
pub(crate) enum Happening<'a> {
    /// A connection has its socket id.
    Established { client: ClientId },
    /// A subscription that was asked for succeeded.
    Subscribed { client: ClientId },
    /// An event with a mark of ours.
    Event { client: ClientId, sequence: u64, payload: &'a [u8] },
    /// The server said that something is wrong. If the connection did not come about, this is the last
    /// that is told of it.
    Refused { client: ClientId, text: &'a [u8] },
    /// A connection ended, by the server's doing; with a close code if it sent one.
    Closed { client: ClientId, code: Option<u16> },
    /// A request was answered. Zero if the connection ended instead.
    Answered { publisher: usize, status: u16 },
}

/// Decides what is done on the sockets.
pub(crate) trait Scenario {
    /// Takes notice.
    fn on(&mut self, net: &mut Net, happening: Happening<'_>) -> Result<()>;

    /// Does what is due. Called after everything that was ready has been told.
    fn turn(&mut self, net: &mut Net) -> Result<()>;

    /// When [`Self::turn`] has to be called even if nothing happens.
    fn next_due(&self) -> Option<Nanos>;
}

/// See the module.
pub(crate) struct Net {
    poll: Poll,
    events: Events,
    clock: Clock,
    now: Nanos,
    target: Target,
    transport: Transport,
    /// Tells the sessions of this run from those of others.
    run: String,
    pub(crate) app: Credentials,
    clients: Vec<Option<Client>>,
    /// Places of ended clients. They are used again only in the next round, because what epoll has
    /// already reported may still concern the old client.
    free: Vec<ClientId>,
    freed: Vec<ClientId>,
    open: usize,
    /// By [`Pool`].
    pools: [Publishers; 2],
    words: Words,
    marks: MarkFinder,
    scratch: Vec<u8>,
    /// The message of a SockJS frame that is being told.
    message: Vec<u8>,
    outgoing: Vec<u8>,
    /// Connections begun so far.
    begun: u64,
}

impl Net {
    pub(crate) fn new(target: Target, app: Credentials, transport: Transport, run: String) -> Result<Self> {
        Ok(Self {
            poll: Poll::new().context("no epoll")?,
            events: Events::with_capacity(EVENTS),
            clock: Clock::start(),
            now: 0,
            target,
            transport,
            run,
            app,
            clients: Vec::new(),
            free: Vec::new(),
            freed: Vec::new(),
            open: 0,
            pools: Default::default(),
            words: Words::default(),
            marks: MarkFinder::default(),
            scratch: vec![0; SCRATCH_BYTES],
            message: Vec::new(),
            outgoing: Vec::new(),
            begun: 0,
        })
    }

    /// The time at which what is being told was read.
    pub(crate) fn now(&self) -> Nanos {
        self.now
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// Connections that have not ended.
    pub(crate) fn open(&self) -> usize {
        self.open
    }

    /// Lets the scenario run until it is done (true) or until that time (false).
    pub(crate) fn drive<S: Scenario>(
        &mut self,
        scenario: &mut S,
        until: Nanos,
        is_done: impl Fn(&S, &Self) -> bool,
    ) -> Result<bool> {
        loop {
            self.now = self.clock.now();
            scenario.turn(self)?;
            if is_done(scenario, self) {
                return Ok(true);
            }
            if self.now >= until {
                return Ok(false);
            }
            let due = scenario.next_due().map_or(until, |due| due.min(until));
            self.wait(due)?;
            self.tell(scenario)?;
            self.free.append(&mut self.freed);
        }
    }

    fn wait(&mut self, due: Nanos) -> Result<()> {
        let left = due.saturating_sub(self.now);
        let timeout = if left < SPIN { Duration::ZERO } else { Duration::from_nanos(left - SPIN / 2) };
        match self.poll.poll(&mut self.events, Some(timeout)) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => Ok(()),
            outcome => outcome.context("epoll failed"),
        }
    }

    fn tell<S: Scenario>(&mut self, scenario: &mut S) -> Result<()> {
        let events = mem::replace(&mut self.events, Events::with_capacity(0));
        let mut scratch = mem::take(&mut self.scratch);
        let mut outcome = Ok(());
        for event in &events {
            outcome = self.tell_of(event, &mut scratch, scenario);
            if outcome.is_err() {
                break;
            }
        }
        (self.events, self.scratch) = (events, scratch);
        outcome
    }

    fn tell_of<S: Scenario>(&mut self, event: &Event, scratch: &mut Vec<u8>, scenario: &mut S) -> Result<()> {
        match Pool::find(event.token()) {
            Some(publisher) => self.serve_publisher(publisher, event, scratch, scenario),
            None => self.serve_client(event.token().0, event, scratch, scenario),
        }
    }

    fn registry(&self) -> &Registry {
        self.poll.registry()
    }

    /// Sends a text message.
    pub(crate) fn say(&mut self, client: ClientId, text: &str) -> Result<()> {
        match self.transport {
            Transport::WebSocket => self.send_frame(client, websocket::TEXT, text.as_bytes()),
            Transport::XhrStreaming => self.say_by_request(client, &serde_json::to_string(&[text])?),
        }
    }

    /// Asks for a subscription, signed if the channel's name asks for that. `data` is that of a presence
    /// member.
    pub(crate) fn subscribe(&mut self, client: ClientId, channel: &str, data: Option<&str>) -> Result<()> {
        let needs_auth = channel.starts_with("private-") || channel.starts_with("presence-");
        let auth = match (needs_auth, self.socket_id(client)) {
            (true, Some(socket_id)) => self.app.channel_auth(socket_id, channel, data)?,
            _ => String::new(),
        };
        let text = match data {
            None => {
                format!(r#"{{"event":"pusher:subscribe","data":{{"channel":"{channel}","auth":"{auth}"}}}}"#)
            }
            Some(data) => {
                let data = serde_json::to_string(data)?;
                format!(
                    r#"{{"event":"pusher:subscribe","data":{{"channel":"{channel}","auth":"{auth}","channel_data":{data}}}}}"#
                )
            }
        };
        self.say(client, &text)
    }

    /// Leaves a channel; there is no answer to it.
    pub(crate) fn unsubscribe(&mut self, client: ClientId, channel: &str) -> Result<()> {
        self.say(client, &format!(r#"{{"event":"pusher:unsubscribe","data":{{"channel":"{channel}"}}}}"#))
    }
}
