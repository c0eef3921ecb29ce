//! Clients that stream over HTTP as pusher-js does: one response that goes on, requests for what they say,
//! and a new response for the same session after every 256 KiB.

use std::{collections::VecDeque, mem};

use anyhow::{Context, Result};

use super::{ClientId, Happening, Net, Scenario, publisher::Pool};
use crate::sockjs::{self, Frames, Told};

/// What one client has of its response.
pub(super) struct Response {
    /// Names the session.
    pub(super) session: u64,
    /// The session is open.
    is_open: bool,
    /// The beginning of a line whose end has not come. Usually empty and without memory.
    line: Vec<u8>,
    /// What has come, in the units of browsers: the text is ASCII.
    received: usize,
}

/// What clients say, on a few connections for all of them.
#[derive(Default)]
pub(super) struct Words {
    /// Requests for which no connection is free.
    waiting: VecDeque<(ClientId, Vec<u8>)>,
    /// Whose request each connection carries.
    speakers: Vec<ClientId>,
}

/// pusher-js's `MAX_BUFFER_LENGTH`.
const HAND_OVER_UNITS: usize = 256 * 1024;
/// Connections for what clients say.
const SPEAKERS: usize = 16;
/// What says that a client is there.
const SIGN_OF_LIFE: &str = "[]";

impl Response {
    pub(super) fn of_session(session: u64) -> Self {
        Self { session, is_open: false, line: Vec::new(), received: 0 }
    }

    /// The complete lines that `content` brings; put together in `line` where they began before it.
    fn complete<'a>(&mut self, content: &'a [u8], line: &'a mut Vec<u8>) -> &'a [u8] {
        self.received += content.len();
        let end = content.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let (lines, rest) = content.split_at(end);
        let lines = match self.line.is_empty() || lines.is_empty() {
            true => lines,
            false => {
                *line = mem::take(&mut self.line);
                line.extend_from_slice(lines);
                &line[..]
            }
        };
        self.line.extend_from_slice(rest);
        lines
    }

    /// Whether it is time for another: when all that has come is parsed, and it is more than the bound.
    fn is_long_enough(&self) -> bool {
        self.received > HAND_OVER_UNITS && self.line.is_empty()
    }
}

impl Net {
    pub(super) fn open_words(&mut self) -> Result<()> {
        if self.words.speakers.is_empty() {
            self.words.speakers = vec![0; SPEAKERS];
            self.open_pool(Pool::Words, SPEAKERS)?;
        }
        Ok(())
    }

    /// The request for a session's response.
    pub(super) fn receive_request(&self, session: u64) -> String {
        let query = concat!("?protocol=7&client=campanile-loadtest&version=", env!("CARGO_PKG_VERSION"));
        format!("{}Content-Length: 0\r\n\r\n", self.post_head(session, "xhr_streaming", query))
    }

    fn post_head(&self, session: u64, action: &str, query: &str) -> String {
        let (key, run, server) = (&self.app.key, &self.run, session % 1000);
        format!(
            "POST /pusher/app/{key}/{server}/{run}{session:x}/{action}{query} HTTP/1.1\r\nHost: {}\r\n\
             Content-Type: application/json\r\n",
            self.target.authority
        )
    }

    /// Tells of all complete chunks from `at` on; returns where the incomplete one begins.
    pub(super) fn walk_response<S: Scenario>(
        &mut self,
        id: ClientId,
        bytes: &[u8],
        mut at: usize,
        scenario: &mut S,
    ) -> Result<usize> {
        while let Some(chunk) = sockjs::next_chunk(&bytes[at..]).context("in what the server sent")? {
            at += chunk.end;
            if chunk.content.is_empty() {
                self.lose(id, None, scenario)?;
            } else {
                self.tell_chunk(id, chunk.content, scenario)?;
            }
            if self.clients[id].is_none() {
                return Ok(at);
            }
        }
        let is_parsed = at == bytes.len();
        if is_parsed && self.clients[id].as_ref().is_some_and(|client| client.response.is_long_enough()) {
            self.hand_over(id)?;
        }
        Ok(at)
    }

