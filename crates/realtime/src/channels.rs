mod channel;
mod command;
mod compression;
mod counting;
mod look;
mod memory;
mod occupied;
mod watching;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Instant,
};

use actix::{Actor, Addr, Context, Handler, MessageResult};
use ahash::AHashMap;
use campanile_protocol::{
    Access, ChannelName, CloseCode, Event, Frame, Member, Occurrence, OccurrenceKind, OccurrenceType,
    SocketId, UserId, server_message,
};

pub(crate) use self::command::{
    ChannelCommand, ChannelPublication, FindChannel, ListMembers, Settle, Subscribe, Sweep,
};
use self::{
    channel::{Channel, Departure, Subscriber},
    memory::Memory,
    occupied::Occupied,
};
pub use self::{
    command::{CachedEvent, ChannelInfo},
    look::ChannelSummary,
};
pub(crate) use self::{look::Look, memory::Remembered};
use crate::{
    Observer, Source, UsageCounts, UsageKind,
    activity::{ActivityKind, EventSource, Payload},
    hub::{Hub, HubCommand, Table},
    node::now_ms,
    realm::RealmState,
    turn::Turn,
};

/// Owns the channels of one app that hash to one worker: their order, members and counts. Everyone
/// else asks here or is told from here; nothing about a channel is known twice.
///
/// A signed-in user is a channel too, `#server-to-user-…`, whose subscribers are the user's connections:
/// occupied means online.
pub(crate) struct Channels {
    realm: Arc<RealmState>,
    surroundings: Surroundings,
    channels: AHashMap<ChannelName, Box<Channel>>,
    occupied: Occupied,
    memory: Memory,
    turn: Turn,
}

/// Whom a channel actor talks to.
pub(crate) struct Surroundings {
    pub(crate) hubs: Arc<[Addr<Hub>]>,
    /// The worker it runs on. That one's hub is asked directly, always: a detour through its mailbox
    /// for some commands would change their order.
    pub(crate) worker: usize,
    pub(crate) table: Table,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) remembered: Remembered,
}

/// Commands handled in a row: some of them encode, compress and tell every worker.
const COMMANDS_IN_A_ROW: u32 = 32;

impl Channels {
    pub(crate) fn new(realm: Arc<RealmState>, surroundings: Surroundings) -> Self {
        let remembered = surroundings.remembered.clone();
        let (channels, occupied) = (AHashMap::new(), Occupied::default());
        Self {
            realm,
            surroundings,
            channels,
            occupied,
            memory: Memory::new(remembered),
            turn: Turn::of(COMMANDS_IN_A_ROW),
        }
    }

    fn subscribe(&mut self, request: Subscribe, context: &mut Context<Self>) {
        let Subscribe { channel, socket_id, worker, number, member } = request;
        let max_members = self.realm.app().settings.max_presence_members;
        let state = self.channels.entry(channel.clone()).or_default();
        let user_id = member.as_ref().map(|member| member.user_id.clone());
        let arrival = match state.join(Subscriber { socket_id, worker, member }, max_members) {
            Ok(arrival) => arrival,
            Err(refusal) => {
                let frame = server_message::subscription_error(channel.as_str(), &refusal);
                self.realm.feed.tell(|| ActivityKind::Refused {
                    socket_id: Some(socket_id),
                    channel: Some(channel.as_str().into()),
                    message: format!("Subscription to {:?} refused: {refusal}", channel.as_str()).into(),
                });
                return self.tell(worker, HubCommand::Refuse { channel, socket_id, number, frame });
            }
        };
        if arrival.is_first {
            self.occupied.insert(&channel);
        }
        if let Some(member) = &arrival.new_member {
            // The newcomer is not attached yet, so this reaches the others only.
            let frame = server_message::member_added(&channel, member);
            self.broadcast(&channel, &frame, UsageKind::DeliveredPresence, Some(socket_id));
        }
        let (welcome, recalled) = self.welcome(&channel);
        let attach = HubCommand::Attach { channel: channel.clone(), socket_id, number, welcome, recalled };
        self.tell(worker, attach);
        if channel.access() == Access::User {
            if arrival.is_first {
                self.tell_watchers(&channel, true);
            }
            return;
        }
        self.realm.feed.tell(|| ActivityKind::Subscribed { socket_id, channel: channel.clone(), user_id });
        if arrival.is_first {
            self.observe(&channel, OccurrenceKind::Occupied);
        }
        if let Some(Member { user_id, .. }) = arrival.new_member {
            let (channel, user) = (&channel, &user_id);
            self.realm
                .feed
                .tell(|| ActivityKind::MemberAdded { channel: channel.clone(), user_id: user.clone() });
            self.observe(channel, OccurrenceKind::MemberAdded { user_id: user_id.as_str().to_owned() });
        }
        self.count_changed(&channel, context);
    }

