use std::{collections::VecDeque, rc::Rc};

use bytes::Bytes;
use campanile_protocol::Frame;
use campanile_realtime::{Batch, Sent};
use tokio::{net::TcpStream, sync::oneshot};

use super::framing::{Framing, Piece, Telling, utf16_units};
use crate::{outbox::Outbox, unacknowledged::unacknowledged_bytes};

/// The request that now waits for what is due to a client.
pub(crate) struct Receiver {
    /// Tells it from the session's earlier ones.
    pub(crate) id: u64,
    pub(crate) framing: Framing,
    way: Way,
}

enum Way {
    /// A response that goes on.
    Stream(Stream),
    /// A response that ends with the first frame.
    Poll(Option<oneshot::Sender<Bytes>>),
}

/// A response that goes on, on a socket of our own.
struct Stream {
    outbox: Rc<Outbox<TcpStream>>,
    is_chunked: bool,
    /// Bytes of the response so far, as they travel.
    offset: u64,
    /// What was written when, as far as it may not have arrived: how many messages the session had handed
    /// over, and the response's bytes by then. None where nobody asks.
    written: Option<VecDeque<(u64, u64)>>,
    /// Bytes of frames, which responses may be limited to.
    frame_bytes: usize,
    /// The response's text in UTF-16 units, as browsers count it.
    units: usize,
}

/// Writes whose arrival is not yet looked for.
const UNCHECKED_WRITES: usize = 32;

impl Receiver {
    /// A response whose head, and what precedes the frames, `outbox` has taken already.
    pub(crate) fn stream(
        id: u64,
        framing: Framing,
        outbox: Rc<Outbox<TcpStream>>,
        is_chunked: bool,
        prelude_units: usize,
    ) -> Self {
        let offset = outbox.unwritten_bytes() as u64;
        let stream =
            Stream { outbox, is_chunked, offset, written: None, frame_bytes: 0, units: prelude_units };
        Self { id, framing, way: Way::Stream(stream) }
    }

    pub(crate) fn poll(id: u64, framing: Framing, reply: oneshot::Sender<Bytes>) -> Self {
        Self { id, framing, way: Way::Poll(Some(reply)) }
    }

    /// Keeps account of what may not have arrived.
    pub(super) fn track(&mut self) {
        if let Way::Stream(stream) = &mut self.way {
            stream.written = Some(VecDeque::new());
        }
    }

    /// Bytes that have arrived, as far as the peer's system says: more and more while it reads.
    pub(super) fn arrived_bytes(&self) -> u64 {
        match &self.way {
            Way::Stream(stream) => stream.arrived_bytes(),
            Way::Poll(_) => 0,
        }
    }

    /// Whether one frame ends the response.
    pub(super) fn is_poll(&self) -> bool {
        matches!(self.way, Way::Poll(_))
    }

    /// The socket of a response that goes on.
    pub(crate) fn outbox(&self) -> Option<&Rc<Outbox<TcpStream>>> {
        match &self.way {
            Way::Stream(stream) => Some(&stream.outbox),
            Way::Poll(_) => None,
        }
    }

    /// Bytes of frames in this response.
    pub(super) fn frame_bytes(&self) -> usize {
        match &self.way {
            Way::Stream(stream) => stream.frame_bytes,
            Way::Poll(_) => 0,
        }
    }

    /// Text of this response, in UTF-16 units.
    pub(super) fn units(&self) -> usize {
        match &self.way {
            Way::Stream(stream) => stream.units,
            Way::Poll(_) => 0,
        }
    }

    /// Tells something that is no message.
    pub(super) fn tell(&mut self, telling: Telling<'_>) -> Sent {
        let piece = self.framing.dress(telling);
        self.write(piece, None)
    }