    fn tell_chunk<S: Scenario>(&mut self, id: ClientId, content: &[u8], scenario: &mut S) -> Result<()> {
        let Some(client) = &mut self.clients[id] else { return Ok(()) };
        let mut line = Vec::new();
        let mut frames = Frames::new(client.response.complete(content, &mut line));
        let mut message = mem::take(&mut self.message);
        while self.clients[id].is_some()
            && let Some(told) = frames.next(&mut message).context("in what the server sent")?
        {
            self.tell_told(id, told, &message, scenario)?;
        }
        self.message = message;
        Ok(())
    }

    #[inline]
    fn tell_told<S: Scenario>(
        &mut self,
        id: ClientId,
        told: Told,
        message: &[u8],
        scenario: &mut S,
    ) -> Result<()> {
        match told {
            Told::Message => self.tell_text(id, message, scenario),
            Told::Heartbeat => self.answer_heartbeat(id),
            Told::Open => self.be_open(id, scenario),
            Told::Close(code) => self.lose(id, code, scenario),
        }
    }

    /// What comes before the session is open is only there to get past whoever holds responses back.
    fn answer_heartbeat(&mut self, id: ClientId) -> Result<()> {
        match &self.clients[id] {
            Some(client) if client.response.is_open => self.say_by_request(id, SIGN_OF_LIFE),
            _ => Ok(()),
        }
    }

    fn be_open<S: Scenario>(&mut self, id: ClientId, scenario: &mut S) -> Result<()> {
        let Some(client) = &mut self.clients[id] else { return Ok(()) };
        if mem::replace(&mut client.response.is_open, true) {
            scenario.on(self, Happening::Refused { client: id, text: b"the server lost a session" })?;
        }
        Ok(())
    }

    /// Leaves the response and asks for another one of the same session, as browsers do before the one
    /// they have takes too much memory.
    fn hand_over(&mut self, id: ClientId) -> Result<()> {
        let stream = self.new_stream(id)?;
        if let Some(client) = &mut self.clients[id] {
            client.response.received = 0;
            client.go_on_with(stream);
        }
        Ok(())
    }

    /// Sends the body of a request, as soon as a connection is free.
    pub(super) fn say_by_request(&mut self, id: ClientId, body: &str) -> Result<()> {
        let Some(client) = &self.clients[id] else { return Ok(()) };
        let head = self.post_head(client.response.session, "xhr_send", "");
        let request = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
        self.words.waiting.push_back((id, request.into_bytes()));
        self.say_waiting();
        Ok(())
    }

    /// Sends what waits, as far as connections are free.
    pub(super) fn say_waiting(&mut self) {
        while !self.words.waiting.is_empty()
            && let Some(index) = self.take_idle(Pool::Words)
            && let Some((id, request)) = self.words.waiting.pop_front()
        {
            self.words.speakers[index] = id;
            self.request_on((Pool::Words, index), &request);
        }
    }

    /// A request was answered; with zero if its connection ended instead.
    pub(super) fn tell_said<S: Scenario>(
        &mut self,
        index: usize,
        status: u16,
        scenario: &mut S,
    ) -> Result<()> {
        if status == 204 {
            return Ok(());
        }
        let text = format!("what a client said was answered with {status}");
        scenario.on(self, Happening::Refused { client: self.words.speakers[index], text: text.as_bytes() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete(response: &mut Response, content: &[u8]) -> Vec<u8> {
        response.complete(content, &mut Vec::new()).to_vec()
    }

    #[test]
    fn a_line_that_is_cut_by_chunks_is_put_together() {
        let mut response = Response::of_session(1);
        assert_eq!(complete(&mut response, b"h\no"), b"h\n");
        assert_eq!(complete(&mut response, b""), b"");
        assert_eq!(complete(&mut response, b"{}"), b"");
        assert_eq!(complete(&mut response, b"\nh\na["), b"o{}\nh\n");
        assert_eq!(complete(&mut response, b"]\n"), b"a[]\n");
        assert_eq!(response.received, 12);
    }

    #[test]
    fn a_response_is_left_when_more_than_256_kib_came_and_all_is_parsed() {
        let mut response = Response::of_session(1);
        let line = [&[b'h'; 1023][..], b"\n"].concat();
        for _ in 0..256 {
            complete(&mut response, &line);
            assert!(!response.is_long_enough(), "{}", response.received);
        }
        complete(&mut response, b"a[\"");
        assert!(!response.is_long_enough());
        complete(&mut response, b"\"]\n");
        assert!(response.is_long_enough());
    }
}
