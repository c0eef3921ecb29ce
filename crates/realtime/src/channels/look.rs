//! Questions that people ask about channels: answered page by page, from what the owner knows.

use std::{
    collections::BinaryHeap,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Instant,
};

use actix::{Context, Handler, Message};
use campanile_protocol::{ChannelName, Member, SocketId, UserId};

use super::{Channels, channel::Channel};

/// Looks at an owner's channels. It must be quick: the channels wait.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Look(pub(crate) Box<dyn FnOnce(&Channels) + Send>);

/// One channel in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelSummary {
    /// Its name.
    pub channel: ChannelName,
    /// How many connections are subscribed.
    pub subscribers: usize,
    /// How many distinct users are members, in a presence channel.
    pub users: usize,
    /// Whether it remembers its last event.
    pub is_cached: bool,
}

impl Channels {
    /// The next occupied channels in the order of their names.
    pub(crate) fn channel_page(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Vec<ChannelSummary> {
        self.page(false, prefix, after, limit)
    }

    /// The same for the own channels of users who are signed in.
    pub(crate) fn user_page(&self, prefix: &str, after: Option<&str>, limit: usize) -> Vec<ChannelSummary> {
        self.page(true, prefix, after, limit)
    }

    fn page(&self, is_users: bool, prefix: &str, after: Option<&str>, limit: usize) -> Vec<ChannelSummary> {
        let now = Instant::now();
        let summary = |channel: &ChannelName| {
            let state = self.channels.get(channel)?;
            Some(ChannelSummary {
                channel: channel.clone(),
                subscribers: state.subscribers(),
                users: state.members().count(),
                is_cached: state.recall(now).is_some(),
            })
        };
        self.occupied.page(is_users, prefix, after, limit).filter_map(summary).collect()
    }

    /// How many channels are occupied, and how many users are signed in.
    pub(crate) fn occupied(&self) -> (usize, usize) {
        (self.occupied.channels(), self.occupied.users())
    }

    /// How many subscribers a channel has, and whether that connection is one of them.
    pub(crate) fn reach(&self, channel: &ChannelName, except: Option<SocketId>) -> (usize, bool) {
        let found = self.channels.get(channel);
        found.map_or((0, false), |state| {
            (state.subscribers(), except.is_some_and(|socket_id| state.contains(socket_id)))
        })
    }

    /// The next members of a presence channel in the order of their ids, each with its connections.
    pub(crate) fn member_page(
        &self,
        channel: &ChannelName,
        after: Option<&str>,
        limit: usize,
    ) -> Vec<(Member, usize)> {
        let users = self.channels.get(channel).into_iter().flat_map(|state| state.users());
        let mut page: Vec<_> =
            users.filter(|(member, _)| after.is_none_or(|after| member.user_id.as_str() > after)).collect();
        page.sort_by(|(one, _), (other, _)| one.user_id.as_str().cmp(other.user_id.as_str()));
        page.truncate(limit);
        page.into_iter().map(|(member, connections)| (member.clone(), connections)).collect()
    }

    /// What a presence channel knows of one of its users.
    pub(crate) fn find_member(&self, channel: &ChannelName, user_id: &UserId) -> Option<Member> {
        let mut members = self.channels.get(channel)?.members();
        members.find(|member| member.user_id == *user_id).cloned()
    }

    /// The next subscribers of a channel in the order of their ids, with their workers.
    pub(crate) fn subscriber_page(
        &self,
        channel: &ChannelName,
        after: Option<SocketId>,
        limit: usize,
    ) -> Vec<(SocketId, usize)> {
        self.channels.get(channel).map_or_else(Vec::new, |state| lowest(state, after, limit))
    }
}

/// The lowest ids after one, without a copy of all: they are in no order.
fn lowest(state: &Channel, after: Option<SocketId>, limit: usize) -> Vec<(SocketId, usize)> {
    let mut lowest = BinaryHeap::with_capacity(limit + 1);
    for place in state.sockets().filter(|(socket_id, _)| after.is_none_or(|after| *socket_id > after)) {
        if lowest.len() < limit {
            lowest.push(place);
        } else if lowest.peek().is_some_and(|highest| place < *highest) {
            lowest.pop();
            lowest.push(place);
        }
    }
    lowest.into_sorted_vec()
}

impl Handler<Look> for Channels {
    type Result = ();

    fn handle(&mut self, Look(look): Look, context: &mut Context<Self>) {
        // A bug in a question must not end the owner.
        if catch_unwind(AssertUnwindSafe(|| look(self))).is_err() {
            tracing::error!(app.id = %self.realm.app_id, "a question to the owner of channels panicked");
        }
        self.turn.end(context);
    }
}
