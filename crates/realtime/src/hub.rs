mod channel_log;
mod due;
mod inspect;
mod liveness;
mod load;
mod session;

use std::{
    cell::RefCell,
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
    time::{Duration, Instant},
};

use actix::{Actor, AsyncContext, Context, Handler, Message};
use ahash::AHashMap;
use campanile_protocol::{AppId, ChannelName, CloseCode, Frame, SocketId, TenantId};
use tokio::sync::Notify;

pub use self::inspect::{ConnectionQuery, ConnectionSummary, Told};
pub(crate) use self::{
    channel_log::Slice,
    inspect::{Examined, Scan, Scanned},
    session::{End, Session, Wiring},
};
use self::{
    channel_log::{ChannelLog, Entry, Shared as SharedBatch},
    due::{DueQueue, Turn},
};
use crate::{
    Batch, UsageCounts, UsageKind, backlog::Waiting, node::WorkerCounters, turn::Turn as MailboxTurn,
};

/// A worker's own table of subscribers, and the place that writes to them.
///
/// An event is appended to the channel's log and the handler returns. A task of the worker then
/// passes over the subscribers, a slice at a time, and writes to each all that it has not seen:
/// between slices the worker reads, accepts and takes new events, which join the pass.
pub(crate) struct Hub {
    table: Table,
    turn: MailboxTurn,
}

/// The table, shared with the connections of the same worker. Never borrowed across an await.
#[derive(Clone)]
pub(crate) struct Table(Rc<Shared>);

struct Shared {
    state: RefCell<State>,
    /// Rung when a channel has something to write.
    due: Notify,
    counters: std::sync::Arc<WorkerCounters>,
}

#[derive(Default)]
struct State {
    /// In an order, so that they can be listed page by page.
    sessions: BTreeMap<(AppId, SocketId), Rc<Session>>,
    /// In boxes: a table that grows must hold its entries twice, and keeps room for as many again.
    channels: AHashMap<ChannelKey, Box<ChannelLog>>,
    /// Channels with something to write, each once; tenants are served in turn.
    due: DueQueue<TenantId, ChannelKey>,
    shared: SharedBatch,
    /// How many logs there have been.
    logs: u64,
    /// The app whose connection was the last to be closed for the node's sake.
    stopped_at: Option<AppId>,
}

type ChannelKey = (AppId, ChannelName);

/// What channel owners and the node ask of a hub.
pub(crate) enum HubCommand {
    /// Begin a subscription, with the frames that say so; whether a remembered event is among them.
    Attach { channel: ChannelName, socket_id: SocketId, number: u64, welcome: Vec<Frame>, recalled: bool },
    /// Tell a connection that it may not subscribe.
    Refuse { channel: ChannelName, socket_id: SocketId, number: u64, frame: Frame },
    /// End a subscription.
    Detach { channel: ChannelName, socket_id: SocketId },
    /// Write a frame to every subscriber but one.
    Deliver {
        channel: ChannelName,
        frame: Frame,
        kind: UsageKind,
        except: Option<SocketId>,
        waiting: Waiting,
    },
    /// Tell a connection who of the users it watches is online.
    Watched { socket_id: SocketId, online: Vec<ChannelName>, offline: Vec<ChannelName>, is_answer: bool },
    /// Close every subscriber.
    CloseSubscribers { channel: ChannelName, code: CloseCode },
    /// Forget the channel and close every subscriber: its owner lost track of it.
    Abandon { channel: ChannelName },
}

/// A command of one app.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct AppCommand {
    app_id: AppId,
    command: HubCommand,
}

/// Runs something on the worker's thread, e.g. starts an actor there.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Host(pub(crate) Box<dyn FnOnce(&Table) + Send>);

/// Closes the worker's connections with a code: those of one app, or all.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct CloseConnections {
    pub(crate) app_id: Option<AppId>,
    pub(crate) code: CloseCode,
}

/// Commands handled in a row: most of them append to a log, which takes less than a microsecond.
const COMMANDS_IN_A_ROW: u32 = 1024;
/// Writes to one tenant in a row, and about as many between two yields. Fewer cost more yields, more let reads,
/// and other tenants, wait.
const SLICE_WRITES: usize = 64;
/// What they may take: in a flood of events frames join, and a write is no longer a matter of microseconds.
const SLICE_TIME: Duration = Duration::from_micros(500);
/// Writes between two looks at the clock.
const LOOK_EVERY: usize = 16;
/// How often silent connections are looked for.
const SWEEP_INTERVAL: Duration = Duration::from_secs(5);
/// Connections told to go in a row.
pub(crate) const CLOSE_SLICE: usize = 64;

