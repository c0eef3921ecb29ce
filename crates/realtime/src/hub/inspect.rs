//! Questions about connections. Each looks at a bounded number of them: who wants more asks again, and in
//! between the worker does its work.

use std::{
    net::IpAddr,
    ops::Bound,
    rc::Rc,
    time::{Duration, Instant},
};

use campanile_protocol::{AppId, AppKey, ChannelName, CloseCode, Frame, SocketId, Transport, UserId};

use super::{Session, Table};
use crate::{Batch, node::now_ms};

/// Which connections of an app are looked for: those for which everything given holds.
#[derive(Clone, Debug, Default)]
pub struct ConnectionQuery {
    /// Signed in as this user, or a member as this user somewhere.
    pub user_id: Option<String>,
    /// From this address.
    pub address: Option<IpAddr>,
    /// Has this in what the client says of itself, whatever the case.
    pub client: Option<String>,
    /// Connected so.
    pub transport: Option<Transport>,
    /// Subscribed to this channel.
    pub channel: Option<ChannelName>,
    /// Made with this key.
    pub key: Option<AppKey>,
}

/// One connection in a list.
#[derive(Clone, Debug)]
pub struct ConnectionSummary {
    /// Which.
    pub socket_id: SocketId,
    /// The key it was made with.
    pub key: AppKey,
    /// The client's name and version, as it says.
    pub client: Option<String>,
    /// How it is connected.
    pub transport: Transport,
    /// The origin of the page, where a browser said so.
    pub origin: Option<String>,
    /// The client's address.
    pub address: Option<IpAddr>,
    /// When it was made, in milliseconds since 1970.
    pub connected_at_ms: u64,
    /// When something last came in, likewise.
    pub last_heard_ms: u64,
    /// Who is signed in.
    pub user_id: Option<UserId>,
    /// How many channels it is subscribed to.
    pub subscriptions: usize,
}

/// One connection, closely.
#[derive(Debug)]
pub(crate) struct Examined {
    pub(crate) summary: ConnectionSummary,
    pub(crate) messages_in: u64,
    pub(crate) messages_out: u64,
    /// In the order of their names, with who it is there.
    pub(crate) subscriptions: Vec<(ChannelName, Option<UserId>)>,
    pub(crate) has_more: bool,
}

/// What is to be looked for, and where to go on.
#[derive(Clone, Debug)]
pub(crate) struct Scan {
    pub(crate) app_id: AppId,
    pub(crate) query: ConnectionQuery,
    pub(crate) after: Option<SocketId>,
    pub(crate) limit: usize,
}

/// What one look found.
#[derive(Debug)]
pub(crate) struct Scanned {
    pub(crate) found: Vec<ConnectionSummary>,
    /// Up to where it looked; none when it has seen the last.
    pub(crate) reached: Option<SocketId>,
}

/// What became of an event for one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It was written, or waits to be.
    Sent,
    /// There is no such connection.
    Unknown,
    /// The connection is not subscribed to the event's channel, so it would not know what to do with it.
    NotSubscribed,
}

/// Connections looked at between two pauses: about half a millisecond.
const SCANNED: usize = 1000;

impl ConnectionQuery {
    fn matches(&self, session: &Session) -> bool {
        let facts = &session.facts;
        self.address.is_none_or(|wanted| facts.address == Some(wanted))
            && self.transport.is_none_or(|wanted| facts.transport == wanted)
            && self.key.as_ref().is_none_or(|wanted| facts.key.key() == wanted)
            && self.client.as_deref().is_none_or(|wanted| has_client(session, wanted))
            && self.channel.as_ref().is_none_or(|wanted| session.dialogue().is_subscribed(wanted))
            && self.user_id.as_deref().is_none_or(|wanted| session.dialogue().is_user(wanted))
    }
}

fn has_client(session: &Session, wanted: &str) -> bool {
    let client = session.facts.client.as_deref().unwrap_or_default().as_bytes();
    wanted.is_empty() || client.windows(wanted.len()).any(|part| part.eq_ignore_ascii_case(wanted.as_bytes()))
}