    /// Tells messages, the first of which has that number.
    pub(super) fn tell_messages<'a>(
        &mut self,
        frames: impl Iterator<Item = &'a Frame> + Clone,
        first: u64,
    ) -> Sent {
        let next = first + frames.clone().count() as u64;
        let piece = match self.framing {
            Framing::Xhr => Piece::lines(frames),
            _ => self.framing.dress(Telling::Messages { frames: frames.collect(), first }),
        };
        self.write(piece, Some(next))
    }

    /// Tells a batch that others are told too: what is the same for all is made once. `next` is the
    /// number after its messages.
    pub(super) fn tell_batch(&mut self, batch: &Batch, next: u64) -> Sent {
        let frames = batch.frames();
        match &mut self.way {
            Way::Stream(stream) if stream.is_chunked && self.framing == Framing::Xhr => {
                let chunk = batch.encoded_once(|frames| Piece::lines(frames.iter()).chunk());
                stream.push(chunk, content(chunk), Some(next))
            }
            _ => self.tell_messages(frames.iter(), next - frames.len() as u64),
        }
    }

    fn write(&mut self, piece: Piece, next: Option<u64>) -> Sent {
        match &mut self.way {
            Way::Stream(stream) if stream.is_chunked => {
                let chunk = piece.chunk();
                stream.push(&chunk, content(&chunk), next)
            }
            Way::Stream(stream) => {
                let bytes = piece.plain();
                stream.push(&bytes, &bytes, next)
            }
            Way::Poll(reply) => {
                // Whoever asked may be gone; then nothing was handed over, as the session is about to learn.
                let _ = reply.take().map(|reply| reply.send(piece.plain()));
                Sent::Taken
            }
        }
    }

    /// Whether the one who asked is still there, as far as is known.
    pub(super) fn is_waiting(&self) -> bool {
        match &self.way {
            Way::Stream(_) => true,
            Way::Poll(reply) => reply.as_ref().is_some_and(|reply| !reply.is_closed()),
        }
    }

    /// How many of the session's messages have arrived, as far as the peer's system says; none if it says
    /// nothing of this response.
    pub(super) fn arrived(&mut self) -> Option<u64> {
        match &mut self.way {
            Way::Stream(stream) => stream.arrived(),
            Way::Poll(_) => None,
        }
    }

    /// The same, looked for only when it is worth it.
    pub(super) fn arrived_lately(&mut self) -> Option<u64> {
        match &mut self.way {
            Way::Stream(stream) if stream.is_much_unchecked() => stream.arrived(),
            Way::Stream(_) | Way::Poll(_) => None,
        }
    }

    /// Gives back memory that is not used.
    pub(super) fn shrink(&mut self) {
        if let Way::Stream(Stream { written: Some(written), .. }) = &mut self.way {
            written.shrink_to_fit();
        }
    }

    /// Whether all that was written has left for the peer.
    pub(super) fn is_written(&self) -> bool {
        self.outbox().is_none_or(|outbox| outbox.unwritten_bytes() == 0)
    }

    /// Tells why there is nothing to receive, and ends.
    pub(crate) fn refuse(mut self, telling: Telling<'_>) {
        let _ = self.tell(telling);
        self.finish();
    }

    /// Ends the response in order.
    pub(super) fn finish(self) {
        if let Way::Stream(stream) = self.way {
            stream.outbox.end(stream.is_chunked.then(|| Bytes::from_static(LAST_CHUNK)));
        }
    }
}

const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

impl Stream {
    fn push(&mut self, bytes: &Bytes, content: &[u8], next: Option<u64>) -> Sent {
        if bytes.is_empty() {
            return Sent::Taken;
        }
        self.offset += bytes.len() as u64;
        self.frame_bytes += content.len();
        self.units += utf16_units(content);
        if let Some((next, written)) = next.zip(self.written.as_mut()) {
            written.push_back((next, self.offset));
        }
        self.outbox.push(bytes)
    }

    fn arrived_bytes(&self) -> u64 {
        let outbox = &self.outbox;
        let missing = outbox.unwritten_bytes() + unacknowledged_bytes(&outbox.socket);
        self.offset.saturating_sub(missing as u64)
    }

    fn is_much_unchecked(&self) -> bool {
        self.written.as_ref().is_some_and(|written| written.len() >= UNCHECKED_WRITES)
    }

    fn arrived(&mut self) -> Option<u64> {
        let arrived = self.arrived_bytes();
        let written = self.written.as_mut()?;
        let count = written.partition_point(|(_, offset)| *offset <= arrived);
        written.drain(..count).next_back().map(|(number, _)| number)
    }
}

/// What a chunk contains.
fn content(chunk: &[u8]) -> &[u8] {
    let start = chunk.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    &chunk[start..chunk.len().saturating_sub(2).max(start)]
}
