//! A small HTTP client that hides nothing: chunks, versions and aborts are what these tests are about.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpStream},
    time::Duration,
};

/// Longer than the longest silence that is allowed: heartbeats come every 25 s, and a peer that answers none
/// has 10 s more.
const PATIENCE: Duration = Duration::from_secs(45);

/// A request as it will be sent.
#[derive(Clone)]
pub(crate) struct Ask {
    method: &'static str,
    target: String,
    version: &'static str,
    headers: String,
    body: Vec<u8>,
    has_length: bool,
}

/// A connection on which one request after the other may be asked.
pub(crate) struct Connection {
    reader: BufReader<TcpStream>,
    authority: String,
}

/// An answer, read as it comes. Dropped, the client leaves.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Status line and headers as they came.
    pub(crate) head: String,
    body: Body,
    pub(crate) connection: Connection,
}

/// How the rest of the body is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Chunked,
    Length(usize),
    /// It ends with the connection.
    Open,
    Ended,
}

impl Ask {
    fn new(method: &'static str, target: &str) -> Self {
        let target = target.to_owned();
        Self { method, target, version: "1.1", headers: String::new(), body: Vec::new(), has_length: false }
    }

    pub(crate) fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    pub(crate) fn options(target: &str) -> Self {
        Self::new("OPTIONS", target)
    }

    pub(crate) fn post(target: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), has_length: true, ..Self::new("POST", target) }
    }

    /// With neither length nor chunks.
    pub(crate) fn post_nothing(target: &str) -> Self {
        Self::new("POST", target)
    }

    pub(crate) fn with(mut self, header: &str) -> Self {
        self.headers.push_str(header);
        self.headers.push_str("\r\n");
        self
    }

    pub(crate) fn in_http_1_0(self) -> Self {
        Self { version: "1.0", ..self }
    }

    /// On a connection of its own.
    pub(crate) fn send(&self, authority: &str) -> Answer {
        Connection::open(authority).ask(self)
    }
}

impl Connection {
    pub(crate) fn open(authority: &str) -> Self {
        let stream = TcpStream::connect(authority).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { reader: BufReader::new(stream), authority: authority.to_owned() }
    }

    pub(crate) fn ask(mut self, ask: &Ask) -> Answer {
        self.say(ask);
        self.answer()
    }

    /// Sends a request whose answer is read later.
    pub(crate) fn say(&mut self, ask: &Ask) {
        let Ask { method, target, version, headers, body, has_length } = ask;
        let length = if *has_length { format!("Content-Length: {}\r\n", body.len()) } else { String::new() };
        let host = &self.authority;
        let head = format!("{method} {target} HTTP/{version}\r\nHost: {host}\r\n{length}{headers}\r\n");
        // A server that refuses a body may close before it has read all of it.
        let _ = self.stream().write_all(&[head.as_bytes(), body].concat());
    }

    /// Reads the head of an answer.
    pub(crate) fn answer(mut self) -> Answer {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(self.reader.read_line(&mut head).unwrap() > 0, "the answer ends in its head: {head:?}");
        }
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let body = Body::of(status, &head);
        Answer { status, head, body, connection: self }
    }

    pub(crate) fn stream(&mut self) -> &mut TcpStream {
        self.reader.get_mut()
    }

    /// Whether something has come.
    pub(crate) fn has_answer(&mut self) -> bool {
        let stream = self.stream();
        stream.set_nonblocking(true).unwrap();
        let is_there = stream.peek(&mut [0]).is_ok();
        stream.set_nonblocking(false).unwrap();
        is_there
    }

    /// Whether the peer closes the connection without another byte.
    pub(crate) fn ends(&mut self) -> bool {
        self.reader.fill_buf().is_ok_and(<[u8]>::is_empty)
    }

    /// For another protocol: the stream, of which nothing more may have been read.
    pub(crate) fn into_stream(self) -> (TcpStream, Vec<u8>) {
        let early = self.reader.buffer().to_vec();
        (self.reader.into_inner(), early)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.reader.read_line(&mut line).unwrap();
        line
    }
}

impl Body {
    fn of(status: u16, head: &str) -> Self {
        let length = header(head, "content-length").map(|length| length.parse().unwrap());
        match length {
            _ if matches!(status, 101 | 204 | 304) => Self::Ended,
            _ if header(head, "transfer-encoding") == Some("chunked") => Self::Chunked,
            Some(0) => Self::Ended,
            Some(length) => Self::Length(length),
            None => Self::Open,
        }
    }
}

impl Answer {
    /// The only header of that name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }

    pub(crate) fn framing(&self) -> Body {
        self.body
    }

    /// The next chunk, decoded; `None` after the last one, which must be there.
    pub(crate) fn chunk(&mut self) -> Option<String> {
        self.chunk_bytes().map(|bytes| String::from_utf8(bytes).unwrap())
    }

    fn chunk_bytes(&mut self) -> Option<Vec<u8>> {
        assert_eq!(self.body, Body::Chunked, "{}", self.head);
        let line = self.connection.line();
        assert!(line.ends_with("\r\n"), "the connection ends in a chunked answer: {line:?}");
        let length = usize::from_str_radix(line.trim_end(), 16).unwrap();
        let mut chunk = vec![0; length + 2];
        self.connection.reader.read_exact(&mut chunk).unwrap();
        assert_eq!(chunk.split_off(length), b"\r\n");
        if length == 0 {
            self.body = Body::Ended;
        }
        (length > 0).then_some(chunk)
    }

    /// The rest of the body, to its end.
    pub(crate) fn text(&mut self) -> String {
        let mut bytes = Vec::new();
        match self.body {
            Body::Chunked => {
                while let Some(chunk) = self.chunk_bytes() {
                    bytes.extend(chunk);
                }
            }
            Body::Length(length) => {
                bytes.resize(length, 0);
                self.connection.reader.read_exact(&mut bytes).unwrap();
            }
            Body::Open => {
                self.connection.reader.read_to_end(&mut bytes).unwrap();
            }
            Body::Ended => {}
        }
        self.body = Body::Ended;
        String::from_utf8(bytes).unwrap()
    }

    /// The next bytes of a body that is not framed.
    pub(crate) fn bytes(&mut self, count: usize) -> String {
        let mut bytes = vec![0; count];
        self.connection.reader.read_exact(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// The next line of a body that is not framed, with its end.
    pub(crate) fn line(&mut self) -> String {
        self.connection.line()
    }

    /// Says that nothing more will be said, as an abort does; what comes nevertheless can be read.
    pub(crate) fn abort(&mut self) {
        self.connection.stream().shutdown(Shutdown::Write).unwrap();
    }

    /// The chunks that still come after an abort, the last perhaps cut off.
    pub(crate) fn leftovers(&mut self) -> String {
        let mut bytes = Vec::new();
        // A reset ends it as well.
        let _ = self.connection.reader.read_to_end(&mut bytes);
        let (mut rest, mut text) = (bytes.as_slice(), Vec::new());
        while let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") {
            let Ok(length) = usize::from_str_radix(&String::from_utf8_lossy(&rest[..end]), 16) else { break };
            let chunk = &rest[end + 2..];
            text.extend_from_slice(&chunk[..length.min(chunk.len())]);
            rest = chunk.get(length + 2..).unwrap_or_default();
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let pairs = head.lines().filter_map(|line| line.split_once(": "));
    let mut values =
        pairs.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim());
    let value = values.next();
    assert!(values.next().is_none(), "{name} is there twice: {head}");
    value
}
