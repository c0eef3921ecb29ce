use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use actix::Addr;
use ahash::RandomState;
use arc_swap::{ArcSwap, Guard};
use campanile_protocol::{App, AppId, ChannelName};

use crate::{
    OverQuota, UsageCounts, UsageKind,
    activity::Feed,
    channels::Channels,
    key_uses::KeyUses,
    quota::{Places, Usage},
};

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
    pub(crate) key_uses: KeyUses,
    last_event: AtomicU64,
    pub(crate) usage: Arc<Usage>,
    open: AtomicUsize,
}

/// A connection's place in a realm. It is open, and counts towards the quotas, until this is dropped.
#[derive(Debug)]
pub struct Place {
    pub(crate) realm: Arc<Realm>,
    pub(crate) open: OpenConnection,
}

/// One open connection of a realm.
#[derive(Debug)]
pub(crate) struct OpenConnection {
    state: Arc<RealmState>,
    /// Absent while the connection does not count: the app wants it to be authorised first.
    counted: Option<Places>,
}

impl Place {
    /// Where it is.
    pub fn realm(&self) -> &Arc<Realm> {
        &self.realm
    }
}

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
        self.state.key_uses.retain(|key| app.find_key(key.as_str()).is_some());
        self.state.app.store(Arc::new(app));
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.state.open.load(Ordering::Relaxed)
    }

    /// A place for a new connection, if the quotas of the app and of its tenant leave one. Where only
    /// authorised connections count, there always is.
    pub fn admit(self: &Arc<Self>) -> Result<Place, OverQuota> {
        self.state.open.fetch_add(1, Ordering::Relaxed);
        let mut open = OpenConnection { state: self.state.clone(), counted: None };
        if !self.app().settings.authorized_connections {
            open.count()?;
        }
        Ok(Place { realm: self.clone(), open })
    }

    /// Lets so many messages be published, if the quotas of the app and of its tenant allow it. They count
    /// when they are published: see [`Realm::published`].
    pub fn allow(&self, messages: u64) -> Result<(), OverQuota> {
        self.state.usage.allow(&self.app(), messages)
    }

    /// Counts requests that published, and the messages in them. What subscribers get is counted where it
    /// is written.
    pub fn published(&self, requests: u64, messages: u64) {
        let mut counts = UsageCounts::of(UsageKind::ApiRequests, requests);
        counts.add(UsageKind::ApiMessages, messages);
        self.state.usage.add(&counts);
    }

    pub(crate) fn usage(&self) -> &Arc<Usage> {
        &self.state.usage
    }

    /// When an event was last published, to the second, in milliseconds since 1970; since the app came into
    /// use on this node.
    pub fn last_event_ms(&self) -> Option<u64> {
        let at = self.state.last_event.load(Ordering::Relaxed);
        (at > 0).then_some(at)
    }

    pub(crate) fn feed(&self) -> &Feed {
        &self.state.feed
    }

    pub(crate) fn key_uses(&self) -> &KeyUses {
        &self.state.key_uses
    }

    pub(crate) fn owner(&self, channel: &ChannelName) -> &Addr<Channels> {
        &self.owners[self.owner_index(channel)]
    }

    fn owner_index(&self, channel: &ChannelName) -> usize {
        (self.hasher.hash_one(channel) % self.owners.len() as u64) as usize
    }

    pub(crate) fn owners(&self) -> &[Addr<Channels>] {
        &self.owners
    }

    /// Channels, each with the others of its owner.
    pub(crate) fn by_owner(&self, channels: &[ChannelName]) -> Vec<(&Addr<Channels>, Vec<ChannelName>)> {
        let mut groups: Vec<_> = self.owners.iter().map(|owner| (owner, Vec::new())).collect();
        for channel in channels {
            groups[self.owner_index(channel)].1.push(channel.clone());
        }
        groups.retain(|(_, channels)| !channels.is_empty());
        groups
    }
}

impl RealmState {
    pub(crate) fn new(app: App, usage: Usage) -> Self {
        Self {
            app_id: app.id,
            app: ArcSwap::from_pointee(app),
            feed: Feed::default(),
            key_uses: KeyUses::default(),
            last_event: AtomicU64::new(0),
            usage: Arc::new(usage),
            open: AtomicUsize::new(0),
        }
    }

    pub(crate) fn app(&self) -> Guard<Arc<App>> {
        self.app.load()
    }

    /// An event was published. All workers read this word, so it is written once a second.
    pub(crate) fn note_event(&self, now_ms: u64) {
        if now_ms.saturating_sub(self.last_event.load(Ordering::Relaxed)) >= 1000 {
            self.last_event.store(now_ms, Ordering::Relaxed);
        }
    }
}

impl OpenConnection {
    pub(crate) fn is_counted(&self) -> bool {
        self.counted.is_some()
    }

    pub(crate) fn count(&mut self) -> Result<(), OverQuota> {
        self.counted = Some(self.state.usage.connect(&self.state.app())?);
        Ok(())
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.state.open.fetch_sub(1, Ordering::Relaxed);
    }
}
