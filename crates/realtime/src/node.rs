use std::{
    sync::{
        Arc, Mutex, RwLock, Weak,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actix::{Addr, Context, dev::channel::AddressReceiver, dev::channel::channel};
use ahash::AHashMap;
use campanile_protocol::{
    Access, App, AppId, ChannelName, CloseCode, Event, LimitName, LimitScope, SocketId, Transport, UserId,
};
use futures_util::future::join_all;
use thiserror::Error;

use crate::{
    ChannelInfo, Engine, Envelope, Observer, Realm, Source, Worker,
    backlog::Backlog,
    channels::{
        ChannelCommand, ChannelPublication, Channels, FindChannel, ListMembers, Remembered, Settle,
        Surroundings, Sweep,
    },
    hub::{CloseConnections, Host, Hub, Slice, Table},
    quota::{Meters, Usage, own_stripe},
    realm::RealmState,
    tallies::ByCode,
};

/// This process's part of the platform: its workers, and the apps that are in use on them.
pub struct Node {
    hubs: Arc<[Addr<Hub>]>,
    /// The mailboxes of hubs whose worker has not joined yet.
    unclaimed: Mutex<Vec<(usize, AddressReceiver<Hub>)>>,
    counters: Box<[Arc<WorkerCounters>]>,
    realms: RwLock<AHashMap<AppId, Weak<Realm>>>,
    /// What apps and tenants use, also after their realms have ended: the day's messages stay counted.
    meters: Meters,
    engine: Box<dyn Engine>,
    observer: Arc<dyn Observer>,
    remembered: Remembered,
    refused: ByCode,
    closed: ByCode,
}

/// A validated event aimed at channels of one app.
#[derive(Clone, Debug)]
pub struct Publication {
    /// The event.
    pub event: Event,
    /// Where it goes, each channel once.
    pub channels: Vec<ChannelName>,
    /// The connection that must not receive it.
    pub except: Option<SocketId>,
    /// Who publishes.
    pub source: Source,
}

/// Why a publication was refused as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PublishError {
    /// The node's queues are full; worth another try in a second.
    #[error("the server is overloaded")]
    Overloaded,
}

/// Why a question about channels has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum QueryError {
    /// A channel actor did not answer in time.
    #[error("the server is overloaded")]
    Overloaded,
}

/// What a worker has done and holds. Written by its own thread, read by whoever asks.
#[derive(Debug, Default)]
pub(crate) struct WorkerCounters {
    connections: AtomicUsize,
    by_transport: [AtomicUsize; Transport::ALL.len()],
    opened: AtomicU64,
    messages_in: AtomicU64,
    messages_out: AtomicU64,
    writes: AtomicU64,
}

/// The sums over all workers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Open connections.
    pub connections: usize,
    /// Messages received from clients.
    pub messages_in: u64,
    /// Frames of channels written to subscribers.
    pub messages_out: u64,
    /// Writes they took: at most one per subscriber and event.
    pub writes: u64,
    /// Open connections by how they are connected, in the order of [`Transport::ALL`].
    pub by_transport: [usize; Transport::ALL.len()],
    /// Connections that came in.
    pub opened: u64,
    /// Clients that were not let in, by the code they were told, in the order of [`CloseCode::NAMES`].
    pub refused: [u64; CloseCode::NAMES.len()],
    /// Connections that the server ended, likewise.
    pub closed: [u64; CloseCode::NAMES.len()],
    /// Bytes of events that wait inside the node.
    pub backlog_bytes: usize,
    /// Where publishing is refused.
    pub backlog_limit_bytes: usize,
}

/// One connection, counted by its transport for as long as this lives.
pub(crate) struct Present {
    counters: Arc<WorkerCounters>,
    transport: Transport,
}

/// How long a channel actor may take to answer a question.
pub(crate) const QUERY_TIMEOUT: Duration = Duration::from_secs(5);
/// How often what cache channels remember is looked through.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);

impl Node {
    /// A node of `workers` threads, which [join](Self::join) it one by one.
    pub fn new<E: Engine>(
        workers: usize,
        observer: Arc<dyn Observer>,
        engine: impl FnOnce(Weak<Self>) -> E,
    ) -> Arc<Self> {
        let (hubs, mailboxes): (Vec<_>, Vec<_>) = (0..workers)
            .map(|index| {
                let (sender, receiver) = channel(16);
                (Addr::new(sender), (index, receiver))
            })
            .unzip();
        Arc::new_cyclic(|node| Self {
            hubs: hubs.into(),
            unclaimed: Mutex::new(mailboxes),
            counters: (0..workers).map(|_| Arc::default()).collect(),
            realms: RwLock::default(),
            meters: Meters::new(workers),
            engine: Box::new(engine(node.clone())),
            observer,
            remembered: Remembered::default(),
            refused: ByCode::default(),
            closed: ByCode::default(),
        })
    }