    /// What a new subscriber is sent first, and whether a remembered event is in it. A user's own channel
    /// begins without a word.
    fn welcome(&mut self, channel: &ChannelName) -> (Vec<Frame>, bool) {
        let Some(state) = self.channels.get_mut(channel) else { return (Vec::new(), false) };
        if channel.access() == Access::User {
            return (Vec::new(), false);
        }
        let mut frames = vec![if state.is_presence() {
            server_message::presence_succeeded(channel, state.members())
        } else {
            server_message::subscription_succeeded(channel)
        }];
        if !channel.is_cache() {
            return (frames, false);
        }
        if let Some(frame) = state.recall(Instant::now()) {
            frames.push(frame.clone());
            return (frames, true);
        }
        frames.push(server_message::cache_miss(channel));
        if state.take_miss() {
            self.observe(channel, OccurrenceKind::CacheMiss);
        }
        (frames, false)
    }

    fn unsubscribe(&mut self, channel: &ChannelName, socket_id: SocketId, context: &mut Context<Self>) {
        let Some(state) = self.channels.get_mut(channel) else { return };
        let Some(Departure { worker, gone_member, is_last }) = state.leave(socket_id) else { return };
        self.tell(worker, HubCommand::Detach { channel: channel.clone(), socket_id });
        if is_last {
            self.occupied.remove(channel);
        }
        if channel.access() == Access::User {
            if is_last {
                self.tell_watchers(channel, false);
            }
            return self.forget_if_possible(channel);
        }
        self.realm.feed.tell(|| ActivityKind::Unsubscribed { socket_id, channel: channel.clone() });
        if let Some(user_id) = gone_member {
            let user = &user_id;
            self.realm
                .feed
                .tell(|| ActivityKind::MemberRemoved { channel: channel.clone(), user_id: user.clone() });
            let frame = server_message::member_removed(channel, &user_id);
            self.broadcast(channel, &frame, UsageKind::DeliveredPresence, None);
            self.observe(channel, OccurrenceKind::MemberRemoved { user_id: user_id.as_str().to_owned() });
        }
        if is_last {
            self.observe(channel, OccurrenceKind::Vacated);
        }
        self.count_changed(channel, context);
        self.forget_if_possible(channel);
    }

    fn forget_if_possible(&mut self, channel: &ChannelName) {
        if self.channels.get(channel).is_some_and(|state| state.is_forgettable(Instant::now())) {
            self.forget(channel);
        }
    }

    fn publish(&mut self, publication: ChannelPublication) {
        let ChannelPublication { channel, event, except, source } = publication;
        if let Source::Client { socket_id, .. } = &source
            && !self.channels.get(&channel).is_some_and(|state| state.contains(*socket_id))
        {
            // The sender has left, or its subscription was abandoned, while the event was on its way.
            return;
        }
        let subscribers = match self.channels.get(&channel) {
            Some(state) => state.subscribers() - usize::from(except.is_some_and(|id| state.contains(id))),
            None => 0,
        };
        let (sender, kind) = match &source {
            Source::Api | Source::Dashboard => (None, UsageKind::DeliveredEvents),
            Source::Client { user_id, .. } => (user_id.as_ref(), UsageKind::DeliveredClientEvents),
        };
        self.realm.note_event(now_ms());
        let is_remembered = channel.is_cache() && !matches!(source, Source::Client { .. });
        if subscribers > 0 || is_remembered {
            let mut frame = server_message::event(&channel, &event, sender);
            if is_remembered {
                self.remember(&channel, frame.clone(), event.data.to_text().into_owned());
            }
            if subscribers > 0 && self.realm.app().settings.compression {
                frame = compression::compress(frame);
            }
            self.broadcast(&channel, &frame, kind, except);
        }
        self.realm.feed.tell(|| ActivityKind::Event {
            channel: channel.clone(),
            name: event.name.clone(),
            source: EventSource::of(&source),
            socket_id: source.socket_id(),
            user_id: sender.cloned(),
            subscribers,
            payload: Payload::of(&event.data),
        });
        if let Source::Client { socket_id, user_id } = source {
            self.realm.usage.add(&UsageCounts::of(UsageKind::ClientEvents, 1));
            self.observe_client_event(&channel, &event, socket_id, user_id);
        }
    }

    fn observe_client_event(
        &self,
        channel: &ChannelName,
        event: &Event,
        socket_id: SocketId,
        user_id: Option<UserId>,
    ) {
        if self.realm.app().webhook_types.contains(OccurrenceType::ClientEvent) {
            self.observe(
                channel,
                OccurrenceKind::ClientEvent {
                    event: event.name.as_str().to_owned(),
                    data: event.data.to_text().into_owned(),
                    socket_id: socket_id.to_string(),
                    user_id: user_id.map(|user_id| user_id.as_str().to_owned()),
                },
            );
        }
    }

