use campanile_protocol::{ChannelName, CloseCode, Event, Member, SocketId, server_message};
use futures_util::future::{join_all, try_join_all};

use super::ask_owner;
use crate::{
    ConnectionQuery, ConnectionSummary, Node, QueryError, Realm, Told,
    hub::{Examined, Scan, Scanned},
};

/// Connections in the order of their ids. May be short, even empty, and still have a next page.
#[derive(Clone, Debug, Default)]
pub struct ConnectionPage {
    /// What fits.
    pub connections: Vec<ConnectionSummary>,
    /// After which id the next page begins, if there is one.
    pub next: Option<SocketId>,
}

/// One connection, closely.
#[derive(Clone, Debug)]
pub struct ConnectionDetail {
    /// What lists show of it.
    pub summary: ConnectionSummary,
    /// Messages that it sent.
    pub messages_in: u64,
    /// Frames that it was written.
    pub messages_out: u64,
    /// Some of its subscriptions, in the order of the channels' names.
    pub subscriptions: Vec<SubscriptionDetail>,
    /// Whether there are more.
    pub has_more_subscriptions: bool,
}

/// One subscription of a connection.
#[derive(Clone, Debug)]
pub struct SubscriptionDetail {
    /// The channel.
    pub channel: ChannelName,
    /// Who it is there, in a presence channel: as the user's first connection there described it.
    pub member: Option<Member>,
}

/// Slices after which a page is answered short.
const SLICES: usize = 50;

impl Node {
    /// The next connections of an app that fit a query.
    pub async fn find_connections(
        &self,
        realm: &Realm,
        query: &ConnectionQuery,
        after: Option<SocketId>,
        limit: usize,
    ) -> Result<ConnectionPage, QueryError> {
        let scan = Scan { app_id: realm.app().id, query: query.clone(), after, limit };
        let workers = 0..self.hubs().len();
        let scanned = try_join_all(workers.map(|worker| self.scan(worker, scan.clone()))).await?;
        Ok(merge(scanned, limit))
    }

    /// Slice by slice, in between the worker does its work.
    async fn scan(&self, worker: usize, mut scan: Scan) -> Result<Scanned, QueryError> {
        let mut all = Scanned { found: Vec::new(), reached: None };
        for _ in 0..SLICES {
            let next = scan.clone();
            let Scanned { found, reached } = self.ask(worker, move |table| table.scan(&next)).await?;
            scan.limit -= found.len();
            scan.after = reached;
            all.found.extend(found);
            all.reached = reached;
            if reached.is_none() || scan.limit == 0 {
                break;
            }
        }
        Ok(all)
    }

