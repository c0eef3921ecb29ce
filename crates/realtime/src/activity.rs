use std::sync::{
    OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use campanile_protocol::{ChannelName, SocketId, Transport};
use tokio::sync::broadcast;

/// Something that happened in an app, for its owner to watch. Never carries an event's data.
#[derive(Clone, Debug)]
pub struct Activity {
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// What.
    pub kind: ActivityKind,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum ActivityKind {
    /// A connection was established.
    Connected {
        /// Which.
        socket_id: SocketId,
        /// The client's name and version, as it says.
        client: Option<String>,
        /// How it is connected.
        transport: Transport,
    },
    /// A connection ended.
    Disconnected {
        /// Which.
        socket_id: SocketId,
    },
    /// A subscription began.
    Subscribed {
        /// Whose.
        socket_id: SocketId,
        /// To what.
        channel: ChannelName,
    },
    /// A subscription ended.
    Unsubscribed {
        /// Whose.
        socket_id: SocketId,
        /// To what.
        channel: ChannelName,
    },
    /// An event was published.
    Event {
        /// Where.
        channel: ChannelName,
        /// Its name.
        name: String,
        /// `api`, `dashboard` or `client`.
        source: &'static str,
        /// How many subscribers it went to.
        subscribers: usize,
    },
    /// A client was told that it may not.
    Refused {
        /// Which, if it got that far.
        socket_id: Option<SocketId>,
        /// The exact reason.
        message: String,
    },
}

/// Where an app's activity goes: nowhere, at the cost of one load, unless someone watches.
#[derive(Debug, Default)]
pub(crate) struct Feed {
    watchers: AtomicUsize,
    sender: OnceLock<broadcast::Sender<Activity>>,
}

/// How many activities a watcher may lag behind before it misses the oldest.
const WATCHER_ITEMS: usize = 256;

impl Feed {
    /// Tells the watchers, if there are any.
    pub(crate) fn tell(&self, kind: impl FnOnce() -> ActivityKind) {
        if self.watchers.load(Ordering::Relaxed) == 0 {
            return;
        }
        if let Some(sender) = self.sender.get() {
            // An error means that the last watcher left meanwhile.
            let _ = sender.send(Activity { at_ms: crate::node::now_ms(), kind: kind() });
        }
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Activity> {
        let receiver = self.sender.get_or_init(|| broadcast::channel(WATCHER_ITEMS).0).subscribe();
        self.watchers.fetch_add(1, Ordering::Relaxed);
        receiver
    }

    pub(crate) fn unsubscribe(&self) {
        self.watchers.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One who watches an app. Misses activities rather than slowing the app down.
#[derive(Debug)]
pub struct Watcher {
    pub(crate) realm: std::sync::Arc<crate::Realm>,
    pub(crate) receiver: broadcast::Receiver<Activity>,
}

impl Watcher {
    /// The next activity; `Err` tells how many were missed since the last one.
    pub async fn next(&mut self) -> Result<Activity, u64> {
        match self.receiver.recv().await {
            Ok(activity) => Ok(activity),
            Err(broadcast::error::RecvError::Lagged(missed)) => Err(missed),
            // The sender lives in the realm, which this watcher holds.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.realm.feed().unsubscribe();
    }
}
