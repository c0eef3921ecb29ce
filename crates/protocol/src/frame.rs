use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};

use crate::{CloseCode, Deflater, limits::CLOSE_REASON_BYTES};

/// The longest header of an unmasked frame: two bytes and a 64-bit length.
const HEADER_BYTES: usize = 10;
const FIN: u8 = 0x80;
/// Says that a message is compressed (RFC 7692, section 6).
const RSV1: u8 = 0x40;
const TEXT: u8 = 0x1;
const BINARY: u8 = 0x2;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xa;

/// One message to clients, encoded once and shared by all who receive it.
///
/// It is a complete, unmasked WebSocket frame (RFC 6455, section 5.2) in one allocation; the JSON
/// text inside it serves transports that frame differently. Cloning is a reference-count bump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    bytes: Bytes,
    header_bytes: u8,
    /// Behind a pointer, because most frames have none.
    compressed: Option<Arc<Bytes>>,
}

impl Frame {
    /// A text frame with this payload, which must be UTF-8.
    pub fn text(payload: &str) -> Self {
        let mut builder = FrameBuilder::with_capacity(payload.len());
        builder.push(payload);
        builder.finish()
    }

    /// A binary frame with this payload.
    pub fn binary(payload: &[u8]) -> Self {
        let (bytes, header_bytes) = encode(FIN | BINARY, payload);
        Self { bytes, header_bytes, compressed: None }
    }

    /// The same frame with a compressed form beside the plain one, where that is shorter. To be called once,
    /// before the frame is shared.
    #[must_use]
    pub fn with_compressed(self, deflater: &mut Deflater) -> Self {
        let first = self.bytes[0] | RSV1;
        let compressed = deflater.deflate(self.payload()).map(|payload| Arc::new(encode(first, payload).0));
        Self { compressed, ..self }
    }

    /// A pong that answers a ping's payload (at most 125 bytes, as RFC 6455 limits control frames).
    pub fn pong(payload: &[u8]) -> Self {
        Self::control(PONG, payload)
    }

    /// A ping without payload.
    pub fn ping() -> Self {
        Self::control(PING, &[])
    }

    /// A close frame with code and reason.
    pub fn close(code: CloseCode) -> Self {
        Self::close_with(code.code(), &code.reason())
    }

    /// A close frame with any code and reason; of the reason, as much as a control frame holds.
    pub fn close_with(code: u16, reason: &str) -> Self {
        let mut payload = code.to_be_bytes().to_vec();
        payload.extend_from_slice(&reason.as_bytes()[..reason.floor_char_boundary(CLOSE_REASON_BYTES)]);
        Self::control(CLOSE, &payload)
    }

    /// A close frame that answers the peer's: the same code, or none if it gave none.
    pub fn close_reply(code: Option<u16>) -> Self {
        Self::control(CLOSE, code.map(u16::to_be_bytes).as_ref().map_or(&[], |bytes| &bytes[..]))
    }

    fn control(opcode: u8, payload: &[u8]) -> Self {
        assert!(payload.len() <= 125, "control frames are checked by the decoder or made by us");
        let mut bytes = BytesMut::with_capacity(2 + payload.len());
        bytes.put_slice(&[FIN | opcode, payload.len() as u8]);
        bytes.put_slice(payload);
        Self { bytes: bytes.freeze(), header_bytes: 2, compressed: None }
    }

    /// The whole WebSocket frame.
    pub fn websocket(&self) -> &Bytes {
        &self.bytes
    }

    /// The whole WebSocket frame for a peer that agreed to permessage-deflate without context takeover and
    /// with the largest window: compressed where that is shorter.
    pub fn compressed(&self) -> &Bytes {
        self.compressed.as_deref().unwrap_or(&self.bytes)
    }

    /// What its forms hold together.
    pub fn held_bytes(&self) -> usize {
        self.bytes.len() + self.compressed.as_ref().map_or(0, |compressed| compressed.len())
    }

    /// The payload alone.
    pub fn payload(&self) -> &[u8] {
        &self.bytes[usize::from(self.header_bytes)..]
    }
}

/// Writes a text frame's JSON straight into the buffer that will be sent: room for the longest
/// header is left in front and what the real header does not need is cut off at the end.
#[derive(Debug)]
pub struct FrameBuilder {
    buffer: BytesMut,
}

impl FrameBuilder {
    /// Starts a frame whose payload will be about `payload_bytes` long.
    pub fn with_capacity(payload_bytes: usize) -> Self {
        let mut buffer = BytesMut::with_capacity(HEADER_BYTES + payload_bytes);
        buffer.put_bytes(0, HEADER_BYTES);
        Self { buffer }
    }

