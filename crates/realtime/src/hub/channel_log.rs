use std::{collections::VecDeque, rc::Rc};

use ahash::AHashMap;
use campanile_protocol::{Frame, SocketId};

use super::Session;
use crate::{Batch, backlog::Waiting};

/// One channel on one worker: its subscribers, and the frames that not all of them have been written.
///
/// Every subscriber has a cursor, the number of the first frame it has not seen. A pass goes over
/// the subscribers in order and brings each up to the newest frame; when it ends, all that was there
/// at its start has been seen by everyone and is dropped.
#[derive(Default)]
pub(super) struct ChannelLog {
    subscribers: Vec<Subscriber>,
    /// Where each subscriber stands in `subscribers`.
    places: AHashMap<SocketId, usize>,
    entries: VecDeque<Entry>,
    /// The number of the first entry.
    base: u64,
    /// The subscriber whose turn it is, while a pass runs.
    position: usize,
    /// Entries before this one will have been seen by all when the pass ends.
    pass_head: u64,
    is_running: bool,
}

struct Subscriber {
    session: Rc<Session>,
    cursor: u64,
}

/// A frame that waits for its turn.
pub(super) struct Entry {
    pub(super) frame: Frame,
    pub(super) except: Option<SocketId>,
    pub(super) _waiting: Waiting,
}

/// What one slice of a pass did.
#[derive(Debug, Default)]
pub(crate) struct Slice {
    /// Calls to an outlet.
    pub(crate) writes: usize,
    /// Frames in them.
    pub(crate) frames: usize,
    /// Everyone has seen everything.
    pub(crate) is_done: bool,
}

impl ChannelLog {
    pub(super) fn is_empty(&self) -> bool {
        self.subscribers.is_empty()
    }

    pub(super) fn subscribers(&self) -> impl Iterator<Item = &Rc<Session>> {
        self.subscribers.iter().map(|subscriber| &subscriber.session)
    }

    fn head(&self) -> u64 {
        self.base + self.entries.len() as u64
    }

    /// Adds a subscriber, who sees what comes from now on.
    pub(super) fn attach(&mut self, session: Rc<Session>) {
        self.places.insert(session.socket_id, self.subscribers.len());
        self.subscribers.push(Subscriber { session, cursor: self.head() });
    }

    pub(super) fn detach(&mut self, socket_id: SocketId) {
        let Some(place) = self.places.remove(&socket_id) else { return };
        self.subscribers.swap_remove(place);
        if let Some(moved) = self.subscribers.get(place) {
            self.places.insert(moved.session.socket_id, place);
            // The moved one may not have had its turn: go back to it.
            self.position = self.position.min(place);
        }
    }

    /// Appends a frame; whether the channel thereby becomes due.
    pub(super) fn append(&mut self, entry: Entry) -> bool {
        self.entries.push_back(entry);
        if self.is_running {
            return false;
        }
        self.is_running = true;
        self.begin_pass();
        true
    }

    fn begin_pass(&mut self) {
        self.position = 0;
        self.pass_head = self.head();
    }

    /// Writes to at most `most` subscribers all that they have not seen.
    pub(super) fn write(&mut self, most: usize) -> Slice {
        let mut slice = Slice::default();
        let mut shared = SharedBatch::default();
        while slice.writes < most {
            if self.position >= self.subscribers.len() {
                self.entries.drain(..(self.pass_head - self.base) as usize);
                self.base = self.pass_head;
                self.begin_pass();
                shared = SharedBatch::default();
                if self.entries.is_empty() {
                    self.is_running = false;
                    slice.is_done = true;
                    return slice;
                }
            }
            self.serve(&mut shared, &mut slice);
            self.position += 1;
        }
        slice
    }

    /// Brings the subscriber at `position` up to date.
    fn serve(&mut self, shared: &mut SharedBatch, slice: &mut Slice) {
        let head = self.head();
        let subscriber = &mut self.subscribers[self.position];
        if subscriber.cursor == head {
            return;
        }
        let unseen = self.entries.range((subscriber.cursor - self.base) as usize..);
        let socket_id = Some(subscriber.session.socket_id);
        if unseen.clone().any(|entry| entry.except == socket_id) {
            let frames: Vec<_> =
                unseen.filter(|entry| entry.except != socket_id).map(|entry| entry.frame.clone()).collect();
            if !frames.is_empty() {
                slice.writes += 1;
                slice.frames += frames.len();
                subscriber.session.send(&Batch::new(frames));
            }
        } else {
            slice.writes += 1;
            slice.frames += unseen.len();
            let batch = shared.get(subscriber.cursor, || unseen.map(|entry| entry.frame.clone()).collect());
            subscriber.session.send(batch);
        }
        subscriber.cursor = head;
    }
}

/// The batch of the last cursor: neighbours nearly always stand at the same place.
#[derive(Default)]
struct SharedBatch(Option<(u64, Batch)>);

impl SharedBatch {
    fn get(&mut self, cursor: u64, frames: impl FnOnce() -> Vec<Frame>) -> &Batch {
        if self.0.as_ref().is_none_or(|(at, _)| *at != cursor) {
            self.0 = None;
        }
        &self.0.get_or_insert_with(|| (cursor, Batch::new(frames()))).1
    }
}
