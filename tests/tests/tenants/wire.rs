//! HTTP/1.1 on a connection that is kept, with many requests under way.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

/// An answer that does not come within this will not come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request as it is sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ask {
    pub(crate) method: String,
    pub(crate) target: String,
    /// `Authorization: …` or `Cookie: …`; nothing for REST, where the query says who it is.
    pub(crate) proof: String,
    pub(crate) body: String,
}

/// What came back: the head and the body, as bytes and apart.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

pub(crate) struct Wire {
    authority: String,
    stream: BufReader<TcpStream>,
    is_over: bool,
}

impl Wire {
    pub(crate) fn open(authority: &str) -> Self {
        Self { authority: authority.to_owned(), stream: connect(authority), is_over: false }
    }

    /// One request and its answer.
    pub(crate) fn ask(&mut self, ask: &Ask) -> Answer {
        self.ask_all(std::slice::from_ref(ask)).remove(0)
    }

    /// All of them at once. A request whose refusal ends the connection has to be alone.
    pub(crate) fn ask_all(&mut self, asks: &[Ask]) -> Vec<Answer> {
        if self.is_over {
            *self = Self::open(&self.authority);
        }
        let mut out = Vec::new();
        asks.iter().for_each(|ask| ask.write(&self.authority, &mut out));
        self.stream.get_mut().write_all(&out).unwrap();
        asks.iter().map(|ask| self.answer().unwrap_or_else(|error| panic!("{error}: {ask:?}"))).collect()
    }

    fn answer(&mut self) -> std::io::Result<Answer> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head)? == 0 {
                return Err(std::io::Error::other(format!("the connection ended after {head:?}")));
            }
        }
        let status = head.get(9..12).and_then(|code| code.parse().ok()).expect("a status");
        self.is_over = header(&head, "connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        let body = match header(&head, "content-length") {
            Some(length) => self.bytes(length.parse().expect("a length"))?,
            None if header(&head, "transfer-encoding").is_some() => self.chunks()?,
            None => Vec::new(),
        };
        Ok(Answer { status, head, body: String::from_utf8_lossy(&body).into_owned() })
    }

    fn bytes(&mut self, length: usize) -> std::io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn chunks(&mut self) -> std::io::Result<Vec<u8>> {
        let mut all = Vec::new();
        loop {
            let mut size = String::new();
            self.stream.read_line(&mut size)?;
            let length = usize::from_str_radix(size.trim(), 16).expect("a chunk's size");
            let chunk = self.bytes(length + 2)?;
            if length == 0 {
                return Ok(all);
            }
            all.extend_from_slice(&chunk[..length]);
        }
    }
}

impl Ask {
    fn write(&self, authority: &str, out: &mut Vec<u8>) {
        let Self { method, target, proof, body } = self;
        let proof = if proof.is_empty() { String::new() } else { format!("{proof}\r\n") };
        let length = body.len();
        out.extend_from_slice(
            format!(
                "{method} {target} HTTP/1.1\r\nHost: {authority}\r\nContent-Type: application/json\r\n{proof}\
                 Content-Length: {length}\r\n\r\n{body}"
            )
            .as_bytes(),
        );
    }
}

pub(crate) fn connect(authority: &str) -> BufReader<TcpStream> {
    let stream = TcpStream::connect(authority).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    BufReader::new(stream)
}

/// A header's value, by its lower-case name.
fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let line = head.lines().find(|line| {
        line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
            && line.as_bytes().get(name.len()) == Some(&b':')
    })?;
    Some(line[name.len() + 1..].trim())
}
