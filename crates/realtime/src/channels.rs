mod channel;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use actix::{Actor, Addr, Context, Handler, Message, MessageResult};
use ahash::AHashMap;
use campanile_protocol::{
    ChannelName, Event, Frame, Member, Occurrence, OccurrenceKind, OccurrenceType, SocketId, UserId,
    server_message,
};

use self::channel::{Channel, Departure, Subscriber};
use crate::{
    Observer, Source,
    activity::ActivityKind,
    backlog::{Backlog, Waiting},
    hub::{Hub, HubCommand},
    node::now_ms,
    realm::RealmState,
};

/// Owns the channels of one app that hash to one worker: their order, members and counts. Everyone
/// else asks here or is told from here; nothing about a channel is known twice.
pub(crate) struct Channels {
    realm: Arc<RealmState>,
    surroundings: Surroundings,
    channels: AHashMap<ChannelName, Channel>,
}

/// Whom a channel actor talks to.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub(crate) hubs: Arc<[Addr<Hub>]>,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) backlog: Backlog,
}

/// What the owner of a channel is asked to do, in the order in which it is to happen.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) enum ChannelCommand {
    Subscribe { channel: ChannelName, socket_id: SocketId, worker: usize, member: Option<Member> },
    Unsubscribe { channel: ChannelName, socket_id: SocketId },
    Publish { publication: ChannelPublication, waiting: Waiting },
}

/// An event for one channel, as the engine delivered it.
#[derive(Debug)]
pub(crate) struct ChannelPublication {
    pub(crate) channel: ChannelName,
    pub(crate) event: Event,
    pub(crate) except: Option<SocketId>,
    pub(crate) source: Source,
}

/// What is known of one occupied channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelInfo {
    /// Its name.
    pub channel: ChannelName,
    /// How many connections are subscribed.
    pub subscribers: usize,
    /// How many distinct users are members, in a presence channel.
    pub users: usize,
}

/// The users of a presence channel, each once.
pub type MembersReply = Vec<UserId>;

/// Lists the occupied channels whose names start with a prefix.
#[derive(Debug, Message)]
#[rtype(result = "Vec<ChannelInfo>")]
pub(crate) struct ListChannels {
    pub(crate) prefix: String,
}

/// Tells about one channel; `None` when it is not occupied.
#[derive(Debug, Message)]
#[rtype(result = "Option<ChannelInfo>")]
pub(crate) struct FindChannel(pub(crate) ChannelName);

/// Lists the members of one channel.
#[derive(Debug, Message)]
#[rtype(result = "MembersReply")]
pub(crate) struct ListMembers(pub(crate) ChannelName);

impl Channels {
    pub(crate) fn new(realm: Arc<RealmState>, surroundings: Surroundings) -> Self {
        Self { realm, surroundings, channels: AHashMap::new() }
    }

    fn subscribe(&mut self, channel: ChannelName, subscriber: Subscriber) {
        let state = self.channels.entry(channel.clone()).or_default();
        let (socket_id, worker) = (subscriber.socket_id, subscriber.worker);
        let arrival = match state.join(subscriber) {
            Ok(arrival) => arrival,
            Err(refusal) => {
                let frame = server_message::subscription_error(channel.as_str(), &refusal);
                let message = format!("Subscription to {:?} refused: {refusal}", channel.as_str());
                self.realm.feed.tell(|| ActivityKind::Refused { socket_id: Some(socket_id), message });
                self.tell(worker, HubCommand::Refuse { channel, socket_id, frame });
                return;
            }
        };
        let welcome = if state.is_presence() {
            server_message::presence_succeeded(&channel, state.members())
        } else {
            server_message::subscription_succeeded(&channel)
        };
        if let Some(member) = &arrival.new_member {
            // The newcomer is not attached yet, so this reaches the others only.
            self.broadcast(&channel, &server_message::member_added(&channel, member), None);
        }
        self.tell(worker, HubCommand::Attach { channel: channel.clone(), socket_id, welcome });
        self.realm.feed.tell(|| ActivityKind::Subscribed { socket_id, channel: channel.clone() });
        if arrival.is_first {
            self.observe(&channel, OccurrenceKind::Occupied);
        }
        if let Some(Member { user_id, .. }) = arrival.new_member {
            self.observe(&channel, OccurrenceKind::MemberAdded { user_id: user_id.as_str().to_owned() });
        }
    }

    fn unsubscribe(&mut self, channel: &ChannelName, socket_id: SocketId) {
        let Some(state) = self.channels.get_mut(channel) else { return };
        let Some(Departure { worker, gone_member, is_last }) = state.leave(socket_id) else { return };
        if is_last {
            self.channels.remove(channel);
        }
        self.tell(worker, HubCommand::Detach { channel: channel.clone(), socket_id });
        self.realm.feed.tell(|| ActivityKind::Unsubscribed { socket_id, channel: channel.clone() });
        if let Some(user_id) = gone_member {
            self.broadcast(channel, &server_message::member_removed(channel, &user_id), None);
            self.observe(channel, OccurrenceKind::MemberRemoved { user_id: user_id.as_str().to_owned() });
        }
        if is_last {
            self.observe(channel, OccurrenceKind::Vacated);
        }
    }

