mod frame_start;
#[cfg(test)]
mod tests;
mod utf8;

use bytes::{Buf, Bytes, BytesMut};
use bytestring::ByteString;
use campanile_protocol::{CloseCode, limits::CLIENT_MESSAGE_BYTES};

use self::{
    frame_start::{FrameStart, Opcode},
    utf8::Utf8,
};
use super::inflater::inflate;

/// What messages a peer may send. Anything beyond it ends the connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MessageLimits {
    /// The longest message, compressed as well as decompressed; beyond it 1009.
    pub(crate) bytes: usize,
    /// Into how many frames it may be cut, because empty ones cost too; beyond it 1009.
    pub(crate) fragments: usize,
    /// Whether a message may be binary; otherwise 1003.
    pub(crate) takes_binary: bool,
    /// Whether a message may be compressed, because permessage-deflate was agreed on; otherwise 1002.
    pub(crate) inflates: bool,
}

/// Makes messages of the bytes a client sends (RFC 6455, section 5; RFC 7692, section 6). It does no I/O;
/// an error is the code to close with, and nothing may be decoded after it.
///
/// A frame that came as a whole costs no copy, and between frames nothing is held.
pub(crate) struct Decoder {
    limits: MessageLimits,
    /// A frame whose head is taken and whose payload has not all arrived. Behind a pointer, because an idle
    /// connection has none.
    arriving: Option<Box<Arriving>>,
    /// A message whose last frame has not arrived.
    fragments: Option<Box<Fragments>>,
    /// Follows a text that arrives in pieces.
    utf8: Utf8,
}

/// What a peer said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Received {
    Text(ByteString),
    Binary(Bytes),
    Ping(Bytes),
    Pong,
    /// With the code it gave, if it gave one.
    Close(Option<u16>),
}

#[derive(Clone, Copy)]
struct Head {
    start: FrameStart,
    payload_bytes: usize,
    mask: [u8; 4],
}

struct Arriving {
    head: Head,
    /// So much of the payload is unmasked already.
    unmasked: usize,
}

struct Fragments {
    kind: Kind,
    joined: BytesMut,
    count: usize,
}

#[derive(Clone, Copy)]
struct Kind {
    is_text: bool,
    is_compressed: bool,
}

impl MessageLimits {
    /// What a client of the platform may send.
    pub(crate) fn of_client(inflates: bool) -> Self {
        Self { bytes: CLIENT_MESSAGE_BYTES, fragments: 4096, takes_binary: false, inflates }
    }
}

impl Decoder {
    pub(crate) fn new(limits: MessageLimits) -> Self {
        Self { limits, arriving: None, fragments: None, utf8: Utf8::default() }
    }

    /// Takes the next message, or control frame, out of what was received; none if more must arrive.
    pub(crate) fn decode(&mut self, received: &mut BytesMut) -> Result<Option<Received>, CloseCode> {
        while let Some((head, payload)) = self.next_frame(received)? {
            let message = self.interpret(&head.start, payload)?;
            if message.is_some() {
                return Ok(message);
            }
        }
        Ok(None)
    }

    /// The next frame with its payload unmasked, once all of it has arrived.
    fn next_frame(&mut self, received: &mut BytesMut) -> Result<Option<(Head, BytesMut)>, CloseCode> {
        let mut arriving = match self.arriving.take() {
            Some(arriving) => arriving,
            None => {
                let Some((head, head_bytes)) = self.read_head(received)? else { return Ok(None) };
                received.advance(head_bytes);
                if head.start.opcode == Opcode::Text {
                    self.utf8 = Utf8::default();
                }
                if received.len() >= head.payload_bytes {
                    let mut payload = take(received, head.payload_bytes);
                    unmask(&mut payload, head.mask);
                    if !head.start.is_whole_message() {
                        self.check_text(&head.start, &payload)?;
                    }
                    return Ok(Some((head, payload)));
                }
                Box::new(Arriving { head, unmasked: 0 })
            }
        };
        let head = arriving.head;
        let arrived = received.len().min(head.payload_bytes);
        self.follow(&mut arriving, &mut received[..arrived])?;
        if arrived < head.payload_bytes {
            self.arriving = Some(arriving);
            return Ok(None);
        }
        Ok(Some((head, take(received, arrived))))
    }

    /// Refuses a frame as soon as the byte has arrived that makes it wrong.
    fn read_head(&self, received: &[u8]) -> Result<Option<(Head, usize)>, CloseCode> {
        let Some(start) = FrameStart::read(received)? else { return Ok(None) };
        self.check(&start)?;
        let Some(length) = start.read_length(received)? else { return Ok(None) };
        let joined = self.fragments.as_ref().map_or(0, |fragments| fragments.joined.len());
        if start.opcode.is_data() && length.payload_bytes > (self.limits.bytes - joined) as u64 {
            return Err(CloseCode::TooBig);
        }
        let Some(mask) = received.get(length.end..).and_then(<[u8]>::first_chunk) else { return Ok(None) };
        let head = Head { start, payload_bytes: length.payload_bytes as usize, mask: *mask };
        Ok(Some((head, length.end + mask.len())))
    }

