//! Watchlists: who wants to know whether a user is online (Pusher reference, section 2.5).

use campanile_protocol::{ChannelName, SocketId};

use super::Channels;
use crate::hub::HubCommand;

impl Channels {
    /// Begins to watch, and answers how it stands now: through the hub's queue, so that no change can
    /// overtake the answer.
    pub(super) fn watch(&mut self, users: Vec<ChannelName>, socket_id: SocketId, worker: usize) {
        for user in &users {
            self.channels.entry(user.clone()).or_default().watch(socket_id, worker);
        }
        let is_online = |user: &ChannelName| self.channels.get(user).is_some_and(|state| state.is_occupied());
        let (online, offline) = users.into_iter().partition(is_online);
        self.tell(worker, HubCommand::Watched { socket_id, online, offline, is_answer: true });
    }

    pub(super) fn unwatch(&mut self, users: &[ChannelName], socket_id: SocketId) {
        for user in users {
            if let Some(state) = self.channels.get_mut(user) {
                state.unwatch(socket_id);
                self.forget_if_possible(user);
            }
        }
    }

    /// A user came or went.
    pub(super) fn tell_watchers(&self, user: &ChannelName, is_online: bool) {
        if let Some(state) = self.channels.get(user) {
            self.tell_each(state.watchers(), user, is_online);
        }
    }

    pub(super) fn tell_each(
        &self,
        watchers: impl Iterator<Item = (SocketId, usize)>,
        user: &ChannelName,
        is_online: bool,
    ) {
        for (socket_id, worker) in watchers {
            let user = vec![user.clone()];
            let (online, offline) = if is_online { (user, Vec::new()) } else { (Vec::new(), user) };
            self.tell(worker, HubCommand::Watched { socket_id, online, offline, is_answer: false });
        }
    }
}
