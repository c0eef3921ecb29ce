//! Where the sessions of HTTP transports live. Each has a home, the worker on which it began; requests
//! come in on any worker and are passed on, with their socket where the response goes on.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use ahash::AHashMap;
use bytestring::ByteString;
use campanile_protocol::CloseCode;
use tokio::sync::{mpsc, oneshot};

use crate::{reception::Reception, service::Service, session::Policy};

/// A session's name: what it is below, and what the client calls it.
pub(crate) type SessionKey = Arc<str>;

/// The homes of all sessions of the node, shared by its workers.
#[derive(Clone, Default)]
pub struct Homes(Arc<Shared>);

#[derive(Default)]
struct Shared {
    shards: [Mutex<AHashMap<SessionKey, usize>>; SHARDS],
    hasher: RandomState,
    workers: Mutex<Vec<mpsc::UnboundedSender<Order>>>,
    receptions: AtomicU64,
}

/// What one worker asks of another. Each belongs to a request that waits, so their number is bounded by
/// that of connections.
pub(crate) enum Order {
    /// Begin or go on with a session.
    Receive { key: SessionKey, reception: Box<Reception>, opening: Opening },
    /// Whether a session is there and can go on after so many messages.
    Keep { key: SessionKey, number: u64, keeps: oneshot::Sender<bool> },
    /// Go on with such a session.
    Resume { key: SessionKey, number: u64, reception: Box<Reception> },
    /// Take messages of a client.
    Say { key: SessionKey, messages: Vec<ByteString>, said: oneshot::Sender<Said> },
    /// Tell every client why it is over.
    CloseAll(CloseCode),
    /// A reception has ended without an answer.
    Lose { key: SessionKey, reception_id: u64 },
}

/// How a session that does not exist begins.
pub(crate) struct Opening {
    pub(crate) policy: Policy,
    pub(crate) service: Service,
}

/// What became of a client's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Taken,
    /// There is no such session.
    Unknown,
    /// More waits than may.
    Full,
}

const SHARDS: usize = 16;
/// Room that a shard keeps for the next wave.
const SHARD_KEPT: usize = 1024;

impl Homes {
    /// Tells the clients of all sessions why they are over, also those whose app is not known yet.
    pub fn close_sessions(&self, code: CloseCode) {
        let workers = self.0.workers.lock().expect("no one panics holding it");
        for worker in &*workers {
            // One that has ended has no clients.
            let _ = worker.send(Order::CloseAll(code));
        }
    }

    /// Adds a worker; returns its number and what it will be asked.
    pub(crate) fn join(&self) -> (usize, mpsc::UnboundedReceiver<Order>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut workers = self.0.workers.lock().expect("no one panics holding it");
        workers.push(sender);
        (workers.len() - 1, receiver)
    }

    /// A number for a reception that no other has.
    pub(crate) fn new_reception_id(&self) -> u64 {
        self.0.receptions.fetch_add(1, Ordering::Relaxed)
    }

    /// The home of a session, if there is one.
    pub(crate) fn find(&self, key: &str) -> Option<usize> {
        self.shard(key).get(key).copied()
    }

    /// The home of a session: this worker, if it has none yet.
    pub(crate) fn claim(&self, key: &SessionKey, worker: usize) -> usize {
        *self.shard(key).entry(key.clone()).or_insert(worker)
    }

    /// The session is gone.
    pub(crate) fn forget(&self, key: &str) {
        let mut shard = self.shard(key);
        shard.remove(key);
        if shard.capacity() > SHARD_KEPT && shard.len() * 4 < shard.capacity() {
            shard.shrink_to_fit();
        }
    }

    /// Asks another worker. One that has ended drops what it is asked, and its requests end with it.
    pub(crate) fn ask(&self, worker: usize, order: Order) {
        let workers = self.0.workers.lock().expect("no one panics holding it");
        if let Some(worker) = workers.get(worker) {
            let _ = worker.send(order);
        }
    }

    fn shard(&self, key: &str) -> MutexGuard<'_, AHashMap<SessionKey, usize>> {
        let shard = self.0.hasher.hash_one(key) as usize % SHARDS;
        self.0.shards[shard].lock().expect("no one panics holding it")
    }
}
