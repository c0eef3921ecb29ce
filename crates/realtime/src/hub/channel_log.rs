use std::{collections::VecDeque, rc::Rc, sync::Arc};

use campanile_protocol::{Frame, SocketId, TenantId};

use super::Session;
use crate::{
    Batch, Outlet, Sent, UsageCounts, UsageKind, backlog::Waiting, quota::Usage, socket_map::SocketMap,
};

/// One channel on one worker: its subscribers, and the frames that not all of them have been written.
///
/// Every subscriber has a cursor, the number of the first frame it has not seen. A pass goes over
/// the subscribers in order and brings each up to the newest frame; when it ends, all that was there
/// at its start has been seen by everyone and is dropped.
pub(super) struct ChannelLog {
    /// Tells it from the worker's other logs, past and present.
    serial: u64,
    /// Where what is written counts.
    usage: Arc<Usage>,
    subscribers: Vec<Subscriber>,
    /// Where each subscriber stands in `subscribers`.
    places: SocketMap<usize>,
    entries: VecDeque<Entry>,
    /// The number of the first entry.
    base: u64,
    /// The subscriber whose turn it is, while a pass runs.
    position: usize,
    /// Entries before this one will have been seen by all when the pass ends.
    pass_head: u64,
    is_running: bool,
}

/// What a pass needs lies here, side by side: a pass over thousands waits for memory more than for
/// anything else that is ours.
struct Subscriber {
    outlet: Rc<dyn Outlet>,
    socket_id: SocketId,
    cursor: u64,
    /// Where the cursor would stand had it been written nothing.
    silent: u64,
    session: Rc<Session>,
}

impl Subscriber {
    /// Whether it was taken. One that is ending takes nothing, whatever its outlet says.
    fn send(&self, batch: &Batch) -> bool {
        if self.session.is_ending() {
            return false;
        }
        let sent = self.outlet.send(batch);
        if sent == Sent::Full {
            self.session.close_slow_reader();
        }
        sent == Sent::Taken
    }
}

/// A frame that waits for its turn.
pub(super) struct Entry {
    pub(super) frame: Frame,
    pub(super) kind: UsageKind,
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
    /// Those of them that were taken, by what they count as.
    pub(crate) counts: UsageCounts,
    /// Everyone has seen everything.
    pub(crate) is_done: bool,
}

impl ChannelLog {
    pub(super) fn new(serial: u64, usage: Arc<Usage>) -> Self {
        Self {
            serial,
            usage,
            subscribers: Vec::new(),
            places: SocketMap::default(),
            entries: VecDeque::new(),
            base: 0,
            position: 0,
            pass_head: 0,
            is_running: false,
        }
    }

    pub(super) fn tenant_id(&self) -> TenantId {
        self.usage.tenant_id
    }

    pub(super) fn is_empty(&self) -> bool {
        self.subscribers.is_empty()
    }

    pub(super) fn subscribers(&self) -> impl Iterator<Item = &Rc<Session>> {
        self.subscribers.iter().map(|subscriber| &subscriber.session)
    }

    /// How many frames a subscriber has been written.
    pub(super) fn written_to(&self, socket_id: SocketId) -> u64 {
        let found = self.places.get(&socket_id).and_then(|place| self.subscribers.get(*place));
        found.map_or(0, |subscriber| subscriber.cursor - subscriber.silent)
    }

    fn head(&self) -> u64 {
        self.base + self.entries.len() as u64
    }

    /// Adds a subscriber, who sees what comes from now on.
    pub(super) fn attach(&mut self, session: Rc<Session>) {
        self.places.insert(session.socket_id, self.subscribers.len());
        let (outlet, socket_id) = (session.outlet().clone(), session.socket_id);
        if self.subscribers.is_empty() {
            // Most channels have one subscriber, and a vector begins with room for four.
            self.subscribers.reserve_exact(1);
        }
        let cursor = self.head();
        self.subscribers.push(Subscriber { outlet, socket_id, cursor, silent: cursor, session });
    }

    pub(super) fn detach(&mut self, socket_id: SocketId) {
        let Some(place) = self.places.remove(&socket_id) else { return };
        let gone = self.subscribers.swap_remove(place);
        gone.session.count_sent(gone.cursor - gone.silent);
        if let Some(moved) = self.subscribers.get(place) {
            self.places.insert(moved.socket_id, place);
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

    /// Writes to at most `most` subscribers all that they have not seen, and counts it.
    pub(super) fn write(&mut self, most: usize, shared: &mut Shared) -> Slice {
        let slice = self.pass(most, shared);
        self.usage.add(&slice.counts);
        slice
    }

    fn pass(&mut self, most: usize, shared: &mut Shared) -> Slice {
        let mut slice = Slice::default();
        while slice.writes < most {
            if self.position >= self.subscribers.len() {
                self.entries.drain(..(self.pass_head - self.base) as usize);
                self.base = self.pass_head;
                self.begin_pass();
                *shared = Shared::default();
                if self.entries.is_empty() {
                    // What a burst needed, an idle channel gives back.
                    self.entries.shrink_to(4);
                    self.is_running = false;
                    slice.is_done = true;
                    return slice;
                }
            }
            self.serve(shared, &mut slice);
            self.position += 1;
        }
        slice
    }

    /// Brings the subscriber at `position` up to date.
    fn serve(&mut self, shared: &mut Shared, slice: &mut Slice) {
        let head = self.head();
        let subscriber = &mut self.subscribers[self.position];
        if subscriber.cursor == head {
            return;
        }
        let unseen = self.entries.range((subscriber.cursor - self.base) as usize..);
        let due = shared.get((self.serial, subscriber.cursor, head), unseen.clone());
        let socket_id = Some(subscriber.socket_id);
        if due.has_exceptions && unseen.clone().any(|entry| entry.except == socket_id) {
            let meant = unseen.filter(|entry| entry.except != socket_id);
            let counts = count(meant.clone());
            let frames: Vec<_> = meant.map(|entry| entry.frame.clone()).collect();
            subscriber.silent += head - subscriber.cursor - frames.len() as u64;
            if !frames.is_empty() {
                slice.writes += 1;
                slice.frames += frames.len();
                if subscriber.send(&Batch::new(frames)) {
                    slice.counts += counts;
                }
            }
        } else {
            slice.writes += 1;
            slice.frames += unseen.len();
            if subscriber.send(&due.batch) {
                slice.counts += due.counts;
            }
        }
        subscriber.cursor = head;
    }
}

/// What entries count as, written to one subscriber.
fn count<'a>(entries: impl Iterator<Item = &'a Entry>) -> UsageCounts {
    let mut counts = UsageCounts::default();
    entries.for_each(|entry| counts.add(entry.kind, 1));
    counts
}

/// What was due last on the worker: neighbours nearly always stand at the same place, also across
/// slices.
#[derive(Default)]
pub(super) struct Shared(Option<Due>);

struct Due {
    /// The log, the number of the first frame, and that after the last.
    place: (u64, u64, u64),
    batch: Batch,
    counts: UsageCounts,
    /// Some connection must not receive all of it.
    has_exceptions: bool,
}

impl Shared {
    fn get<'a>(&mut self, place: (u64, u64, u64), unseen: impl Iterator<Item = &'a Entry> + Clone) -> &Due {
        self.0.take_if(|due| due.place != place);
        self.0.get_or_insert_with(|| Due {
            place,
            has_exceptions: unseen.clone().any(|entry| entry.except.is_some()),
            counts: count(unseen.clone()),
            batch: unseen.map(|entry| entry.frame.clone()).collect(),
        })
    }
}