    /// Makes the current thread one of the node's workers. `None` when it has all of them.
    pub fn join(self: &Arc<Self>) -> Option<std::rc::Rc<Worker>> {
        let (index, mailbox) = self.unclaimed.lock().expect("no one panics holding it").pop()?;
        own_stripe(index);
        let table = Table::new(self.counters[index].clone());
        Context::with_receiver(mailbox).run(Hub::new(table.clone()));
        if index == 0 {
            actix_rt::spawn(sweep_forever(Arc::downgrade(self)));
        }
        Some(std::rc::Rc::new(Worker::new(self.clone(), index, table)))
    }

    /// The realm of an app, made when it is first needed; settings given to an existing one are
    /// ignored, see [`Realm::update`].
    pub fn realm(&self, app: &App) -> Arc<Realm> {
        if let Some(realm) = self.find_realm(app.id) {
            return realm;
        }
        // Before: reading the meters of thousands of apps takes its time, and everybody needs the realms.
        let usage = self.meters.usage(app.tenant_id, app.id);
        let mut realms = self.realms.write().expect("no one panics holding it");
        if let Some(realm) = realms.get(&app.id).and_then(Weak::upgrade) {
            return realm;
        }
        if realms.len() == realms.capacity() {
            realms.retain(|_, realm| realm.strong_count() > 0);
        }
        let realm = Arc::new(self.start_realm(app.clone(), usage));
        realms.insert(app.id, Arc::downgrade(&realm));
        realm
    }

    /// The realm of an app that is in use.
    pub fn find_realm(&self, app_id: AppId) -> Option<Arc<Realm>> {
        self.realms.read().expect("no one panics holding it").get(&app_id)?.upgrade()
    }

    fn start_realm(&self, app: App, usage: Usage) -> Realm {
        let state = Arc::new(RealmState::new(app, usage));
        let owners = self.hubs.iter().enumerate().map(|(worker, hub)| {
            let (sender, mailbox) = channel(16);
            let (realm, hubs, observer) = (state.clone(), self.hubs.clone(), self.observer.clone());
            let remembered = self.remembered.clone();
            hub.do_send(Host(Box::new(move |table| {
                let table = table.clone();
                let surroundings = Surroundings { hubs, worker, table, observer, remembered };
                Context::with_receiver(mailbox).run(Channels::new(realm, surroundings));
            })));
            Addr::new(sender)
        });
        let owners = owners.collect();
        Realm::new(state, owners)
    }

    pub(crate) fn hubs(&self) -> &[Addr<Hub>] {
        &self.hubs
    }

    pub(crate) fn observer(&self) -> &dyn Observer {
        &*self.observer
    }

    /// Publishes one event to each of its channels, in order. `Ok` means that the engine has it, not
    /// that anyone received it.
    pub fn publish(&self, app_id: AppId, publication: Publication) -> Result<(), PublishError> {
        if self.find_realm(app_id).is_some_and(|realm| realm.usage().share.is_full()) {
            return Err(PublishError::Overloaded);
        }
        let Publication { event, channels, except, source } = publication;
        for channel in channels {
            self.engine.publish(Envelope {
                app_id,
                channel,
                event: event.clone(),
                except,
                source: source.clone(),
            });
        }
        Ok(())
    }

    /// Publishes what a subscriber sent; its connection has asked whether that is allowed.
    pub(crate) fn publish_client_event(&self, envelope: Envelope) {
        self.engine.publish(envelope);
    }

    /// Takes what the engine delivers, from whichever node it came, and hands it to the channel's
    /// owner. An app that is not in use here has no subscribers here.
    pub fn receive(&self, envelope: Envelope) {
        let Some(realm) = self.find_realm(envelope.app_id) else { return };
        let Envelope { channel, event, except, source, .. } = envelope;
        let waiting = realm.usage().share.add(event.data.as_json().len());
        let publication = ChannelPublication { channel, event, except, source };
        realm.owner(&publication.channel).do_send(ChannelCommand::Publish { publication, waiting });
    }

    /// One channel of an app, as every event published before has left it.
    pub async fn find_channel(&self, realm: &Realm, channel: ChannelName) -> Result<ChannelInfo, QueryError> {
        if channel.access() == Access::User {
            // Who is signed in is nobody's business.
            return Ok(ChannelInfo::default());
        }
        let owner = realm.owner(&channel);
        owner.send(FindChannel(channel)).timeout(QUERY_TIMEOUT).await.map_err(|_| QueryError::Overloaded)
    }

