use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use actix::Addr;
use ahash::RandomState;
use arc_swap::{ArcSwap, Guard};
use campanile_protocol::{App, AppId, ChannelName};

use crate::{Watcher, activity::Feed, channels::Channels};

/// One app on this node: its settings, and who owns its channels. Lives as long as someone holds it:
/// a connection, a request or the cache of apps. With it end its channel actors.
#[derive(Debug)]
pub struct Realm {
    state: Arc<RealmState>,
    /// One per worker; a channel belongs to the one its name hashes to, so that a large app spreads.
    owners: Box<[Addr<Channels>]>,
    hasher: RandomState,
}

/// What the channel actors of a realm share with it, without keeping it alive.
#[derive(Debug)]
pub(crate) struct RealmState {
    pub(crate) app_id: AppId,
    app: ArcSwap<App>,
    pub(crate) feed: Feed,
    open: AtomicUsize,
}

/// One open connection of a realm; it is counted for as long as this lives.
#[derive(Debug)]
pub(crate) struct OpenConnection(Arc<RealmState>);

impl Realm {
    pub(crate) fn new(state: Arc<RealmState>, owners: Box<[Addr<Channels>]>) -> Self {
        Self { state, owners, hasher: RandomState::new() }
    }

    /// The app as it is now. Takes no lock.
    pub fn app(&self) -> Guard<Arc<App>> {
        self.state.app.load()
    }

    /// Puts new settings and keys in force for every connection, open ones included.
    pub fn update(&self, app: App) {
        self.state.app.store(Arc::new(app));
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.state.open.load(Ordering::Relaxed)
    }

    /// Watches what happens from now on.
    pub fn watch(self: &Arc<Self>) -> Watcher {
        Watcher { realm: self.clone(), receiver: self.feed().subscribe() }
    }

    pub(crate) fn feed(&self) -> &Feed {
        &self.state.feed
    }

    pub(crate) fn owner(&self, channel: &ChannelName) -> &Addr<Channels> {
        let hash = self.hasher.hash_one(channel);
        &self.owners[(hash % self.owners.len() as u64) as usize]
    }

    pub(crate) fn owners(&self) -> &[Addr<Channels>] {
        &self.owners
    }

    pub(crate) fn open(&self) -> OpenConnection {
        self.state.open.fetch_add(1, Ordering::Relaxed);
        OpenConnection(self.state.clone())
    }
}

impl RealmState {
    pub(crate) fn new(app: App) -> Self {
        let app_id = app.id;
        Self { app_id, app: ArcSwap::from_pointee(app), feed: Feed::default(), open: AtomicUsize::new(0) }
    }

    pub(crate) fn app(&self) -> Guard<Arc<App>> {
        self.app.load()
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}