    /// Appends text that is already JSON.
    pub fn push(&mut self, json: &str) -> &mut Self {
        self.buffer.put_slice(json.as_bytes());
        self
    }

    /// Appends `text` as a JSON string literal.
    pub fn push_string(&mut self, text: &str) -> &mut Self {
        if text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
            self.push("\"").push(text).push("\"");
        } else {
            self.push(&serde_json::to_string(text).expect("a string always serialises"));
        }
        self
    }

    /// Closes the frame; the builder is empty after it and not to be used again.
    pub fn finish(&mut self) -> Frame {
        let (header, header_bytes) = header(FIN | TEXT, self.buffer.len() - HEADER_BYTES);
        let start = HEADER_BYTES - header_bytes;
        self.buffer[start..HEADER_BYTES].copy_from_slice(&header[..header_bytes]);
        let bytes = self.buffer.split().freeze().slice(start..);
        Frame { bytes, header_bytes: header_bytes as u8, compressed: None }
    }
}

/// A frame of exactly the bytes it needs, and the length of its header.
fn encode(first: u8, payload: &[u8]) -> (Bytes, u8) {
    let (header, header_bytes) = header(first, payload.len());
    let mut bytes = BytesMut::with_capacity(header_bytes + payload.len());
    bytes.put_slice(&header[..header_bytes]);
    bytes.put_slice(payload);
    (bytes.freeze(), header_bytes as u8)
}

/// An unmasked frame's header, and its length (RFC 6455, section 5.2).
fn header(first: u8, payload_bytes: usize) -> ([u8; HEADER_BYTES], usize) {
    let mut header = [0; HEADER_BYTES];
    header[0] = first;
    match payload_bytes {
        0..=125 => {
            header[1] = payload_bytes as u8;
            (header, 2)
        }
        126..=0xffff => {
            header[1] = 126;
            header[2..4].copy_from_slice(&(payload_bytes as u16).to_be_bytes());
            (header, 4)
        }
        _ => {
            header[1] = 127;
            header[2..].copy_from_slice(&(payload_bytes as u64).to_be_bytes());
            (header, HEADER_BYTES)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_fits_the_length() {
        for (length, header) in [
            (0, vec![0x81, 0]),
            (125, vec![0x81, 125]),
            (126, vec![0x81, 126, 0, 126]),
            (65_535, vec![0x81, 126, 0xff, 0xff]),
            (65_536, vec![0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let payload = "x".repeat(length);
            let frame = Frame::text(&payload);
            assert_eq!(frame.payload(), payload.as_bytes());
            assert_eq!(&frame.websocket()[..header.len()], header);
            assert_eq!(frame.websocket().len(), header.len() + length);
        }
    }

    #[test]
    fn a_close_frame_carries_code_and_reason() {
        let frame = Frame::close(CloseCode::NoPong);
        assert_eq!(&frame.websocket()[..4], [0x88, 25, 0x10, 0x69]);
        assert_eq!(&frame.payload()[2..], b"Pong reply not received");
        assert_eq!(&Frame::close_reply(None).websocket()[..], [0x88, 0]);
        assert_eq!(&Frame::close_reply(Some(1000)).websocket()[..], [0x88, 2, 3, 0xe8]);
    }

    #[test]
    fn a_compressed_form_stands_beside_the_plain_one_where_it_is_shorter() {
        let mut deflater = Deflater::new(15);
        let long = Frame::text(&"ding dong ".repeat(40)).with_compressed(&mut deflater);
        assert_eq!(long.websocket()[0], 0x81);
        assert_eq!(long.compressed()[0], 0xc1);
        assert_eq!(usize::from(long.compressed()[1]), long.compressed().len() - 2);
        assert!(long.compressed().len() < 40, "{} bytes", long.compressed().len());
        assert_eq!(long.held_bytes(), long.websocket().len() + long.compressed().len());
        let short = Frame::text("xyz").with_compressed(&mut deflater);
        assert_eq!(short.compressed(), short.websocket());
        assert_eq!(Frame::binary(b"\xff").websocket()[..], [0x82, 1, 0xff]);
    }

    #[test]
    fn strings_are_escaped_only_where_json_asks() {
        let mut builder = FrameBuilder::with_capacity(0);
        builder.push_string("plain ü").push(",").push_string("a\"b\\c\n");
        assert_eq!(builder.finish().payload(), r#""plain ü","a\"b\\c\n""#.as_bytes());
    }
}