    /// The users of a presence channel, each once.
    pub async fn list_members(&self, realm: &Realm, channel: ChannelName) -> Result<Vec<UserId>, QueryError> {
        let owner = realm.owner(&channel);
        owner.send(ListMembers(channel)).timeout(QUERY_TIMEOUT).await.map_err(|_| QueryError::Overloaded)
    }

    /// Closes every connection that is signed in as the user whose own channel this is.
    pub fn terminate_user(&self, realm: &Realm, channel: ChannelName) {
        realm.owner(&channel).do_send(ChannelCommand::Terminate { channel });
    }

    /// Waits until the owners of all channels have acted upon everything asked of them so far; for some
    /// seconds at most.
    pub async fn settle(&self) {
        let realms = self.realms();
        let owners = realms.iter().flat_map(|realm| realm.owners());
        // One that does not answer in time has more to do than there is time for.
        join_all(owners.map(|owner| owner.send(Settle).timeout(QUERY_TIMEOUT))).await;
    }

    /// The realms of all apps that are in use.
    pub fn realms(&self) -> Vec<Arc<Realm>> {
        let realms = self.realms.read().expect("no one panics holding it");
        realms.values().filter_map(Weak::upgrade).collect()
    }

    fn sweep(&self) {
        for realm in self.realms() {
            realm.feed().sweep();
            realm.owners().iter().for_each(|owner| owner.do_send(Sweep));
        }
    }

    pub(crate) fn meters(&self) -> &Meters {
        &self.meters
    }

    /// Closes the connections of one app, or all: each client is told why.
    pub fn close_connections(&self, app_id: Option<AppId>, code: CloseCode) {
        for hub in &*self.hubs {
            hub.do_send(CloseConnections { app_id, code });
        }
    }

    /// What the node has done and holds.
    pub fn counters(&self) -> Counters {
        let sum = |read: fn(&WorkerCounters) -> &AtomicU64| -> u64 {
            self.counters.iter().map(|worker| read(worker).load(Ordering::Relaxed)).sum()
        };
        let open = |read: &dyn Fn(&WorkerCounters) -> &AtomicUsize| -> usize {
            self.counters.iter().map(|worker| read(worker).load(Ordering::Relaxed)).sum()
        };
        Counters {
            connections: open(&|worker| &worker.connections),
            messages_in: sum(|worker| &worker.messages_in),
            messages_out: sum(|worker| &worker.messages_out),
            writes: sum(|worker| &worker.writes),
            by_transport: std::array::from_fn(|index| open(&|worker| &worker.by_transport[index])),
            opened: sum(|worker| &worker.opened),
            refused: self.refused.read(),
            closed: self.closed.read(),
            backlog_bytes: self.meters.backlog().bytes(),
            backlog_limit_bytes: Backlog::MAX_BYTES,
        }
    }

    /// How often which limit stood in the way, of any app's or any tenant's.
    pub fn limits_reached(&self) -> Vec<(LimitName, LimitScope, u64)> {
        self.meters.exceeded().read()
    }

    /// Counts a client that was not let in.
    pub fn count_refused(&self, code: CloseCode) {
        self.refused.add(code);
    }

    pub(crate) fn count_closed(&self, code: CloseCode) {
        self.closed.add(code);
    }
}

async fn sweep_forever(node: Weak<Node>) {
    loop {
        tokio::time::sleep(SWEEP_INTERVAL).await;
        match node.upgrade() {
            Some(node) => node.sweep(),
            None => return,
        }
    }
}

impl WorkerCounters {
    pub(crate) fn set_connections(&self, connections: usize) {
        self.connections.store(connections, Ordering::Relaxed);
    }

    /// Counts a connection that came in, and that it is there. To be called by the worker's own thread, which
    /// keeps what it gets.
    pub(crate) fn enter(self: &Arc<Self>, transport: Transport) -> Present {
        add(&self.opened, 1);
        self.by_transport[transport as usize].fetch_add(1, Ordering::Relaxed);
        Present { counters: self.clone(), transport }
    }

    pub(crate) fn add_in(&self) {
        add(&self.messages_in, 1);
    }

    pub(crate) fn add_out(&self, slice: &Slice) {
        add(&self.messages_out, slice.frames as u64);
        add(&self.writes, slice.writes as u64);
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.counters.by_transport[self.transport as usize].fetch_sub(1, Ordering::Relaxed);
    }
}

/// Adds without a locked instruction: only the worker's own thread writes.
fn add(counter: &AtomicU64, more: u64) {
    counter.store(counter.load(Ordering::Relaxed) + more, Ordering::Relaxed);
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis() as u64
}