impl ConnectionSummary {
    fn of(session: &Session) -> Self {
        let (facts, dialogue) = (&session.facts, session.dialogue());
        let silent_for = Instant::now().saturating_duration_since(session.heard_at());
        Self {
            socket_id: session.socket_id,
            key: facts.key.key().clone(),
            client: facts.client.as_deref().map(str::to_owned),
            transport: facts.transport,
            origin: facts.origin.as_deref().map(str::to_owned),
            address: facts.address,
            connected_at_ms: facts.connected_at_ms,
            last_heard_ms: now_ms().saturating_sub(milliseconds(silent_for)),
            user_id: dialogue.user_id().cloned(),
            subscriptions: dialogue.subscriptions().count(),
        }
    }
}

impl Table {
    /// Looks at the next connections of an app, in the order of their ids, for at most `limit` that fit.
    pub(crate) fn scan(&self, scan: &Scan) -> Scanned {
        let Scan { app_id, ref query, after, limit } = *scan;
        let state = self.0.state.borrow();
        let from = match after {
            Some(after) => Bound::Excluded((app_id, after)),
            None => Bound::Included((app_id, SocketId::from_random(0))),
        };
        let to = Bound::Included((app_id, SocketId::from_random(u64::MAX)));
        let mut found = Vec::new();
        for (seen, ((_, socket_id), session)) in state.sessions.range((from, to)).enumerate() {
            if query.matches(session) {
                found.push(ConnectionSummary::of(session));
            }
            if found.len() >= limit || seen + 1 >= SCANNED {
                return Scanned { found, reached: Some(*socket_id) };
            }
        }
        Scanned { found, reached: None }
    }

    /// Those of these connections that are here.
    pub(crate) fn describe(&self, app_id: AppId, socket_ids: &[SocketId]) -> Vec<ConnectionSummary> {
        let state = self.0.state.borrow();
        let find = |socket_id: &SocketId| state.sessions.get(&(app_id, *socket_id));
        socket_ids.iter().filter_map(find).map(|session| ConnectionSummary::of(session)).collect()
    }

    /// One connection, with the subscriptions that come after a name.
    pub(crate) fn examine(
        &self,
        app_id: AppId,
        socket_id: SocketId,
        after: Option<&str>,
        limit: usize,
    ) -> Option<Examined> {
        let state = self.0.state.borrow();
        let session = state.sessions.get(&(app_id, socket_id))?;
        let summary = ConnectionSummary::of(session);
        let dialogue = session.dialogue();
        let written = |channel: &ChannelName| {
            let log = state.channels.get(&(app_id, channel.clone()));
            log.map_or(0, |log| log.written_to(socket_id))
        };
        let (messages_in, sent) = session.counts();
        let messages_out = sent + dialogue.joined().map(written).sum::<u64>();
        let mut subscriptions: Vec<_> = dialogue
            .subscriptions()
            .filter(|(channel, _)| after.is_none_or(|after| channel.as_str() > after))
            .map(|(channel, user_id)| (channel.clone(), user_id.cloned()))
            .collect();
        subscriptions.sort_by(|(one, _), (other, _)| one.cmp(other));
        let has_more = subscriptions.len() > limit;
        subscriptions.truncate(limit);
        Some(Examined { summary, messages_in, messages_out, subscriptions, has_more })
    }

    /// Ends one connection, if it is here.
    pub(crate) fn disconnect(&self, app_id: AppId, socket_id: SocketId, code: CloseCode) -> bool {
        let session = self.find(app_id, socket_id);
        session.inspect(|session| session.close(code)).is_some()
    }

    /// Writes to one connection: beside the log of the channel, so in no order with what that has yet to
    /// write.
    pub(crate) fn tell(
        &self,
        app_id: AppId,
        socket_id: SocketId,
        channel: Option<&ChannelName>,
        frame: Frame,
    ) -> Told {
        let Some(session) = self.find(app_id, socket_id) else { return Told::Unknown };
        if channel.is_some_and(|channel| !session.dialogue().is_subscribed(channel)) {
            return Told::NotSubscribed;
        }
        session.send(&Batch::from(frame));
        Told::Sent
    }

    fn find(&self, app_id: AppId, socket_id: SocketId) -> Option<Rc<Session>> {
        self.0.state.borrow().sessions.get(&(app_id, socket_id)).cloned()
    }
}

fn milliseconds(duration: Duration) -> u64 {
    duration.as_millis() as u64
}