    /// Ends every connection of a signed-in user.
    fn terminate(&self, channel: &ChannelName) {
        let Some(state) = self.channels.get(channel) else { return };
        for worker in state.workers() {
            let code = CloseCode::Terminated;
            self.tell(worker, HubCommand::CloseSubscribers { channel: channel.clone(), code });
        }
    }

    /// Hands a frame to every worker that has subscribers: one message per worker, however many they
    /// are.
    fn broadcast(&self, channel: &ChannelName, frame: &Frame, kind: UsageKind, except: Option<SocketId>) {
        let Some(state) = self.channels.get(channel) else { return };
        for worker in state.workers() {
            let waiting = self.realm.usage.share.add(frame.held_bytes());
            let (channel, frame) = (channel.clone(), frame.clone());
            self.tell(worker, HubCommand::Deliver { channel, frame, kind, except, waiting });
        }
    }

    fn tell(&self, worker: usize, command: HubCommand) {
        let Surroundings { hubs, worker: own, table, .. } = &self.surroundings;
        if worker == *own {
            table.obey(self.realm.app_id, command);
        } else {
            hubs[worker].do_send(command.of(self.realm.app_id));
        }
    }

    /// Tells webhooks, if any endpoint listens.
    fn observe(&self, channel: &ChannelName, kind: OccurrenceKind) {
        let app = self.realm.app();
        if app.webhook_types.contains(kind.as_type()) {
            let channel = Some(channel.clone());
            let occurrence = Occurrence { app_id: app.id, channel, at_ms: now_ms(), kind };
            self.surroundings.observer.observe(&app, occurrence);
        }
    }

    /// After a bug in the handling of one channel, nobody knows its state: it is forgotten, and its
    /// subscribers, on every worker, are told to reconnect. Webhooks hear that everyone left.
    fn abandon(&mut self, channel: &ChannelName) {
        tracing::error!(app.id = %self.realm.app_id, channel.name = %channel, "a channel was abandoned after a panic");
        self.occupied.remove(channel);
        let Some(state) = self.forget(channel) else { return };
        let told = catch_unwind(AssertUnwindSafe(|| {
            if channel.access() == Access::User {
                return self.tell_each(state.watchers(), channel, false);
            }
            for member in state.members() {
                let user_id = member.user_id.as_str().to_owned();
                self.observe(channel, OccurrenceKind::MemberRemoved { user_id });
            }
            self.observe(channel, OccurrenceKind::Vacated);
        }));
        if told.is_err() {
            tracing::error!(app.id = %self.realm.app_id, "the observer panicked");
        }
        for worker in 0..self.surroundings.hubs.len() {
            self.tell(worker, HubCommand::Abandon { channel: channel.clone() });
        }
    }
}

impl Actor for Channels {
    type Context = Context<Self>;
}

impl Handler<ChannelCommand> for Channels {
    type Result = ();

    fn handle(&mut self, command: ChannelCommand, context: &mut Context<Self>) {
        let Some(channel) = command.channel().cloned() else { return };
        let handled = catch_unwind(AssertUnwindSafe(|| match command {
            ChannelCommand::Subscribe { request, waiting } => {
                self.subscribe(request, context);
                drop(waiting);
            }
            ChannelCommand::Unsubscribe { channel, socket_id, realm, waiting } => {
                self.unsubscribe(&channel, socket_id, context);
                drop((realm, waiting));
            }
            ChannelCommand::Watch { users, socket_id, worker } => self.watch(users, socket_id, worker),
            ChannelCommand::Unwatch { users, socket_id, realm } => {
                self.unwatch(&users, socket_id);
                drop(realm);
            }
            ChannelCommand::Terminate { channel } => self.terminate(&channel),
            ChannelCommand::Publish { publication, waiting } => {
                self.publish(publication);
                drop(waiting);
            }
        }));
        if handled.is_err() {
            self.abandon(&channel);
        }
        self.turn.count(context);
    }
}

impl Handler<FindChannel> for Channels {
    type Result = MessageResult<FindChannel>;

    fn handle(&mut self, FindChannel(channel): FindChannel, _: &mut Context<Self>) -> Self::Result {
        MessageResult(self.channels.get(&channel).map(|state| state.info(Instant::now())).unwrap_or_default())
    }
}

impl Handler<ListMembers> for Channels {
    type Result = MessageResult<ListMembers>;

    fn handle(&mut self, ListMembers(channel): ListMembers, _: &mut Context<Self>) -> Self::Result {
        let members = self.channels.get(&channel).into_iter().flat_map(|state| state.members());
        MessageResult(members.map(|member| member.user_id.clone()).collect())
    }
}

impl Handler<Sweep> for Channels {
    type Result = ();

    fn handle(&mut self, Sweep: Sweep, _: &mut Context<Self>) {
        self.forget_expired();
    }
}

impl Handler<Settle> for Channels {
    type Result = ();

    fn handle(&mut self, Settle: Settle, _: &mut Context<Self>) {}
}
