use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use actix::Addr;
use ahash::RandomState;
use arc_swap::{ArcSwap, Guard};
use campanile_protocol::{App, AppId, ChannelName};

use crate::{
    OverQuota, Watcher,
    activity::Feed,
    channels::Channels,
    quota::{Counted, Meter},
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
    pub(crate) meter: Arc<Usage>,
    open: AtomicUsize,
}

/// What an app and its tenant use of their quotas.
#[derive(Debug)]
pub(crate) struct Usage {
    app: Arc<Meter>,
    tenant: Arc<Meter>,
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
    counted: Option<(Counted, Counted)>,
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

    /// Counts messages towards the daily quotas.
    pub fn count_messages(&self, messages: u64) {
        self.state.meter.add(messages);
    }

    /// Whether the app or its tenant has sent all the messages it may send today.
    pub fn is_over_message_quota(&self) -> bool {
        let app = self.app();
        let Usage { app: of_app, tenant } = &*self.state.meter;
        of_app.is_over(app.settings.max_messages_per_day)
            || tenant.is_over(app.tenant_quotas.max_messages_per_day)
    }

    /// Watches what happens from now on.
    pub fn watch(self: &Arc<Self>) -> Watcher {
        Watcher { realm: self.clone(), receiver: self.feed().subscribe() }
    }

    pub(crate) fn feed(&self) -> &Feed {
        &self.state.feed
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
    pub(crate) fn new(app: App, [of_app, of_tenant]: [Arc<Meter>; 2]) -> Self {
        Self {
            app_id: app.id,
            app: ArcSwap::from_pointee(app),
            feed: Feed::default(),
            meter: Arc::new(Usage { app: of_app, tenant: of_tenant }),
            open: AtomicUsize::new(0),
        }
    }

    pub(crate) fn app(&self) -> Guard<Arc<App>> {
        self.app.load()
    }
}

impl Usage {
    pub(crate) fn add(&self, messages: u64) {
        self.app.add(messages);
        self.tenant.add(messages);
    }
}

impl OpenConnection {
    pub(crate) fn is_counted(&self) -> bool {
        self.counted.is_some()
    }

    pub(crate) fn count(&mut self) -> Result<(), OverQuota> {
        let app = self.state.app();
        let Usage { app: of_app, tenant } = &*self.state.meter;
        let in_app = of_app.connect(app.settings.max_connections)?;
        let in_tenant = tenant.connect(app.tenant_quotas.max_connections)?;
        self.counted = Some((in_app, in_tenant));
        Ok(())
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.state.open.fetch_sub(1, Ordering::Relaxed);
    }
}
