use std::{sync::Arc, time::Duration};

use actix::Message;
use campanile_protocol::{ChannelName, Event, Member, SocketId, UserId};

use crate::{Realm, Source, backlog::Waiting};

/// What the owner of a channel is asked to do, in the order in which it is to happen.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) enum ChannelCommand {
    Subscribe {
        request: Subscribe,
        waiting: Waiting,
    },
    Unsubscribe {
        channel: ChannelName,
        socket_id: SocketId,
        /// Keeps the owner alive until it has acted, where the asker may be the last who held it.
        realm: Arc<Realm>,
        waiting: Waiting,
    },
    Publish {
        publication: ChannelPublication,
        waiting: Waiting,
    },
    /// Tell a connection, now and whenever it changes, which of these users are online. Only the users
    /// that this owner owns.
    Watch {
        users: Vec<ChannelName>,
        socket_id: SocketId,
        worker: usize,
    },
    Unwatch {
        users: Vec<ChannelName>,
        socket_id: SocketId,
        /// As above.
        realm: Arc<Realm>,
    },
    /// Close every connection of the user whose own channel this is.
    Terminate {
        channel: ChannelName,
    },
}

/// A connection asks to join.
#[derive(Debug)]
pub(crate) struct Subscribe {
    pub(crate) channel: ChannelName,
    pub(crate) socket_id: SocketId,
    pub(crate) worker: usize,
    /// Counts the connection's subscriptions, so that it can tell which one an answer belongs to.
    pub(crate) number: u64,
    pub(crate) member: Option<Member>,
}

/// An event for one channel, as the engine delivered it.
#[derive(Debug)]
pub(crate) struct ChannelPublication {
    pub(crate) channel: ChannelName,
    pub(crate) event: Event,
    pub(crate) except: Option<SocketId>,
    pub(crate) source: Source,
}

/// What is known of one channel; all zero and nothing for one that nobody knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelInfo {
    /// How many connections are subscribed.
    pub subscribers: usize,
    /// How many distinct users are members, in a presence channel.
    pub users: usize,
    /// The last event, in a cache channel that remembers one.
    pub cached: Option<CachedEvent>,
}

/// The last event published to a cache channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachedEvent {
    /// Its data as the publisher's string.
    pub data: String,
    /// How much longer it will be remembered.
    pub ttl: Duration,
}

/// Tells about one channel.
#[derive(Debug, Message)]
#[rtype(result = "ChannelInfo")]
pub(crate) struct FindChannel(pub(crate) ChannelName);

/// Lists the members of one channel.
#[derive(Debug, Message)]
#[rtype(result = "Vec<UserId>")]
pub(crate) struct ListMembers(pub(crate) ChannelName);

/// Forgets what has been remembered for long enough. Sent by the node: a timer of the actor's own would
/// keep it alive for ever.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Sweep;

/// Answered when everything asked before has been done.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Settle;

impl ChannelCommand {
    /// The channel it concerns; one of them, if it is about several.
    pub(super) fn channel(&self) -> Option<&ChannelName> {
        match self {
            Self::Subscribe { request: Subscribe { channel, .. }, .. }
            | Self::Unsubscribe { channel, .. }
            | Self::Terminate { channel } => Some(channel),
            Self::Publish { publication, .. } => Some(&publication.channel),
            Self::Watch { users, .. } | Self::Unwatch { users, .. } => users.first(),
        }
    }
}
