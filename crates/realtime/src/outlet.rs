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
    joined_compressed: OnceCell<Bytes>,
    encoded: OnceCell<Bytes>,
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
        Self::of(frames)
    }

    fn of(frames: Frames) -> Self {
        Self { frames, joined: OnceCell::new(), joined_compressed: OnceCell::new(), encoded: OnceCell::new() }
    }

    /// How many frames there are.
    pub(crate) fn len(&self) -> usize {
        match &self.frames {
            Frames::One(_) => 1,
            Frames::Many(frames) => frames.len(),
        }
    }

    /// The frames as they travel over a WebSocket, joined once for all who ask.
    pub fn websocket(&self) -> &Bytes {
        match &self.frames {
            Frames::One(frame) => frame.websocket(),
            Frames::Many(frames) => self.joined.get_or_init(|| join(frames, Frame::websocket)),
        }
    }

    /// The same over a WebSocket that agreed to compression: each frame in its shortest form.
    pub fn compressed(&self) -> &Bytes {
        match &self.frames {
            Frames::One(frame) => frame.compressed(),
            Frames::Many(frames) => self.joined_compressed.get_or_init(|| join(frames, Frame::compressed)),
        }
    }

    /// The frames.
    pub fn frames(&self) -> &[Frame] {
        match &self.frames {
            Frames::One(frame) => std::slice::from_ref(frame),
            Frames::Many(frames) => frames,
        }
    }

    /// The frames as they travel over a transport that is no WebSocket, encoded once for all who ask. All
    /// must ask for the same encoding.
    pub fn encoded_once(&self, encode: impl FnOnce(&[Frame]) -> Bytes) -> &Bytes {
        self.encoded.get_or_init(|| encode(self.frames()))
    }
}

fn join(frames: &[Frame], form: impl Fn(&Frame) -> &Bytes) -> Bytes {
    let mut joined = BytesMut::with_capacity(frames.iter().map(|frame| form(frame).len()).sum());
    frames.iter().for_each(|frame| joined.extend_from_slice(form(frame)));
    joined.freeze()
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
        Self::of(Frames::One(frame))
    }
}