impl HubCommand {
    pub(crate) fn of(self, app_id: AppId) -> AppCommand {
        AppCommand { app_id, command: self }
    }

    fn channel(&self) -> Option<&ChannelName> {
        match self {
            Self::Attach { channel, .. }
            | Self::Refuse { channel, .. }
            | Self::Detach { channel, .. }
            | Self::Deliver { channel, .. }
            | Self::CloseSubscribers { channel, .. }
            | Self::Abandon { channel } => Some(channel),
            Self::Watched { .. } => None,
        }
    }
}

impl Hub {
    pub(crate) fn new(table: Table) -> Self {
        Self { table, turn: MailboxTurn::of(COMMANDS_IN_A_ROW) }
    }
}

impl Table {
    pub(crate) fn new(counters: std::sync::Arc<WorkerCounters>) -> Self {
        Self(Rc::new(Shared { state: RefCell::default(), due: Notify::new(), counters }))
    }

    pub(crate) fn register(&self, session: Rc<Session>) {
        let mut state = self.0.state.borrow_mut();
        state.sessions.insert((session.app_id, session.socket_id), session);
        self.0.counters.set_connections(state.sessions.len());
    }

    /// Forgets a connection. Its channels are told by their owners; until then the log skips it.
    pub(crate) fn deregister(&self, session: &Session) {
        // A connection's end may be the unwinding of a panic that happened under our own borrow.
        let Ok(mut state) = self.0.state.try_borrow_mut() else { return };
        if let Some(session) = state.sessions.remove(&(session.app_id, session.socket_id)) {
            session.end();
        }
        self.0.counters.set_connections(state.sessions.len());
    }

    pub(crate) fn counters(&self) -> &std::sync::Arc<WorkerCounters> {
        &self.0.counters
    }

    /// Does what is asked. A bug in it costs one channel.
    pub(crate) fn obey(&self, app_id: AppId, command: HubCommand) {
        let channel = command.channel().cloned();
        if catch_unwind(AssertUnwindSafe(|| self.act(app_id, command))).is_err() {
            tracing::error!(app.id = %app_id, ?channel, "a command to the hub panicked");
            if let Some(channel) = channel {
                self.0.state.borrow_mut().abandon(&(app_id, channel));
            }
        }
    }

    fn act(&self, app_id: AppId, command: HubCommand) {
        let mut state = self.0.state.borrow_mut();
        let state = &mut *state;
        match command {
            HubCommand::Attach { channel, socket_id, number, welcome, recalled } => {
                let Some(session) = state.sessions.get(&(app_id, socket_id)) else { return };
                if !session.dialogue().subscribed(&channel, number) {
                    return;
                }
                if !welcome.is_empty() && session.offer(&Batch::new(welcome)) && recalled {
                    session.usage.add(&UsageCounts::of(UsageKind::DeliveredCached, 1));
                }
                let log = state.channels.entry((app_id, channel)).or_insert_with(|| {
                    state.logs += 1;
                    Box::new(ChannelLog::new(state.logs, session.usage.clone()))
                });
                log.attach(session.clone());
            }
            HubCommand::Refuse { channel, socket_id, number, frame } => {
                let Some(session) = state.sessions.get(&(app_id, socket_id)) else { return };
                if session.dialogue().refused(&channel, number) {
                    session.send(&Batch::from(frame));
                }
            }
            HubCommand::Watched { socket_id, online, offline, is_answer } => {
                let Some(session) = state.sessions.get(&(app_id, socket_id)) else { return };
                let told = session.dialogue().watched(&online, &offline, is_answer);
                if let Some(frame) = told {
                    session.send(&Batch::from(frame));
                }
            }
            HubCommand::CloseSubscribers { channel, code } => {
                if let Some(log) = state.channels.get(&(app_id, channel)) {
                    log.subscribers().for_each(|session| session.close(code));
                }
            }
            HubCommand::Detach { channel, socket_id } => {
                let key = (app_id, channel);
                if let Some(log) = state.channels.get_mut(&key) {
                    log.detach(socket_id);
                    if log.is_empty() {
                        state.channels.remove(&key);
                    }
                }
            }
            HubCommand::Deliver { channel, frame, kind, except, waiting } => {
                let key = (app_id, channel);
                let Some(log) = state.channels.get_mut(&key) else { return };
                if log.append(Entry { frame, kind, except, _waiting: waiting }) {
                    state.due.push(log.tenant_id(), key);
                    self.0.due.notify_one();
                }
            }
            HubCommand::Abandon { channel } => {
                state.abandon(&(app_id, channel));
            }
        }
    }