    fn publish(&mut self, publication: ChannelPublication) {
        let ChannelPublication { channel, event, except, source } = publication;
        let subscribers = match self.channels.get(&channel) {
            Some(state) => state.subscribers() - usize::from(except.is_some_and(|id| state.contains(id))),
            None => 0,
        };
        let (sender, source_name) = match &source {
            Source::Api => (None, "api"),
            Source::Dashboard => (None, "dashboard"),
            Source::Client { user_id, .. } => (user_id.as_ref(), "client"),
        };
        if subscribers > 0 {
            self.broadcast(&channel, &server_message::event(&channel, &event, sender), except);
        }
        self.realm.feed.tell(|| ActivityKind::Event {
            channel: channel.clone(),
            name: event.name.as_str().to_owned(),
            source: source_name,
            subscribers,
        });
        if let Source::Client { socket_id, user_id } = source {
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

    /// Hands a frame to every worker that has subscribers: one message per worker, however many they
    /// are.
    fn broadcast(&self, channel: &ChannelName, frame: &Frame, except: Option<SocketId>) {
        let Some(state) = self.channels.get(channel) else { return };
        for worker in state.workers() {
            let waiting = self.surroundings.backlog.add(frame.websocket().len());
            let (channel, frame) = (channel.clone(), frame.clone());
            self.tell(worker, HubCommand::Deliver { channel, frame, except, waiting });
        }
    }

    fn tell(&self, worker: usize, command: HubCommand) {
        self.surroundings.hubs[worker].do_send(command.of(self.realm.app_id));
    }

    /// Tells webhooks, if any endpoint listens.
    fn observe(&self, channel: &ChannelName, kind: OccurrenceKind) {
        if self.realm.app().webhook_types.contains(kind.as_type()) {
            let (app_id, channel) = (self.realm.app_id, channel.clone());
            self.surroundings.observer.observe(Occurrence { app_id, channel, at_ms: now_ms(), kind });
        }
    }

    /// After a bug in the handling of one channel, nobody knows its state: it is forgotten, and its
    /// subscribers, on every worker, are told to reconnect. Webhooks hear that everyone left.
    fn abandon(&mut self, channel: &ChannelName) {
        tracing::error!(app.id = %self.realm.app_id, channel.name = %channel, "a channel was abandoned after a panic");
        let Some(state) = self.channels.remove(channel) else { return };
        let told = catch_unwind(AssertUnwindSafe(|| {
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

    fn handle(&mut self, command: ChannelCommand, _: &mut Context<Self>) {
        let channel = command.channel().clone();
        let handled = catch_unwind(AssertUnwindSafe(|| match command {
            ChannelCommand::Subscribe { channel, socket_id, worker, member } => {
                self.subscribe(channel, Subscriber { socket_id, worker, member });
            }
            ChannelCommand::Unsubscribe { channel, socket_id } => self.unsubscribe(&channel, socket_id),
            ChannelCommand::Publish { publication, waiting } => {
                self.publish(publication);
                drop(waiting);
            }
        }));
        if handled.is_err() {
            self.abandon(&channel);
        }
    }
}

impl ChannelCommand {
    fn channel(&self) -> &ChannelName {
        match self {
            Self::Subscribe { channel, .. } | Self::Unsubscribe { channel, .. } => channel,
            Self::Publish { publication, .. } => &publication.channel,
        }
    }
}

impl Handler<ListChannels> for Channels {
    type Result = MessageResult<ListChannels>;

    fn handle(&mut self, ListChannels { prefix }: ListChannels, _: &mut Context<Self>) -> Self::Result {
        let matching = self.channels.iter().filter(|(channel, _)| channel.as_str().starts_with(&prefix));
        MessageResult(matching.map(|(channel, state)| state.info(channel)).collect())
    }
}

impl Handler<FindChannel> for Channels {
    type Result = MessageResult<FindChannel>;

    fn handle(&mut self, FindChannel(channel): FindChannel, _: &mut Context<Self>) -> Self::Result {
        MessageResult(self.channels.get(&channel).map(|state| state.info(&channel)))
    }
}

impl Handler<ListMembers> for Channels {
    type Result = MessageResult<ListMembers>;

    fn handle(&mut self, ListMembers(channel): ListMembers, _: &mut Context<Self>) -> Self::Result {
        let members = self.channels.get(&channel).into_iter().flat_map(Channel::members);
        MessageResult(members.map(|member| member.user_id.clone()).collect())
    }
}
