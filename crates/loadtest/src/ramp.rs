use anyhow::{Result, bail};

use crate::{
    net::{ClientId, Net},
    troubles::Troubles,
};

/// Handshakes under way while connections are opened in order.
pub(crate) const HANDSHAKES: usize = 256;

/// Opens connections until there are as many as wanted, each with its subscriptions, and gives them
/// numbers from 0.
#[derive(Debug)]
pub(crate) struct Ramp {
    wanted: usize,
    begun: usize,
    ready: usize,
    failed: usize,
    window: usize,
    numbers: Vec<usize>,
    progress: Vec<Step>,
    clients: Vec<ClientId>,
}

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// It is not established.
    Begun,
    /// So many subscriptions are still to succeed.
    Awaits(u32),
    Ready,
    /// It will not be ready.
    Failed,
}

impl Ramp {
    /// At most `window` are opened at the same time.
    pub(crate) fn new(wanted: usize, window: usize) -> Self {
        Self {
            wanted,
            begun: 0,
            ready: 0,
            failed: 0,
            window,
            numbers: Vec::new(),
            progress: vec![Step::Begun; wanted],
            clients: Vec::with_capacity(wanted),
        }
    }

    /// Opens what may be opened now.
    pub(crate) fn turn(&mut self, net: &mut Net) -> Result<()> {
        while self.begun < self.wanted && self.begun - self.ready - self.failed < self.window {
            let client = net.connect()?;
            if client >= self.numbers.len() {
                self.numbers.resize(client + 1, usize::MAX);
            }
            self.numbers[client] = self.begun;
            self.clients.push(client);
            self.begun += 1;
        }
        Ok(())
    }

    /// Asks for a connection's subscriptions; without any it is ready.
    pub(crate) fn subscribe(
        &mut self,
        net: &mut Net,
        client: ClientId,
        channels: impl Iterator<Item = String>,
    ) -> Result<()> {
        let mut count = 0;
        for channel in channels {
            net.subscribe(client, &channel, None)?;
            count += 1;
        }
        self.expect(client, count);
        Ok(())
    }

    /// Waits for so many subscriptions of a connection that were asked for; without any it is ready.
    pub(crate) fn expect(&mut self, client: ClientId, subscriptions: u32) {
        self.progress[self.numbers[client]] = Step::Awaits(subscriptions);
        if subscriptions == 0 {
            self.be_ready(client);
        }
    }

    fn be_ready(&mut self, client: ClientId) {
        self.progress[self.numbers[client]] = Step::Ready;
        self.ready += 1;
    }

    /// Notes that a connection was refused or has ended; unless it was ready, it will not be.
    pub(crate) fn fail(&mut self, client: ClientId) {
        let step = &mut self.progress[self.numbers[client]];
        if matches!(step, Step::Begun | Step::Awaits(_)) {
            *step = Step::Failed;
            self.failed += 1;
        }
    }

    /// Those that may still become ready.
    pub(crate) fn pending(&self) -> usize {
        self.wanted - self.ready - self.failed
    }

    /// Notes that a subscription succeeded.
    pub(crate) fn subscribed(&mut self, client: ClientId) {
        let step = &mut self.progress[self.numbers[client]];
        match *step {
            Step::Awaits(0 | 1) => self.be_ready(client),
            Step::Awaits(more) => *step = Step::Awaits(more - 1),
            Step::Begun | Step::Ready | Step::Failed => {}
        }
    }

    #[inline]
    pub(crate) fn number(&self, client: ClientId) -> usize {
        self.numbers[client]
    }

    /// The connection with that number.
    pub(crate) fn client(&self, number: usize) -> ClientId {
        self.clients[number]
    }

    pub(crate) fn ready(&self) -> usize {
        self.ready
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.ready == self.wanted
    }

    /// Whether waiting on makes sense: anything refused now is refused for good.
    pub(crate) fn must_be_complete(&self, in_time: bool, troubles: &Troubles) -> Result<()> {
        if let Some(first) = &troubles.first {
            bail!("{} of {} connections are ready, then: {first}", self.ready, self.wanted);
        }
        if !in_time {
            bail!("only {} of {} connections were ready in time", self.ready, self.wanted);
        }
        Ok(())
    }
}
