mod channel_log;
mod liveness;
mod session;

use std::{
    cell::RefCell,
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
    time::{Duration, Instant},
};

use actix::{Actor, AsyncContext, Context, Handler, Message};
use ahash::AHashMap;
use campanile_protocol::{AppId, ChannelName, CloseCode, Frame, SocketId};
use tokio::sync::Notify;

use self::channel_log::{ChannelLog, Entry, Shared as SharedBatch};
pub(crate) use self::{
    channel_log::Slice,
    session::{End, Session},
};
use crate::{Batch, backlog::Waiting, node::WorkerCounters, socket_map::SocketMap};

/// A worker's own table of subscribers, and the place that writes to them.
///
/// An event is appended to the channel's log and the handler returns. A task of the worker then
/// passes over the subscribers, a slice at a time, and writes to each all that it has not seen:
/// between slices the worker reads, accepts and takes new events, which join the pass.
pub(crate) struct Hub {
    table: Table,
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
    sessions: SocketMap<Rc<Session>>,
    /// In boxes: a table that grows must hold its entries twice, and keeps room for as many again.
    channels: AHashMap<ChannelKey, Box<ChannelLog>>,
    /// Channels with something to write, each once, served in turn.
    due: VecDeque<ChannelKey>,
    shared: SharedBatch,
    /// How many logs there have been.
    logs: u64,
}

type ChannelKey = (AppId, ChannelName);

/// What channel owners and the node ask of a hub.
pub(crate) enum HubCommand {
    /// Begin a subscription, with the frame that says so.
    Attach { channel: ChannelName, socket_id: SocketId, number: u64, welcome: Vec<Frame> },
    /// Tell a connection that it may not subscribe.
    Refuse { channel: ChannelName, socket_id: SocketId, number: u64, frame: Frame },
    /// End a subscription.
    Detach { channel: ChannelName, socket_id: SocketId },
    /// Write a frame to every subscriber but one.
    Deliver { channel: ChannelName, frame: Frame, except: Option<SocketId>, waiting: Waiting },
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

/// Writes between two yields. Fewer make no difference, many more let reads wait.
const SLICE_WRITES: usize = 64;
/// How often silent connections are looked for.
const SWEEP_INTERVAL: Duration = Duration::from_secs(5);
/// Connections told to go between two pauses.
const CLOSE_SLICE: usize = 64;

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
        Self { table }
    }
}

impl Table {
    pub(crate) fn new(counters: std::sync::Arc<WorkerCounters>) -> Self {
        Self(Rc::new(Shared { state: RefCell::default(), due: Notify::new(), counters }))
    }

    pub(crate) fn register(&self, session: Rc<Session>) {
        let mut state = self.0.state.borrow_mut();
        state.sessions.insert(session.socket_id, session);
        self.0.counters.set_connections(state.sessions.len());
    }

    /// Forgets a connection. Its channels are told by their owners; until then the log skips it.
    pub(crate) fn deregister(&self, socket_id: SocketId) {
        // A connection's end may be the unwinding of a panic that happened under our own borrow.
        let Ok(mut state) = self.0.state.try_borrow_mut() else { return };
        if let Some(session) = state.sessions.remove(&socket_id) {
            session.end();
        }
        self.0.counters.set_connections(state.sessions.len());
    }

    pub(crate) fn counters(&self) -> &WorkerCounters {
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
            HubCommand::Attach { channel, socket_id, number, welcome } => {
                let Some(session) = state.sessions.get(&socket_id) else { return };
                if !session.dialogue().subscribed(&channel, number) {
                    return;
                }
                if !welcome.is_empty() {
                    session.send(&Batch::new(welcome));
                }
                let log = state.channels.entry((app_id, channel)).or_insert_with(|| {
                    state.logs += 1;
                    Box::new(ChannelLog::new(state.logs))
                });
                log.attach(session.clone());
            }
            HubCommand::Refuse { channel, socket_id, number, frame } => {
                let Some(session) = state.sessions.get(&socket_id) else { return };
                if session.dialogue().refused(&channel, number) {
                    session.send(&Batch::from(frame));
                }
            }
            HubCommand::Watched { socket_id, online, offline, is_answer } => {
                let Some(session) = state.sessions.get(&socket_id) else { return };
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
            HubCommand::Deliver { channel, frame, except, waiting } => {
                let key = (app_id, channel);
                let Some(log) = state.channels.get_mut(&key) else { return };
                if log.append(Entry { frame, except, _waiting: waiting }) {
                    state.due.push_back(key);
                    self.0.due.notify_one();
                }
            }
            HubCommand::Abandon { channel } => {
                state.abandon(&(app_id, channel));
            }
        }
    }

    /// Writes one slice; whether more is due.
    fn write_slice(&self) -> bool {
        let mut state = self.0.state.borrow_mut();
        let state = &mut *state;
        let mut left = SLICE_WRITES;
        while left > 0 {
            let Some(key) = state.due.pop_front() else { return false };
            let Some(log) = state.channels.get_mut(&key) else { continue };
            let Ok(slice) = catch_unwind(AssertUnwindSafe(|| log.write(left, &mut state.shared))) else {
                tracing::error!(app.id = %key.0, channel.name = %key.1, "writing to a channel's subscribers panicked");
                state.abandon(&key);
                continue;
            };
            left -= slice.writes;
            self.0.counters.add_out(&slice);
            if !slice.is_done {
                state.due.push_back(key);
            }
        }
        !state.due.is_empty()
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

    fn handle(&mut self, AppCommand { app_id, command }: AppCommand, _: &mut Self::Context) {
        self.table.obey(app_id, command);
    }
}

impl Handler<Host> for Hub {
    type Result = ();

    fn handle(&mut self, Host(start): Host, _: &mut Self::Context) {
        start(&self.table);
    }
}

impl Handler<CloseConnections> for Hub {
    type Result = ();

    fn handle(&mut self, CloseConnections { app_id, code }: CloseConnections, _: &mut Self::Context) {
        actix_rt::spawn(self.table.clone().close(app_id, code));
    }
}