    /// Writes for about as long as a slice takes, in turns of one tenant each; whether more is due.
    fn write_slice(&self) -> bool {
        let mut state = self.0.state.borrow_mut();
        let mut writes = 0;
        while writes < SLICE_WRITES {
            let Some(mut turn) = state.due.begin_turn() else { return false };
            writes += self.write_turn(&mut state, &mut turn);
            state.due.end_turn(turn);
        }
        !state.due.is_empty()
    }

    /// Writes what is due to one tenant's subscribers, a slice at most; how many writes it took.
    fn write_turn(&self, state: &mut State, turn: &mut Turn<TenantId, ChannelKey>) -> usize {
        let (began, mut left) = (Instant::now(), SLICE_WRITES);
        while left > 0 && began.elapsed() < SLICE_TIME {
            let Some(key) = turn.next() else { break };
            let Some(log) = state.channels.get_mut(&key) else { continue };
            let Ok(slice) =
                catch_unwind(AssertUnwindSafe(|| log.write(left.min(LOOK_EVERY), &mut state.shared)))
            else {
                tracing::error!(app.id = %key.0, channel.name = %key.1, "writing to a channel's subscribers panicked");
                state.abandon(&key);
                continue;
            };
            left -= slice.writes;
            self.0.counters.add_out(&slice);
            if !slice.is_done {
                turn.push(key);
            }
        }
        SLICE_WRITES - left
    }

    async fn write_forever(self) {
        loop {
            self.0.due.notified().await;
            while self.write_slice() {
                tokio::task::yield_now().await;
            }
        }
    }

    fn sweep(&self) {
        let now = Instant::now();
        let state = self.0.state.borrow();
        for session in state.sessions.values() {
            session.probe(now);
        }
    }

    async fn close(self, app_id: Option<AppId>, code: CloseCode) {
        let concerned = |session: &&Rc<Session>| app_id.is_none_or(|id| session.app_id == id);
        let sessions: Vec<_> = self.0.state.borrow().sessions.values().filter(concerned).cloned().collect();
        for slice in sessions.chunks(CLOSE_SLICE) {
            slice.iter().for_each(|session| session.close(code));
            // At most 64,000 a second and worker: whoever takes these clients over must be able to.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

impl State {
    /// After a bug nobody knows who has seen what: the subscribers are told to reconnect.
    fn abandon(&mut self, key: &ChannelKey) {
        if let Some(log) = self.channels.remove(key) {
            log.subscribers().for_each(|session| session.close(CloseCode::Restarting));
        }
    }
}

impl Actor for Hub {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        actix_rt::spawn(self.table.clone().write_forever());
        context.run_interval(SWEEP_INTERVAL, |hub, _| hub.table.sweep());
    }
}

impl Handler<AppCommand> for Hub {
    type Result = ();

    fn handle(&mut self, AppCommand { app_id, command }: AppCommand, context: &mut Self::Context) {
        self.table.obey(app_id, command);
        self.turn.count(context);
    }
}

impl Handler<Host> for Hub {
    type Result = ();

    fn handle(&mut self, Host(start): Host, context: &mut Self::Context) {
        // A bug in what is asked must not end the hub.
        if catch_unwind(AssertUnwindSafe(|| start(&self.table))).is_err() {
            tracing::error!("a question to the hub panicked");
        }
        self.turn.end(context);
    }
}

impl Handler<CloseConnections> for Hub {
    type Result = ();

    fn handle(&mut self, CloseConnections { app_id, code }: CloseConnections, _: &mut Self::Context) {
        actix_rt::spawn(self.table.clone().close(app_id, code));
    }
}
