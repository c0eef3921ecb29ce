use std::cell::OnceCell;

use bytes::{Bytes, BytesMut};
use campanile_protocol::{CloseCode, Frame};

/// The writing side of one connection, whatever its transport. Only used on the worker that
/// accepted the connection.
pub trait Outlet {
    /// Writes the batch, or keeps what the peer does not take at once.
    fn send(&self, batch: &Batch) -> Sent;

    /// Asks a silent peer for a sign of life.
    fn ping(&self);

    /// Tells the peer why the connection ends, and ends it. Nothing can be sent afterwards.
    fn close(&self, code: CloseCode);
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Sent {
    /// Written or kept, or the connection is ending anyway.
    Taken,
    /// The bound of what one connection may leave unread is reached; the batch was dropped. The
    /// connection must be closed: it would miss events without knowing.
    Full,
}

/// Frames that are due to a subscriber, in order. Subscribers at the same place share one batch, and
/// with it the joined bytes.
#[derive(Debug)]
pub struct Batch {
    frames: Frames,
    joined: OnceCell<Bytes>,
}

#[derive(Debug)]
enum Frames {
    One(Frame),
    Many(Vec<Frame>),
}

impl Batch {
    /// A batch of these frames.
    pub fn new(mut frames: Vec<Frame>) -> Self {
        let frames = if frames.len() == 1 { Frames::One(frames.remove(0)) } else { Frames::Many(frames) };
        Self { frames, joined: OnceCell::new() }
    }

    /// The frames as they travel over a WebSocket, joined once for all who ask.
    pub fn websocket(&self) -> &Bytes {
        match &self.frames {
            Frames::One(frame) => frame.websocket(),
            Frames::Many(frames) => self.joined.get_or_init(|| {
                let mut joined =
                    BytesMut::with_capacity(frames.iter().map(|frame| frame.websocket().len()).sum());
                frames.iter().for_each(|frame| joined.extend_from_slice(frame.websocket()));
                joined.freeze()
            }),
        }
    }
}

impl FromIterator<Frame> for Batch {
    /// A single frame, which is the usual case, takes no allocation.
    fn from_iter<I: IntoIterator<Item = Frame>>(frames: I) -> Self {
        let mut frames = frames.into_iter();
        match (frames.next(), frames.next()) {
            (Some(only), None) => Self::from(only),
            (first, second) => Self::new(first.into_iter().chain(second).chain(frames).collect()),
        }
    }
}

impl From<Frame> for Batch {
    fn from(frame: Frame) -> Self {
        Self { frames: Frames::One(frame), joined: OnceCell::new() }
    }
}
