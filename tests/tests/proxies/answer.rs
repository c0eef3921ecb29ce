//! Bodies of answers, decoded as they come.

use std::{
    io::{self, BufRead, BufReader, ErrorKind, Read},
    net::TcpStream,
};

use flate2::read::GzDecoder;

/// A header of an answer's head.
pub(crate) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = head.lines().filter_map(|line| line.split_once(':'));
    pairs.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// What follows a head.
pub(crate) enum Body {
    /// As it was written.
    Plain(BufReader<Framed>),
    /// Compressed on the way.
    Gzip(Box<BufReader<GzDecoder<Framed>>>),
}

impl Body {
    pub(crate) fn new(head: &str, socket: BufReader<TcpStream>) -> Self {
        let is_chunked =
            header(head, "Transfer-Encoding").is_some_and(|it| it.eq_ignore_ascii_case("chunked"));
        let status = head.split(' ').nth(1).unwrap_or_default();
        let has_none = matches!(status, "101" | "204" | "304");
        let length = header(head, "Content-Length").and_then(|length| length.parse().ok());
        let framing = match length {
            _ if has_none => Framing::Length(0),
            _ if is_chunked => Framing::Chunks { left: 0, begun: false, ended: false },
            Some(length) => Framing::Length(length),
            None => Framing::Connection,
        };
        let framed = Framed { socket, framing };
        if header(head, "Content-Encoding") == Some("gzip") {
            return Self::Gzip(Box::new(BufReader::new(GzDecoder::new(framed))));
        }
        Self::Plain(BufReader::new(framed))
    }

    pub(crate) fn into_socket(self) -> (TcpStream, Vec<u8>) {
        let Self::Plain(reader) = self else { panic!("a switched connection is not compressed") };
        let socket = reader.into_inner().socket;
        let early = socket.buffer().to_vec();
        (socket.into_inner(), early)
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(reader) => reader.read(buffer),
            Self::Gzip(reader) => reader.read(buffer),
        }
    }
}

impl BufRead for Body {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self {
            Self::Plain(reader) => reader.fill_buf(),
            Self::Gzip(reader) => reader.fill_buf(),
        }
    }

    fn consume(&mut self, amount: usize) {
        match self {
            Self::Plain(reader) => reader.consume(amount),
            Self::Gzip(reader) => reader.consume(amount),
        }
    }
}

/// Bytes of a body, without what frames them. Ends with an error where the body was cut off.
pub(crate) struct Framed {
    socket: BufReader<TcpStream>,
    framing: Framing,
}

enum Framing {
    /// So many more bytes.
    Length(usize),
    /// Until the connection ends.
    Connection,
    Chunks {
        left: usize,
        begun: bool,
        ended: bool,
    },
}

impl Read for Framed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.framing {
            Framing::Connection => self.socket.read(buffer),
            Framing::Length(left) => read_some(&mut self.socket, buffer, left),
            Framing::Chunks { ended: true, .. } => Ok(0),
            Framing::Chunks { left, begun, ended } => {
                if *left == 0 {
                    *left = next_chunk(&mut self.socket, *begun)?;
                    *begun = true;
                    *ended = *left == 0;
                }
                read_some(&mut self.socket, buffer, left)
            }
        }
    }
}

fn read_some(socket: &mut impl Read, buffer: &mut [u8], left: &mut usize) -> io::Result<usize> {
    let wanted = buffer.len().min(*left);
    if wanted == 0 {
        // Asked for nothing, a buffered reader would wait for something.
        return Ok(0);
    }
    let read = socket.read(&mut buffer[..wanted])?;
    if read == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    *left -= read;
    Ok(read)
}

/// The size of the next chunk; the end of the one before is read late, because it may come late.
fn next_chunk(socket: &mut impl BufRead, is_after_another: bool) -> io::Result<usize> {
    let mut line = String::new();
    if is_after_another {
        socket.read_line(&mut line)?;
        line.clear();
    }
    if socket.read_line(&mut line)? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    let size = line.trim_end().split(';').next().unwrap_or_default();
    usize::from_str_radix(size, 16).map_err(io::Error::other)
}
