//! What is live in an app, for people to look at: page by page, and in slices between which the workers do
//! their work. Nothing here is asked by the data plane.

mod channels;
mod connections;

use std::sync::Arc;

use actix::Addr;
use campanile_protocol::{ChannelName, CloseCode, Member, SocketId};
use tokio::sync::oneshot;

pub use self::{
    channels::{Page, Reach},
    connections::{ConnectionDetail, ConnectionPage, SubscriptionDetail},
};
use crate::{
    ActivityFilter, ActivityKind, Node, QueryError, Realm, TooManyWatchers, Watcher,
    activity::{Feed, Subject, Timeline},
    channels::{Channels, Look},
    hub::{Host, Table},
    node::QUERY_TIMEOUT,
};

/// How many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Occupancy {
    /// Occupied channels, users' own excepted.
    pub channels: usize,
    /// Users who are signed in.
    pub users: usize,
}

impl Realm {
    /// Watches what happens from now on.
    pub fn watch(self: &Arc<Self>, filter: ActivityFilter) -> Result<Watcher, TooManyWatchers> {
        Feed::watch(self, filter)
    }

    /// Tells whoever watches of something that happened elsewhere.
    pub fn tell(&self, kind: impl FnOnce() -> ActivityKind) {
        self.feed().tell(kind);
    }

    /// Tells whoever watches of a client that was turned away: the client itself may not show it.
    pub fn tell_turned_away(&self, code: CloseCode) {
        self.tell(|| ActivityKind::Refused {
            socket_id: None,
            channel: None,
            message: format!("Connection refused: {code}").into(),
        });
    }

    /// What happened to a connection lately. Recorded from the first time this is asked, for ten minutes
    /// after the last.
    pub fn connection_timeline(&self, socket_id: SocketId) -> Timeline {
        self.feed().inspect(Subject::Connection(socket_id))
    }

    /// What is recorded of a connection that someone has looked at, also when it has ended since.
    pub fn find_connection_timeline(&self, socket_id: SocketId) -> Option<Timeline> {
        self.feed().find_timeline(&Subject::Connection(socket_id))
    }

    /// The same of a channel.
    pub fn channel_timeline(&self, channel: ChannelName) -> Timeline {
        self.feed().inspect(Subject::Channel(channel))
    }
}

impl Node {
    /// Asks a worker something about its connections.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        worker: usize,
        look: impl FnOnce(&Table) -> T + Send + 'static,
    ) -> Result<T, QueryError> {
        let (answer, answered) = oneshot::channel();
        self.hubs()[worker].do_send(Host(Box::new(move |table| {
            // Whoever asked may have given up.
            let _ = answer.send(look(table));
        })));
        within_time(answered).await
    }
}

/// Asks the owner of channels something about them.
async fn ask_owner<T: Send + 'static>(
    owner: &Addr<Channels>,
    look: impl FnOnce(&Channels) -> T + Send + 'static,
) -> Result<T, QueryError> {
    let (answer, answered) = oneshot::channel();
    owner.do_send(Look(Box::new(move |channels| {
        let _ = answer.send(look(channels));
    })));
    within_time(answered).await
}

async fn within_time<T>(answered: oneshot::Receiver<T>) -> Result<T, QueryError> {
    let answer = tokio::time::timeout(QUERY_TIMEOUT, answered).await;
    answer.map_err(|_| QueryError::Overloaded)?.map_err(|_| QueryError::Overloaded)
}

/// A member and its connections in a channel.
#[derive(Clone, Debug)]
pub struct MemberDetail {
    /// Who it is.
    pub member: Member,
    /// How many connections it has there.
    pub connections: usize,
}
