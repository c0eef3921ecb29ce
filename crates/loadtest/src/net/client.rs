use std::io::{ErrorKind, Read};

use anyhow::{Context, Result};
use mio::{Interest, Token, event::Event, net::TcpStream};

use super::{ClientId, Happening, Net, Scenario, socket, streaming::Response};
use crate::{
    http,
    message::{self, Message},
    transport::Transport,
    websocket::{self, Frame},
};

/// One connection.
pub(super) struct Client {
    stream: TcpStream,
    state: State,
    /// What a streaming client has of its response; unused by a WebSocket.
    pub(super) response: Response,
    /// The beginning of a frame, or chunk, whose end has not come. Usually empty and without memory.
    remainder: Vec<u8>,
    /// What the socket has not taken.
    unsent: Vec<u8>,
    socket_id: Option<Box<str>>,
    /// Nothing is read from it.
    is_deaf: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Connecting,
    /// The head of the answer has not come.
    Asking,
    Open,
}

/// Every connection may send the same: the answer proves only that HTTP was understood.
const WEBSOCKET_KEY: &str = "bG9hZHRlc3QgbG9hZHRlcw==";

impl Client {
    /// Leaves its socket for one that is not connected yet.
    pub(super) fn go_on_with(&mut self, stream: TcpStream) {
        self.stream = stream;
        self.state = State::Connecting;
        self.unsent.clear();
    }
}

impl Net {
    /// Begins a connection; told when it is established.
    pub(crate) fn connect(&mut self) -> Result<ClientId> {
        if self.transport == Transport::XhrStreaming {
            self.open_words()?;
        }
        let id = self.free.pop().unwrap_or(self.clients.len());
        let response = Response::of_session(self.begun);
        let stream = self.new_stream(id)?;
        if id == self.clients.len() {
            self.clients.push(None);
        }
        self.open += 1;
        self.clients[id] = Some(Client {
            stream,
            state: State::Connecting,
            response,
            remainder: Vec::new(),
            unsent: Vec::new(),
            socket_id: None,
            is_deaf: false,
        });
        Ok(id)
    }

    /// Begins to connect a socket of that client.
    pub(super) fn new_stream(&mut self, id: ClientId) -> Result<TcpStream> {
        let source = socket::source(self.target.address, self.begun);
        let mut stream = socket::connect(self.target.address, source)?;
        self.begun += 1;
        self.registry().register(&mut stream, Token(id), Interest::READABLE | Interest::WRITABLE)?;
        Ok(stream)
    }

    /// Ends a connection without a word; nothing more is told of it.
    pub(crate) fn drop_client(&mut self, id: ClientId) {
        if self.clients[id].take().is_some() {
            self.open -= 1;
            self.freed.push(id);
        }
    }

    /// Begins to end a connection in order; told when the server has closed it.
    pub(crate) fn close_client(&mut self, id: ClientId) -> Result<()> {
        self.send_frame(id, websocket::CLOSE, &1000_u16.to_be_bytes())
    }

    /// Stops reading from a connection, or begins again.
    pub(crate) fn set_deaf(&mut self, id: ClientId, is_deaf: bool) -> Result<()> {
        let registry = self.poll.registry();
        if let Some(client) = &mut self.clients[id] {
            client.is_deaf = is_deaf;
            // Registered again, so that what came meanwhile is told.
            registry.reregister(&mut client.stream, Token(id), Interest::READABLE | Interest::WRITABLE)?;
        }
        Ok(())
    }

    pub(crate) fn socket_id(&self, id: ClientId) -> Option<&str> {
        self.clients[id].as_ref()?.socket_id.as_deref()
    }

    /// Sends bytes that are a frame already.
    pub(crate) fn send_raw(&mut self, id: ClientId, bytes: &[u8]) {
        if let Some(client) = &mut self.clients[id] {
            // A broken connection is told by its reading side.
            let _ = socket::write_or_keep(&mut client.stream, bytes, &mut client.unsent);
        }
    }

    pub(super) fn send_frame(&mut self, id: ClientId, opcode: u8, payload: &[u8]) -> Result<()> {
        let mut frame = std::mem::take(&mut self.outgoing);
        frame.clear();
        websocket::push_client_frame(&mut frame, opcode, payload);
        self.send_raw(id, &frame);
        self.outgoing = frame;
        Ok(())
    }

