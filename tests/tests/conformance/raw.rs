use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

/// A WebSocket byte by byte, for what a library would not send.
pub(crate) struct RawSocket {
    /// The response to the upgrade: its status line and headers.
    pub(crate) head: String,
    reader: BufReader<TcpStream>,
}

pub(crate) const TEXT: u8 = 1;
pub(crate) const CONTINUATION: u8 = 0;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;
/// Added to an opcode: the last frame of its message.
pub(crate) const FINAL: u8 = 0x80;

const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

impl RawSocket {
    /// Asks for an upgrade and sends `early` in the same write.
    pub(crate) fn open(authority: &str, target: &str, early: &[u8]) -> Self {
        let mut stream = TcpStream::connect(authority).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let head = format!(
            "GET {target} HTTP/1.1\r\nHost: {authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(&[head.as_bytes(), early].concat()).unwrap();
        let mut reader = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut head).unwrap() > 0, "the answer ends in its head: {head}");
        }
        Self { head, reader }
    }

    /// The status of the response.
    pub(crate) fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.reader.get_mut().write_all(bytes).unwrap();
    }

    /// The next frame: its first byte and its payload.
    pub(crate) fn frame(&mut self) -> (u8, Vec<u8>) {
        let mut head = [0; 2];
        self.reader.read_exact(&mut head).unwrap();
        let length = match head[1] {
            126 => self.number(2),
            127 => self.number(8),
            short => u64::from(short),
        };
        assert!(length < 1 << 20, "a server's frames are neither masked nor that long");
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        self.reader.read_exact(&mut payload).unwrap();
        (head[0], payload)
    }

    /// The next frame, which must be a whole text message.
    pub(crate) fn text(&mut self) -> String {
        let (first, payload) = self.frame();
        assert_eq!(first, FINAL | TEXT, "{}", String::from_utf8_lossy(&payload));
        String::from_utf8(payload).unwrap()
    }

    /// The code of the close frame that must come next, errors before it aside.
    pub(crate) fn closed(&mut self) -> u16 {
        loop {
            let (first, payload) = self.frame();
            if first == FINAL | CLOSE {
                return u16::from_be_bytes([payload[0], payload[1]]);
            }
            let text = String::from_utf8_lossy(&payload);
            assert!(text.contains("pusher:error"), "{first:#x}: {text}");
        }
    }

    /// Lets the next frames take this long.
    pub(crate) fn wait_for(&self, patience: Duration) {
        self.reader.get_ref().set_read_timeout(Some(patience)).unwrap();
    }

    fn number(&mut self, bytes: usize) -> u64 {
        let mut number = [0; 8];
        self.reader.read_exact(&mut number[8 - bytes..]).unwrap();
        u64::from_be_bytes(number)
    }
}

/// A client's frame with this first byte, its length in the shortest form.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = payload.len();
    let form = match length {
        0..126 => 0,
        126..65_536 => 2,
        _ => 8,
    };
    frame_with_length(first, form, payload)
}

/// The same with the length in so many further bytes.
pub(crate) fn frame_with_length(first: u8, length_bytes: usize, payload: &[u8]) -> Vec<u8> {
    let length = payload.len() as u64;
    let mut frame = vec![first];
    match length_bytes {
        0 => frame.push(0x80 | u8::try_from(length).unwrap()),
        2 => frame.push(0x80 | 126),
        _ => frame.push(0x80 | 127),
    }
    frame.extend_from_slice(&length.to_be_bytes()[8 - length_bytes..]);
    frame.extend_from_slice(&MASK);
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}
