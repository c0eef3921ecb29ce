use ahash::AHashSet;
use campanile_protocol::{
    ChannelName, Member, SocketId, UserId, limits::PRESENCE_MEMBERS, server_message::Refusal,
};

use crate::ChannelInfo;

/// Who is in one channel. Pure: it decides, its actor tells.
///
/// Every count is the size of a set that is owned here; none is kept beside it.
#[derive(Debug, Default)]
pub(super) struct Channel {
    /// Workers that have subscribers, and who they are.
    workers: Vec<(usize, AHashSet<SocketId>)>,
    users: Vec<User>,
}

/// A user who is present: what its first connection told about it, and all that it has.
#[derive(Debug)]
struct User {
    member: Member,
    connections: Vec<SocketId>,
}

/// One who asks to join.
#[derive(Debug)]
pub(super) struct Subscriber {
    pub(super) socket_id: SocketId,
    pub(super) worker: usize,
    pub(super) member: Option<Member>,
}

/// What a subscription changed.
#[derive(Debug)]
pub(super) struct Arrival {
    /// The channel was empty before.
    pub(super) is_first: bool,
    /// The user was not present before.
    pub(super) new_member: Option<Member>,
}

/// What the end of a subscription changed.
#[derive(Debug)]
pub(super) struct Departure {
    pub(super) worker: usize,
    /// The user has no other connection here.
    pub(super) gone_member: Option<UserId>,
    /// The channel is empty now.
    pub(super) is_last: bool,
}

impl Channel {
    /// Adds a subscriber. The limit counts users: one more connection of a present user is welcome
    /// in a full channel.
    pub(super) fn join(&mut self, subscriber: Subscriber) -> Result<Arrival, Refusal> {
        let Subscriber { socket_id, worker, member } = subscriber;
        let is_first = self.workers.is_empty();
        let new_member = match member {
            Some(member) => self.admit(member, socket_id)?,
            None => None,
        };
        match self.workers.iter_mut().find(|(index, _)| *index == worker) {
            Some((_, sockets)) => _ = sockets.insert(socket_id),
            None => self.workers.push((worker, AHashSet::from_iter([socket_id]))),
        }
        Ok(Arrival { is_first, new_member })
    }

    fn admit(&mut self, member: Member, socket_id: SocketId) -> Result<Option<Member>, Refusal> {
        if let Some(user) = self.users.iter_mut().find(|user| user.member.user_id == member.user_id) {
            user.connections.push(socket_id);
            return Ok(None);
        }
        if self.users.len() >= PRESENCE_MEMBERS {
            return Err(Refusal::Full);
        }
        self.users.push(User { member: member.clone(), connections: vec![socket_id] });
        Ok(Some(member))
    }

    /// Removes a subscriber; `None` when it is none.
    pub(super) fn leave(&mut self, socket_id: SocketId) -> Option<Departure> {
        let place = self.workers.iter_mut().position(|(_, sockets)| sockets.remove(&socket_id))?;
        let worker = self.workers[place].0;
        if self.workers[place].1.is_empty() {
            self.workers.swap_remove(place);
        }
        Some(Departure { worker, gone_member: self.dismiss(socket_id), is_last: self.workers.is_empty() })
    }

    /// Takes a connection from its user; the user, if it was the last.
    fn dismiss(&mut self, socket_id: SocketId) -> Option<UserId> {
        let owns = |user: &User| user.connections.contains(&socket_id);
        let index = self.users.iter().position(owns)?;
        self.users[index].connections.retain(|connection| *connection != socket_id);
        self.users[index].connections.is_empty().then(|| self.users.remove(index).member.user_id)
    }

    pub(super) fn is_presence(&self) -> bool {
        !self.users.is_empty()
    }

    pub(super) fn contains(&self, socket_id: SocketId) -> bool {
        self.workers.iter().any(|(_, sockets)| sockets.contains(&socket_id))
    }

    pub(super) fn subscribers(&self) -> usize {
        self.workers.iter().map(|(_, sockets)| sockets.len()).sum()
    }

    pub(super) fn members(&self) -> impl Iterator<Item = &Member> {
        self.users.iter().map(|user| &user.member)
    }

    /// The workers that have subscribers.
    pub(super) fn workers(&self) -> impl Iterator<Item = usize> {
        self.workers.iter().map(|(worker, _)| *worker)
    }

    pub(super) fn info(&self, channel: &ChannelName) -> ChannelInfo {
        ChannelInfo { channel: channel.clone(), subscribers: self.subscribers(), users: self.users.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(socket: u64, user_id: &str) -> Subscriber {
        let member = Member::from_channel_data(&format!(r#"{{"user_id":{user_id}}}"#)).unwrap();
        Subscriber { socket_id: SocketId::from_random(socket), worker: 0, member: Some(member) }
    }

    #[test]
    fn a_user_arrives_with_its_first_connection_and_goes_with_its_last() {
        let mut channel = Channel::default();
        let first = channel.join(user(1, "7")).unwrap();
        assert!(first.is_first && first.new_member.is_some());
        let second = channel.join(user(2, "\"7\"")).unwrap();
        assert!(!second.is_first && second.new_member.is_none());
        assert_eq!((channel.subscribers(), channel.members().count()), (2, 1));

        let departure = channel.leave(SocketId::from_random(1)).unwrap();
        assert!(departure.gone_member.is_none() && !departure.is_last);
        let departure = channel.leave(SocketId::from_random(2)).unwrap();
        assert!(departure.gone_member.is_some() && departure.is_last);
        assert!(channel.leave(SocketId::from_random(2)).is_none());
    }

    #[test]
    fn a_full_channel_admits_members_but_no_new_user() {
        let mut channel = Channel::default();
        for id in 0..PRESENCE_MEMBERS as u64 {
            channel.join(user(id, &id.to_string())).unwrap();
        }
        assert_eq!(channel.join(user(1000, "1000")).unwrap_err(), Refusal::Full);
        assert!(channel.join(user(1001, "5")).is_ok());
        assert_eq!(
            (channel.subscribers(), channel.members().count()),
            (PRESENCE_MEMBERS + 1, PRESENCE_MEMBERS)
        );
    }

    #[test]
    fn only_workers_with_subscribers_are_told() {
        let mut channel = Channel::default();
        let at =
            |socket, worker| Subscriber { socket_id: SocketId::from_random(socket), worker, member: None };
        channel.join(at(1, 3)).unwrap();
        channel.join(at(2, 1)).unwrap();
        assert_eq!(channel.workers().collect::<Vec<_>>(), [3, 1]);
        channel.leave(SocketId::from_random(1));
        assert_eq!(channel.workers().collect::<Vec<_>>(), [1]);
    }
}
