use std::{
    collections::VecDeque,
    io::{ErrorKind, Read},
};

use anyhow::Result;
use mio::{Interest, Token, event::Event, net::TcpStream};

use super::{Happening, Net, Scenario, socket};
use crate::http::{self, Answer};

/// Keep-alive connections for requests, each with at most one under way, as HTTP libraries do it.
#[derive(Default)]
pub(super) struct Publishers {
    all: Vec<Publisher>,
    /// Those without a request under way; who has waited longest is first.
    idle: VecDeque<usize>,
}

struct Publisher {
    stream: TcpStream,
    state: State,
    /// The beginning of an answer whose end has not come.
    remainder: Vec<u8>,
    /// What the socket has not taken.
    unsent: Vec<u8>,
}

/// Whose requests a connection carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pool {
    /// Those of an application's server: triggers.
    Triggers,
    /// Those of streaming clients: what they say.
    Words,
}

/// Tokens are counted from here for the connections of the first pool, and from twice this for the second.
const TOKENS: usize = 1 << 40;

impl Pool {
    /// The connection that a token names; none if it names a client.
    pub(super) fn find(Token(token): Token) -> Option<(Self, usize)> {
        match token / TOKENS {
            0 => None,
            1 => Some((Self::Triggers, token % TOKENS)),
            _ => Some((Self::Words, token % TOKENS)),
        }
    }

    fn token(self, index: usize) -> Token {
        Token(TOKENS * (self as usize + 1) + index)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Connecting,
    Idle,
    Waiting,
}

impl Net {
    /// Begins as many connections; each counts as idle when it is made.
    pub(crate) fn open_publishers(&mut self, count: usize) -> Result<()> {
        self.open_pool(Pool::Triggers, count)
    }

    pub(super) fn open_pool(&mut self, pool: Pool, count: usize) -> Result<()> {
        for _ in 0..count {
            let index = self.pools[pool as usize].all.len();
            let publisher = self.new_publisher(pool, index)?;
            self.pools[pool as usize].all.push(publisher);
        }
        Ok(())
    }

    fn new_publisher(&mut self, pool: Pool, index: usize) -> Result<Publisher> {
        let mut stream = socket::connect(self.target.address, None)?;
        self.registry().register(&mut stream, pool.token(index), Interest::READABLE | Interest::WRITABLE)?;
        Ok(Publisher { stream, state: State::Connecting, remainder: Vec::new(), unsent: Vec::new() })
    }

    /// Whether all of them can take a request.
    pub(crate) fn are_publishers_idle(&self) -> bool {
        let publishers = &self.pools[Pool::Triggers as usize];
        publishers.idle.len() == publishers.all.len()
    }

    /// Takes one that can take a request; it belongs to the caller until [`Self::request`].
    pub(crate) fn take_idle_publisher(&mut self) -> Option<usize> {
        self.take_idle(Pool::Triggers)
    }

    pub(super) fn take_idle(&mut self, pool: Pool) -> Option<usize> {
        self.pools[pool as usize].idle.pop_front()
    }

    /// Gives back one that was taken and not used.
    pub(crate) fn return_publisher(&mut self, publisher: usize) {
        self.pools[Pool::Triggers as usize].idle.push_front(publisher);
    }

    /// Sends a request; told when it is answered.
    pub(crate) fn request(&mut self, publisher: usize, request: &[u8]) {
        self.request_on((Pool::Triggers, publisher), request);
    }

    pub(super) fn request_on(&mut self, (pool, index): (Pool, usize), request: &[u8]) {
        let publisher = &mut self.pools[pool as usize].all[index];
        publisher.state = State::Waiting;
        // A broken connection is told by its reading side.
        let _ = socket::write_or_keep(&mut publisher.stream, request, &mut publisher.unsent);
    }

    pub(super) fn serve_publisher<S: Scenario>(
        &mut self,
        (pool, index): (Pool, usize),
        event: &Event,
        scratch: &mut Vec<u8>,
        scenario: &mut S,
    ) -> Result<()> {
        let publishers = &mut self.pools[pool as usize];
        let publisher = &mut publishers.all[index];
        if publisher.state == State::Connecting {
            if !socket::is_connected(&publisher.stream)? {
                return Ok(());
            }
            publisher.state = State::Idle;
            publishers.idle.push_back(index);
        } else if event.is_writable() && !publisher.unsent.is_empty() {
            let _ = socket::flush(&mut publisher.stream, &mut publisher.unsent);
        }
        if event.is_readable() || event.is_read_closed() {
            self.read_publisher((pool, index), event.is_read_closed(), scratch, scenario)?;
        }
        if pool == Pool::Words {
            self.say_waiting();
        }
        Ok(())
    }

    /// As `read_client`.
    fn read_publisher<S: Scenario>(
        &mut self,
        (pool, index): (Pool, usize),
        is_closed: bool,
        scratch: &mut Vec<u8>,
        scenario: &mut S,
    ) -> Result<()> {
        loop {
            let publisher = &mut self.pools[pool as usize].all[index];
            let kept = publisher.remainder.len();
            if kept >= scratch.len() / 2 {
                scratch.resize(scratch.len() * 2, 0);
            }
            let count = match publisher.stream.read(&mut scratch[kept..]) {
                Ok(0) => return self.reconnect((pool, index), scenario),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return self.reconnect((pool, index), scenario),
            };
            let room = scratch.len() - kept;
            self.now = self.clock.now();
            scratch[..kept].copy_from_slice(&publisher.remainder);
            publisher.remainder.clear();
            let filled = kept + count;
            match http::next_answer(&scratch[..filled])? {
                Some(answer) if answer.closes => return self.answer((pool, index), answer, scenario),
                Some(answer) => self.answer((pool, index), answer, scenario)?,
                None => publisher.remainder.extend_from_slice(&scratch[..filled]),
            }
            if count < room && !is_closed {
                return Ok(());
            }
        }
    }

    fn answer<S: Scenario>(
        &mut self,
        (pool, index): (Pool, usize),
        answer: Answer,
        scenario: &mut S,
    ) -> Result<()> {
        self.pools[pool as usize].all[index].state = State::Idle;
        if answer.closes {
            self.pools[pool as usize].all[index] = self.new_publisher(pool, index)?;
        } else {
            self.pools[pool as usize].idle.push_back(index);
        }
        self.tell_answer((pool, index), answer.status, scenario)
    }

    fn tell_answer<S: Scenario>(
        &mut self,
        (pool, index): (Pool, usize),
        status: u16,
        scenario: &mut S,
    ) -> Result<()> {
        match pool {
            Pool::Triggers => scenario.on(self, Happening::Answered { publisher: index, status }),
            Pool::Words => self.tell_said(index, status, scenario),
        }
    }

    /// The server has closed a connection, in a request or between two.
    fn reconnect<S: Scenario>(&mut self, (pool, index): (Pool, usize), scenario: &mut S) -> Result<()> {
        let was_waiting = self.pools[pool as usize].all[index].state == State::Waiting;
        self.pools[pool as usize].idle.retain(|idle| *idle != index);
        self.pools[pool as usize].all[index] = self.new_publisher(pool, index)?;
        if was_waiting {
            self.tell_answer((pool, index), 0, scenario)?;
        }
        Ok(())
    }
}
