use std::io::{ErrorKind, Read, Result, Write};

use mio::net::TcpStream;

pub(super) type PeerId = usize;

/// A connection: of a publisher, until it asks to be a WebSocket.
pub(super) struct Peer {
    stream: TcpStream,
    pub(super) is_websocket: bool,
    /// The beginning of what has not come completely.
    remainder: Vec<u8>,
    /// What the socket has not taken.
    unsent: Vec<u8>,
    pub(super) memberships: Vec<Membership>,
}

/// A place in a room.
#[derive(Debug)]
pub(super) struct Membership {
    pub(super) room: usize,
    /// As what others see it, as JSON, on a presence channel.
    pub(super) user_id: Option<Box<str>>,
}

impl Peer {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            is_websocket: false,
            remainder: Vec::new(),
            unsent: Vec::new(),
            memberships: Vec::new(),
        }
    }

    /// Reads behind what was kept: how much there is, and whether that was all. `None` at the end.
    pub(super) fn fill(&mut self, scratch: &mut Vec<u8>) -> Option<(usize, bool)> {
        let kept = self.remainder.len();
        if kept >= scratch.len() / 2 {
            scratch.resize(scratch.len() * 2, 0);
        }
        match self.stream.read(&mut scratch[kept..]) {
            Ok(0) => None,
            Ok(count) => {
                scratch[..kept].copy_from_slice(&self.remainder);
                self.remainder.clear();
                Some((kept + count, kept + count < scratch.len()))
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Some((0, true)),
            Err(_) => None,
        }
    }

    pub(super) fn keep(&mut self, rest: &[u8]) {
        self.remainder.extend_from_slice(rest);
    }

    /// Writes at once and keeps what the socket does not take; false if it leaves too much unread.
    pub(super) fn write(&mut self, bytes: &[u8], most: usize) -> bool {
        if !self.unsent.is_empty() {
            self.unsent.extend_from_slice(bytes);
            return self.unsent.len() <= most;
        }
        match self.stream.write(bytes) {
            Ok(written) => self.unsent.extend_from_slice(&bytes[written..]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => self.unsent.extend_from_slice(bytes),
            // A broken connection is told by its reading side.
            Err(_) => {}
        }
        true
    }

    pub(super) fn flush(&mut self) -> Result<()> {
        if !self.unsent.is_empty() {
            let written = self.stream.write(&self.unsent)?;
            self.unsent.drain(..written);
        }
        Ok(())
    }
}