    pub(super) fn serve_client<S: Scenario>(
        &mut self,
        id: ClientId,
        event: &Event,
        scratch: &mut Vec<u8>,
        scenario: &mut S,
    ) -> Result<()> {
        let Some(client) = &mut self.clients[id] else { return Ok(()) };
        if client.state == State::Connecting {
            match socket::is_connected(&client.stream) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => {
                    return self.refuse(id, &format!("cannot connect: {error}"), scenario);
                }
            }
            client.state = State::Asking;
            let number = client.response.session;
            let request = match self.transport {
                Transport::WebSocket => upgrade_request(&self.target.authority, &self.app.key),
                Transport::XhrStreaming => self.receive_request(number),
            };
            self.send_raw(id, request.as_bytes());
        } else if event.is_writable() && !client.unsent.is_empty() {
            let _ = socket::flush(&mut client.stream, &mut client.unsent);
        }
        if event.is_readable() || event.is_read_closed() {
            self.read_client(id, event.is_read_closed(), scratch, scenario)?;
        }
        Ok(())
    }

    /// Reads until nothing is left: epoll tells only of what is new. The end is told together with what
    /// came before it, so where it `is_closed`, a read that leaves room is not the last.
    fn read_client<S: Scenario>(
        &mut self,
        id: ClientId,
        is_closed: bool,
        scratch: &mut Vec<u8>,
        scenario: &mut S,
    ) -> Result<()> {
        let may_read = |client: &&mut Client| !client.is_deaf && client.state != State::Connecting;
        while let Some(client) = self.clients[id].as_mut().filter(may_read) {
            let kept = client.remainder.len();
            if kept >= scratch.len() / 2 {
                scratch.resize(scratch.len() * 2, 0);
            }
            let room = scratch.len() - kept;
            let count = match client.stream.read(&mut scratch[kept..]) {
                Ok(0) => return self.lose(id, None, scenario),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return self.lose(id, None, scenario),
            };
            scratch[..kept].copy_from_slice(&client.remainder);
            client.remainder.clear();
            self.now = self.clock.now();
            let filled = kept + count;
            let walked = self.walk(id, &scratch[..filled], scenario)?;
            if let Some(client) = &mut self.clients[id] {
                client.remainder.extend_from_slice(&scratch[walked..filled]);
            }
            if count < room && !is_closed {
                // The socket was emptied; whatever comes now is told again.
                return Ok(());
            }
        }
        Ok(())
    }

    /// Tells of all complete frames; returns where the incomplete one begins.
    fn walk<S: Scenario>(&mut self, id: ClientId, bytes: &[u8], scenario: &mut S) -> Result<usize> {
        let mut at = 0;
        if self.clients[id].as_ref().is_some_and(|client| client.state == State::Asking) {
            match http::answered_with(self.transport.answer(), bytes) {
                Ok(Some(end)) => at = end,
                Ok(None) => return Ok(0),
                Err(error) => {
                    self.refuse(id, &error.to_string(), scenario)?;
                    return Ok(bytes.len());
                }
            }
            if let Some(client) = &mut self.clients[id] {
                client.state = State::Open;
            }
        }
        if self.transport == Transport::XhrStreaming {
            return self.walk_response(id, bytes, at, scenario);
        }
        while let Some(frame) = websocket::next_frame(&bytes[at..]).context("in what the server sent")? {
            at += frame.end;
            self.tell_frame(id, frame, scenario)?;
            if self.clients[id].is_none() {
                break;
            }
        }
        Ok(at)
    }

    #[inline]
    fn tell_frame<S: Scenario>(&mut self, id: ClientId, frame: Frame<'_>, scenario: &mut S) -> Result<()> {
        let payload = frame.payload;
        match frame.opcode {
            websocket::TEXT => self.tell_text(id, payload, scenario),
            websocket::PING => self.send_frame(id, websocket::PONG, payload),
            websocket::CLOSE => {
                let code = payload.first_chunk().map(|bytes| u16::from_be_bytes(*bytes));
                self.lose(id, code, scenario)
            }
            _ => Ok(()),
        }
    }

    #[inline]
    pub(super) fn tell_text<S: Scenario>(
        &mut self,
        id: ClientId,
        payload: &[u8],
        scenario: &mut S,
    ) -> Result<()> {
        match self.marks.recognise(payload) {
            Some(sequence) => scenario.on(self, Happening::Event { client: id, sequence, payload }),
            None => self.tell_message(id, payload, scenario),
        }
    }

    /// Anything but an event of which the like was seen before.
    #[cold]
    fn tell_message<S: Scenario>(&mut self, id: ClientId, payload: &[u8], scenario: &mut S) -> Result<()> {
        let Some(Message { event }) = Message::parse(payload) else {
            return scenario.on(self, Happening::Refused { client: id, text: payload });
        };
        match &*event {
            "pusher:connection_established" => {
                let socket_id = message::socket_id(payload).context("a greeting without socket id")?;
                if let Some(client) = &mut self.clients[id] {
                    client.socket_id = Some(socket_id.into());
                }
                scenario.on(self, Happening::Established { client: id })
            }
            "pusher_internal:subscription_succeeded" => {
                scenario.on(self, Happening::Subscribed { client: id })
            }
            "pusher:ping" => self.say(id, r#"{"event":"pusher:pong","data":{}}"#),
            "pusher:error" | "pusher:subscription_error" => {
                scenario.on(self, Happening::Refused { client: id, text: payload })
            }
            _ => match self.marks.learn(payload) {
                Some(sequence) => scenario.on(self, Happening::Event { client: id, sequence, payload }),
                None => Ok(()),
            },
        }
    }

    /// Gives up a connection that does not come about.
    fn refuse<S: Scenario>(&mut self, id: ClientId, text: &str, scenario: &mut S) -> Result<()> {
        self.drop_client(id);
        scenario.on(self, Happening::Refused { client: id, text: text.as_bytes() })
    }

    pub(super) fn lose<S: Scenario>(
        &mut self,
        id: ClientId,
        code: Option<u16>,
        scenario: &mut S,
    ) -> Result<()> {
        self.drop_client(id);
        scenario.on(self, Happening::Closed { client: id, code })
    }
}

fn upgrade_request(authority: &str, key: &str) -> String {
    format!(
        "GET /app/{key}?protocol=7&client=campanile-loadtest&version={} HTTP/1.1\r\nHost: {authority}\r\n\
         Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {WEBSOCKET_KEY}\r\n\
         Sec-WebSocket-Version: 13\r\n\r\n",
        env!("CARGO_PKG_VERSION")
    )
}
