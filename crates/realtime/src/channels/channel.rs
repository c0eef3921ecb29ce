use std::time::{Duration, Instant};

use campanile_protocol::{Frame, Member, SocketId, UserId, server_message::Refusal};

use crate::{
    CachedEvent, ChannelInfo,
    socket_map::{SocketMap, SocketSet},
};

/// Who is in one channel, and what it remembers. Pure: it decides, its actor tells.
///
/// Every count is the size of a set that is owned here; none is kept beside it.
#[derive(Debug, Default)]
pub(super) struct Channel {
    /// Workers that have subscribers, and who they are.
    workers: Vec<(usize, SocketSet)>,
    users: Vec<User>,
    /// Who wants to know when the user whose own channel this is comes and goes, and on which worker.
    watchers: SocketMap<usize>,
    cached: Option<Box<Cached>>,
    /// Webhooks know that there is nothing in the cache.
    is_miss_told: bool,
    pub(super) count_told: CountTold,
}

/// A user who is present: what its first connection told about it, and all that it has.
#[derive(Debug)]
struct User {
    member: Member,
    connections: Vec<SocketId>,
}

/// The last event published to a cache channel.
#[derive(Debug)]
struct Cached {
    frame: Frame,
    data: String,
    expires: Instant,
}

impl Cached {
    fn bytes(&self) -> usize {
        size_of::<Self>() + size_of::<Channel>() + self.frame.websocket().len() + self.data.len()
    }
}

/// When subscribers were last told how many they are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CountTold {
    pub(super) at: Option<Instant>,
    pub(super) count: usize,
    /// A telling is planned.
    pub(super) is_due: bool,
}

/// How long a cache channel remembers.
const CACHED_FOR: Duration = Duration::from_secs(30 * 60);

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
    pub(super) fn join(&mut self, subscriber: Subscriber, max_members: u32) -> Result<Arrival, Refusal> {
        let Subscriber { socket_id, worker, member } = subscriber;
        let is_first = self.workers.is_empty();
        let new_member = match member {
            Some(member) => self.admit(member, socket_id, max_members)?,
            None => None,
        };
        match self.workers.iter_mut().find(|(index, _)| *index == worker) {
            Some((_, sockets)) => _ = sockets.insert(socket_id),
            None => {
                // Most channels have one subscriber, and a vector begins with room for four.
                self.workers.reserve_exact(1);
                self.workers.push((worker, SocketSet::from_iter([socket_id])));
            }
        }
        Ok(Arrival { is_first, new_member })
    }

    fn admit(
        &mut self,
        member: Member,
        socket_id: SocketId,
        max_members: u32,
    ) -> Result<Option<Member>, Refusal> {
        if let Some(user) = self.users.iter_mut().find(|user| user.member.user_id == member.user_id) {
            user.connections.push(socket_id);
            return Ok(None);
        }
        if self.users.len() >= max_members as usize {
            return Err(Refusal::Full(max_members));
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

    pub(super) fn watch(&mut self, socket_id: SocketId, worker: usize) {
        self.watchers.insert(socket_id, worker);
    }

    pub(super) fn unwatch(&mut self, socket_id: SocketId) {
        self.watchers.remove(&socket_id);
    }

    pub(super) fn watchers(&self) -> impl Iterator<Item = (SocketId, usize)> {
        self.watchers.iter().map(|(socket_id, worker)| (*socket_id, *worker))
    }

    /// Remembers the last event; how many bytes that takes.
    pub(super) fn remember(&mut self, frame: Frame, data: String, now: Instant) -> usize {
        self.is_miss_told = false;
        self.cached.insert(Box::new(Cached { frame, data, expires: now + CACHED_FOR })).bytes()
    }

    /// Forgets the last event; how many bytes that frees, none if there was none.
    pub(super) fn forget_event(&mut self) -> usize {
        self.cached.take().map_or(0, |cached| cached.bytes())
    }

    /// The remembered event's frame.
    pub(super) fn recall(&self, now: Instant) -> Option<&Frame> {
        self.cached.as_ref().filter(|cached| cached.expires > now).map(|cached| &cached.frame)
    }

    pub(super) fn is_remembering(&self) -> bool {
        self.cached.is_some()
    }

    /// Whether webhooks must be told that there is nothing to recall: once until there is again.
    pub(super) fn take_miss(&mut self) -> bool {
        !std::mem::replace(&mut self.is_miss_told, true)
    }

    /// Whether nothing would be lost by forgetting the channel.
    pub(super) fn is_forgettable(&self, now: Instant) -> bool {
        self.workers.is_empty() && self.watchers.is_empty() && self.recall(now).is_none()
    }

    pub(super) fn is_occupied(&self) -> bool {
        !self.workers.is_empty()
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

    /// The same, each with the number of its connections.
    pub(super) fn users(&self) -> impl Iterator<Item = (&Member, usize)> {
        self.users.iter().map(|user| (&user.member, user.connections.len()))
    }

    /// Who is subscribed, and on which worker.
    pub(super) fn sockets(&self) -> impl Iterator<Item = (SocketId, usize)> {
        self.workers.iter().flat_map(|(worker, sockets)| {
            let worker = *worker;
            sockets.iter().map(move |socket_id| (*socket_id, worker))
        })
    }

    /// The workers that have subscribers.
    pub(super) fn workers(&self) -> impl Iterator<Item = usize> {
        self.workers.iter().map(|(worker, _)| *worker)
    }

    pub(super) fn info(&self, now: Instant) -> ChannelInfo {
        let fresh = self.cached.as_ref().filter(|cached| cached.expires > now);
        ChannelInfo {
            subscribers: self.subscribers(),
            users: self.users.len(),
            cached: fresh.map(|cached| CachedEvent {
                data: cached.data.clone(),
                ttl: cached.expires.duration_since(now),
            }),
        }
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
        let first = channel.join(user(1, "7"), 100).unwrap();
        assert!(first.is_first && first.new_member.is_some());
        let second = channel.join(user(2, "\"7\""), 100).unwrap();
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
        for id in 0..3 {
            channel.join(user(id, &id.to_string()), 3).unwrap();
        }
        assert_eq!(channel.join(user(1000, "1000"), 3).unwrap_err(), Refusal::Full(3));
        assert!(channel.join(user(1001, "2"), 3).is_ok());
        assert_eq!((channel.subscribers(), channel.members().count()), (4, 3));
    }

    #[test]
    fn only_workers_with_subscribers_are_told() {
        let mut channel = Channel::default();
        let at =
            |socket, worker| Subscriber { socket_id: SocketId::from_random(socket), worker, member: None };
        channel.join(at(1, 3), 100).unwrap();
        channel.join(at(2, 1), 100).unwrap();
        assert_eq!(channel.workers().collect::<Vec<_>>(), [3, 1]);
        channel.leave(SocketId::from_random(1));
        assert_eq!(channel.workers().collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn an_event_is_remembered_for_half_an_hour_and_a_miss_told_once() {
        let (mut channel, now) = (Channel::default(), Instant::now());
        assert!(channel.take_miss() && !channel.take_miss());
        channel.remember(Frame::text("x"), "x".to_owned(), now);
        assert!(channel.recall(now + CACHED_FOR - Duration::from_secs(1)).is_some());
        assert!(!channel.is_forgettable(now));
        assert!(channel.recall(now + CACHED_FOR).is_none());
        assert!(channel.is_forgettable(now + CACHED_FOR));
        assert!(channel.take_miss());
    }
}
