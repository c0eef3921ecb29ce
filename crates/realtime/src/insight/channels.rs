use campanile_protocol::{Access, ChannelName, SocketId};
use futures_util::future::try_join_all;

use super::{MemberDetail, Occupancy, ask_owner};
use crate::{
    ChannelInfo, ChannelSummary, ConnectionPage, Node, QueryError, Realm,
    channels::{Channels, FindChannel},
    node::QUERY_TIMEOUT,
};

/// Some of a list in a stable order.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// These.
    pub items: Vec<T>,
    /// Whether there are more after the last of them.
    pub has_more: bool,
}

/// Whom an event to a channel reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// How many connections are subscribed.
    pub subscribers: usize,
    /// Whether the connection that is left out is one of them.
    pub is_exception_subscribed: bool,
}

/// Channels asked for at once where all are wanted: about half a millisecond.
const LISTED: usize = 1000;

/// A page of names of one owner.
type Paging = fn(&Channels, &str, Option<&str>, usize) -> Vec<ChannelSummary>;

impl Node {
    /// The next occupied channels whose names start with a prefix, users' own excepted, in the order of
    /// their names.
    pub async fn page_channels(
        &self,
        realm: &Realm,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<ChannelSummary>, QueryError> {
        page(realm, Channels::channel_page, [prefix, after.unwrap_or_default()], limit).await
    }

    /// All of them. They come page by page, so that whoever is asked does other things in between: a channel that is
    /// occupied or left meanwhile may or may not be among them.
    pub async fn list_channels(
        &self,
        realm: &Realm,
        prefix: &str,
    ) -> Result<Vec<ChannelSummary>, QueryError> {
        let mut listed: Vec<ChannelSummary> = Vec::new();
        loop {
            let after = listed.last().map(|last| last.channel.as_str());
            let Page { items, has_more } = self.page_channels(realm, prefix, after, LISTED).await?;
            listed.extend(items);
            if !has_more {
                return Ok(listed);
            }
        }
    }

    /// The next users who are signed in whose ids start with a prefix, as their own channels, in order.
    pub async fn page_users(
        &self,
        realm: &Realm,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<ChannelSummary>, QueryError> {
        let own = |user_id: &str| format!("{}{user_id}", ChannelName::USER_PREFIX);
        let after = after.map(own).unwrap_or_default();
        page(realm, Channels::user_page, [&own(prefix), &after], limit).await
    }

    /// How many channels and users there are.
    pub async fn occupancy(&self, realm: &Realm) -> Result<Occupancy, QueryError> {
        let counts =
            try_join_all(realm.owners().iter().map(|owner| ask_owner(owner, Channels::occupied))).await?;
        Ok(counts.into_iter().fold(Occupancy::default(), |sum, (channels, users)| Occupancy {
            channels: sum.channels + channels,
            users: sum.users + users,
        }))
    }

    /// One channel for its owner to see, a user's own too.
    pub async fn inspect_channel(
        &self,
        realm: &Realm,
        channel: ChannelName,
    ) -> Result<ChannelInfo, QueryError> {
        let asked = realm.owner(&channel).send(FindChannel(channel)).timeout(QUERY_TIMEOUT);
        asked.await.map_err(|_| QueryError::Overloaded)
    }

    /// Whom an event reaches that was published just before, or is just after.
    pub async fn reach(
        &self,
        realm: &Realm,
        channel: &ChannelName,
        except: Option<SocketId>,
    ) -> Result<Reach, QueryError> {
        let asked = channel.clone();
        let owner = realm.owner(channel);
        let (subscribers, is_exception_subscribed) =
            ask_owner(owner, move |owned| owned.reach(&asked, except)).await?;
        Ok(Reach { subscribers, is_exception_subscribed })
    }

    /// The next members of a presence channel, in the order of their ids.
    pub async fn page_members(
        &self,
        realm: &Realm,
        channel: &ChannelName,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<MemberDetail>, QueryError> {
        if channel.access() != Access::Presence {
            return Ok(Page { items: Vec::new(), has_more: false });
        }
        let (asked, after) = (channel.clone(), after.map(str::to_owned));
        let look = move |owned: &Channels| owned.member_page(&asked, after.as_deref(), limit + 1);
        let found = ask_owner(realm.owner(channel), look).await?;
        let members = found.into_iter().map(|(member, connections)| MemberDetail { member, connections });
        Ok(Page::of(members.collect(), limit))
    }

    /// The next connections that are subscribed to a channel, in the order of their ids.
    pub async fn page_subscribers(
        &self,
        realm: &Realm,
        channel: &ChannelName,
        after: Option<SocketId>,
        limit: usize,
    ) -> Result<ConnectionPage, QueryError> {
        let asked = channel.clone();
        let look = move |owned: &Channels| owned.subscriber_page(&asked, after, limit + 1);
        let Page { items, has_more } = Page::of(ask_owner(realm.owner(channel), look).await?, limit);
        let next = items.last().filter(|_| has_more).map(|(socket_id, _)| *socket_id);
        Ok(ConnectionPage { connections: self.describe(realm, &items).await?, next })
    }
}

/// Merges the pages of all owners.
async fn page(
    realm: &Realm,
    paging: Paging,
    [prefix, after]: [&str; 2],
    limit: usize,
) -> Result<Page<ChannelSummary>, QueryError> {
    let asked = realm.owners().iter().map(|owner| {
        let (prefix, after) = (prefix.to_owned(), after.to_owned());
        let look = move |owned: &Channels| paging(owned, &prefix, Some(&after), limit + 1);
        ask_owner(owner, look)
    });
    let mut found: Vec<_> = try_join_all(asked).await?.into_iter().flatten().collect();
    found.sort_by(|one, other| one.channel.cmp(&other.channel));
    Ok(Page::of(found, limit))
}

impl<T> Page<T> {
    /// A page of what was asked with room for one more.
    fn of(mut items: Vec<T>, limit: usize) -> Self {
        let has_more = items.len() > limit;
        items.truncate(limit);
        Self { items, has_more }
    }
}