    /// One connection, with its subscriptions after a channel's name.
    pub async fn find_connection(
        &self,
        realm: &Realm,
        socket_id: SocketId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Option<ConnectionDetail>, QueryError> {
        let app_id = realm.app().id;
        let asked = (0..self.hubs().len()).map(|worker| {
            let after = after.map(str::to_owned);
            self.ask(worker, move |table| table.examine(app_id, socket_id, after.as_deref(), limit))
        });
        let Some(examined) = try_join_all(asked).await?.into_iter().flatten().next() else { return Ok(None) };
        let Examined { summary, messages_in, messages_out, subscriptions, has_more } = examined;
        let described = subscriptions.into_iter().map(async |(channel, user_id)| {
            let Some(user_id) = user_id else { return Ok(SubscriptionDetail { channel, member: None }) };
            let (owner, asked) = (realm.owner(&channel), channel.clone());
            let member = ask_owner(owner, move |owned| owned.find_member(&asked, &user_id)).await?;
            Ok(SubscriptionDetail { channel, member })
        });
        let subscriptions = try_join_all(described).await?;
        let has_more_subscriptions = has_more;
        Ok(Some(ConnectionDetail {
            summary,
            messages_in,
            messages_out,
            subscriptions,
            has_more_subscriptions,
        }))
    }

    /// Ends one connection; whether there was one.
    pub async fn disconnect(
        &self,
        realm: &Realm,
        socket_id: SocketId,
        code: CloseCode,
    ) -> Result<bool, QueryError> {
        let app_id = realm.app().id;
        let workers = 0..self.hubs().len();
        let asked =
            workers.map(|worker| self.ask(worker, move |table| table.disconnect(app_id, socket_id, code)));
        Ok(try_join_all(asked).await?.into_iter().any(|found| found))
    }

    /// Sends an event to one connection: as one of a channel that it is subscribed to, or of none. In no
    /// order with the channel's own events.
    pub async fn send_to_connection(
        &self,
        realm: &Realm,
        socket_id: SocketId,
        channel: Option<&ChannelName>,
        event: &Event,
    ) -> Result<Told, QueryError> {
        let app_id = realm.app().id;
        let frame = server_message::direct_event(channel, event);
        let asked = (0..self.hubs().len()).map(|worker| {
            let (channel, frame) = (channel.cloned(), frame.clone());
            self.ask(worker, move |table| table.tell(app_id, socket_id, channel.as_ref(), frame))
        });
        let told = try_join_all(asked).await?;
        Ok(told.into_iter().find(|told| *told != Told::Unknown).unwrap_or(Told::Unknown))
    }

    /// What is known of connections, given with their workers; those that are gone are missing.
    pub(super) async fn describe(
        &self,
        realm: &Realm,
        places: &[(SocketId, usize)],
    ) -> Result<Vec<ConnectionSummary>, QueryError> {
        let app_id = realm.app().id;
        let asked = (0..self.hubs().len()).map(async |worker| {
            let here = places.iter().filter(|(_, place)| *place == worker);
            let socket_ids: Vec<_> = here.map(|(socket_id, _)| *socket_id).collect();
            if socket_ids.is_empty() {
                return Ok(Vec::new());
            }
            self.ask(worker, move |table| table.describe(app_id, &socket_ids)).await
        });
        let mut described: Vec<_> = Vec::new();
        for some in join_all(asked).await {
            described.extend(some?);
        }
        described.sort_by_key(|summary| summary.socket_id);
        Ok(described)
    }
}

/// Nothing beyond what every worker has looked at may be shown: a page after it would begin too late.
fn merge(scanned: Vec<Scanned>, limit: usize) -> ConnectionPage {
    let bound = scanned.iter().filter_map(|one| one.reached).min();
    let mut connections: Vec<_> = scanned.into_iter().flat_map(|one| one.found).collect();
    connections.retain(|one| bound.is_none_or(|bound| one.socket_id <= bound));
    connections.sort_by_key(|one| one.socket_id);
    let is_cut = connections.len() > limit;
    connections.truncate(limit);
    let next = if is_cut { connections.last().map(|last| last.socket_id) } else { bound };
    ConnectionPage { connections, next }
}

#[cfg(test)]
mod tests {
    use campanile_protocol::Transport;

    use super::*;

    fn scanned(ids: &[u64], reached: Option<u64>) -> Scanned {
        let summary = |id: &u64| ConnectionSummary {
            socket_id: SocketId::from_random(*id),
            key: "key".parse().unwrap(),
            client: None,
            transport: Transport::WebSocket,
            origin: None,
            address: None,
            connected_at_ms: 0,
            last_heard_ms: 0,
            user_id: None,
            subscriptions: 0,
        };
        Scanned { found: ids.iter().map(summary).collect(), reached: reached.map(SocketId::from_random) }
    }

    fn merged(scanned: Vec<Scanned>, limit: usize) -> (Vec<SocketId>, Option<SocketId>) {
        let page = merge(scanned, limit);
        (page.connections.iter().map(|found| found.socket_id).collect(), page.next)
    }

    #[test]
    fn a_page_ends_where_the_first_worker_stopped_looking() {
        let ids = |ids: &[u64]| ids.iter().map(|id| SocketId::from_random(*id)).collect::<Vec<_>>();
        let next = |id| Some(SocketId::from_random(id));
        // The first worker has seen up to 5 only: whether it has a 6 is not known.
        let both = || vec![scanned(&[1, 5], Some(5)), scanned(&[2, 7], None)];
        assert_eq!(merged(both(), 9), (ids(&[1, 2, 5]), next(5)));
        assert_eq!(merged(both(), 2), (ids(&[1, 2]), next(2)));
        assert_eq!(merged(vec![scanned(&[1], None), scanned(&[2], None)], 2), (ids(&[1, 2]), None));
        assert_eq!(merged(vec![scanned(&[], Some(9)), scanned(&[], None)], 2), (ids(&[]), next(9)));
    }
}