    /// Whether a frame that starts like this may come now.
    fn check(&self, start: &FrameStart) -> Result<(), CloseCode> {
        let continues = self.fragments.is_some();
        match start.opcode {
            Opcode::Continuation if !continues || start.rsv1 => Err(CloseCode::ProtocolError),
            Opcode::Text | Opcode::Binary if continues => Err(CloseCode::ProtocolError),
            Opcode::Text | Opcode::Binary if start.rsv1 && !self.limits.inflates => {
                Err(CloseCode::ProtocolError)
            }
            Opcode::Binary if !self.limits.takes_binary => Err(CloseCode::UnsupportedData),
            _ => Ok(()),
        }
    }

    /// The kind of the message that a data frame belongs to.
    fn kind(&self, start: &FrameStart) -> Kind {
        match &self.fragments {
            Some(fragments) => fragments.kind,
            None => Kind { is_text: start.opcode == Opcode::Text, is_compressed: start.rsv1 },
        }
    }

    /// Unmasks what has arrived of a frame since the last time. A text fails at its first wrong byte: who
    /// sends it is not waited for.
    fn follow(&mut self, arriving: &mut Arriving, payload: &mut [u8]) -> Result<(), CloseCode> {
        let new = &mut payload[arriving.unmasked..];
        let mut mask = arriving.head.mask;
        mask.rotate_left(arriving.unmasked % 4);
        unmask(new, mask);
        arriving.unmasked += new.len();
        self.check_text(&arriving.head.start, new)
    }

    fn check_text(&mut self, start: &FrameStart, new: &[u8]) -> Result<(), CloseCode> {
        let kind = self.kind(start);
        if start.opcode.is_data() && kind.is_text && !kind.is_compressed && !self.utf8.continues(new) {
            return Err(CloseCode::InvalidUtf8);
        }
        Ok(())
    }

    /// What a complete frame says; nothing if it is only a part of a message.
    fn interpret(&mut self, start: &FrameStart, payload: BytesMut) -> Result<Option<Received>, CloseCode> {
        let received = match start.opcode {
            Opcode::Ping => Received::Ping(payload.freeze()),
            Opcode::Pong => Received::Pong,
            Opcode::Close => Received::Close(close_code(&payload)?),
            Opcode::Text | Opcode::Binary if start.is_last => {
                self.message(self.kind(start), payload.freeze())?
            }
            Opcode::Text | Opcode::Binary | Opcode::Continuation => {
                let Some((kind, joined)) = self.join(start, &payload)? else { return Ok(None) };
                self.message(kind, joined)?
            }
        };
        Ok(Some(received))
    }

    /// Adds a fragment, whose length was checked when its head arrived; the message, if it is the last.
    fn join(&mut self, start: &FrameStart, payload: &[u8]) -> Result<Option<(Kind, Bytes)>, CloseCode> {
        let kind = self.kind(start);
        let fragments = self
            .fragments
            .get_or_insert_with(|| Box::new(Fragments { kind, joined: BytesMut::new(), count: 0 }));
        fragments.count += 1;
        if fragments.count > self.limits.fragments {
            return Err(CloseCode::TooBig);
        }
        fragments.joined.extend_from_slice(payload);
        let complete = self.fragments.take_if(|_| start.is_last);
        Ok(complete.map(|fragments| (kind, fragments.joined.freeze())))
    }

    fn message(&self, kind: Kind, payload: Bytes) -> Result<Received, CloseCode> {
        let payload = match kind.is_compressed {
            true => inflate(&payload, self.limits.bytes)?,
            false => payload,
        };
        match kind.is_text {
            true => ByteString::try_from(payload).map(Received::Text).map_err(|_| CloseCode::InvalidUtf8),
            false => Ok(Received::Binary(payload)),
        }
    }
}

/// The first bytes; all of them, which is the usual case, without sharing the buffer with what follows.
fn take(received: &mut BytesMut, count: usize) -> BytesMut {
    match received.len() == count {
        true => std::mem::take(received),
        false => received.split_to(count),
    }
}

fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    let [a, b, c, d] = mask;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (chunks, rest) = payload.as_chunks_mut();
    for chunk in chunks {
        *chunk = (u64::from_ne_bytes(*chunk) ^ wide).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= mask;
    }
}

/// The code in a close frame (RFC 6455, sections 5.5.1 and 7.4).
fn close_code(payload: &[u8]) -> Result<Option<u16>, CloseCode> {
    let Some((code, reason)) = payload.split_first_chunk() else {
        return if payload.is_empty() { Ok(None) } else { Err(CloseCode::ProtocolError) };
    };
    match u16::from_be_bytes(*code) {
        code @ (1000..=1003 | 1007..=1014 | 3000..=4999) => match str::from_utf8(reason) {
            Ok(_) => Ok(Some(code)),
            Err(_) => Err(CloseCode::InvalidUtf8),
        },
        _ => Err(CloseCode::ProtocolError),
    }
}
