use std::{
    collections::VecDeque,
    io::{ErrorKind, Read},
};

use anyhow::Result;
use mio::{Interest, Token, event::Event, net::TcpStream};

use super::{Happening, Net, PUBLISHER_TOKENS, Scenario, socket};
use crate::http::{self, Answer};

/// Keep-alive connections of an application's server. Each has at most one request under way, as HTTP
/// libraries do it.
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Connecting,
    Idle,
    Waiting,
}

impl Net {
    /// Begins as many connections; each counts as idle when it is made.
    pub(crate) fn open_publishers(&mut self, count: usize) -> Result<()> {
        for _ in 0..count {
            let index = self.publishers.all.len();
            let publisher = self.new_publisher(index)?;
            self.publishers.all.push(publisher);
        }
        Ok(())
    }

    fn new_publisher(&mut self, index: usize) -> Result<Publisher> {
        let mut stream = socket::connect(self.target.address, None)?;
        let token = Token(PUBLISHER_TOKENS + index);
        self.registry().register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Publisher { stream, state: State::Connecting, remainder: Vec::new(), unsent: Vec::new() })
    }

    /// Whether all of them can take a request.
    pub(crate) fn are_publishers_idle(&self) -> bool {
        self.publishers.idle.len() == self.publishers.all.len()
    }

    /// Takes one that can take a request; it belongs to the caller until [`Self::request`].
    pub(crate) fn take_idle_publisher(&mut self) -> Option<usize> {
        self.publishers.idle.pop_front()
    }

    /// Gives back one that was taken and not used.
    pub(crate) fn return_publisher(&mut self, publisher: usize) {
        self.publishers.idle.push_front(publisher);
    }

    /// Sends a request; told when it is answered.
    pub(crate) fn request(&mut self, publisher: usize, request: &[u8]) {
        let publisher = &mut self.publishers.all[publisher];
        publisher.state = State::Waiting;
        // A broken connection is told by its reading side.
        let _ = socket::write_or_keep(&mut publisher.stream, request, &mut publisher.unsent);
    }

    pub(super) fn serve_publisher<S: Scenario>(
        &mut self,
        index: usize,
        event: &Event,
        scratch: &mut Vec<u8>,
        scenario: &mut S,
    ) -> Result<()> {
        let publisher = &mut self.publishers.all[index];
        if publisher.state == State::Connecting {
            if !socket::is_connected(&publisher.stream)? {
                return Ok(());
            }
            publisher.state = State::Idle;
            self.publishers.idle.push_back(index);
        } else if event.is_writable() && !publisher.unsent.is_empty() {
            let _ = socket::flush(&mut publisher.stream, &mut publisher.unsent);
        }
        if event.is_readable() || event.is_read_closed() {
            self.read_publisher(index, event.is_read_closed(), scratch, scenario)?;
        }
        Ok(())
    }

    /// As `read_client`.
    fn read_publisher<S: Scenario>(
        &mut self,
        index: usize,
        is_closed: bool,
        scratch: &mut Vec<u8>,
        scenario: &mut S,
    ) -> Result<()> {
        loop {
            let publisher = &mut self.publishers.all[index];
            let kept = publisher.remainder.len();
            if kept >= scratch.len() / 2 {
                scratch.resize(scratch.len() * 2, 0);
            }
            let count = match publisher.stream.read(&mut scratch[kept..]) {
                Ok(0) => return self.reconnect(index, scenario),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return self.reconnect(index, scenario),
            };
            let room = scratch.len() - kept;
            self.now = self.clock.now();
            scratch[..kept].copy_from_slice(&publisher.remainder);
            publisher.remainder.clear();
            let filled = kept + count;
            match http::next_answer(&scratch[..filled])? {
                Some(answer) if answer.closes => return self.answer(index, answer, scenario),
                Some(answer) => self.answer(index, answer, scenario)?,
                None => publisher.remainder.extend_from_slice(&scratch[..filled]),
            }
            if count < room && !is_closed {
                return Ok(());
            }
        }
    }

    fn answer<S: Scenario>(&mut self, index: usize, answer: Answer, scenario: &mut S) -> Result<()> {
        self.publishers.all[index].state = State::Idle;
        if answer.closes {
            self.publishers.all[index] = self.new_publisher(index)?;
        } else {
            self.publishers.idle.push_back(index);
        }
        scenario.on(self, Happening::Answered { publisher: index, status: answer.status })
    }

    /// The server has closed a connection, in a request or between two.
    fn reconnect<S: Scenario>(&mut self, index: usize, scenario: &mut S) -> Result<()> {
        let was_waiting = self.publishers.all[index].state == State::Waiting;
        self.publishers.idle.retain(|idle| *idle != index);
        self.publishers.all[index] = self.new_publisher(index)?;
        if was_waiting {
            scenario.on(self, Happening::Answered { publisher: index, status: 0 })?;
        }
        Ok(())
    }
}
