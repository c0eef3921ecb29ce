use std::{collections::BTreeSet, ops::Bound};

use campanile_protocol::{Access, ChannelName};

/// The names of an owner's occupied channels, in order: what is listed page by page needs one, and the map
/// of the channels has none. Users' own channels are apart: they are another list.
#[derive(Debug, Default)]
pub(super) struct Occupied {
    channels: BTreeSet<ChannelName>,
    users: BTreeSet<ChannelName>,
}

impl Occupied {
    fn of(&mut self, channel: &ChannelName) -> &mut BTreeSet<ChannelName> {
        if channel.access() == Access::User { &mut self.users } else { &mut self.channels }
    }

    pub(super) fn insert(&mut self, channel: &ChannelName) {
        self.of(channel).insert(channel.clone());
    }

    pub(super) fn remove(&mut self, channel: &ChannelName) {
        self.of(channel).remove(channel);
    }

    pub(super) fn channels(&self) -> usize {
        self.channels.len()
    }

    pub(super) fn users(&self) -> usize {
        self.users.len()
    }

    /// The next names with a prefix, after one that may be gone by now. A user's is its channel's.
    pub(super) fn page(
        &self,
        is_users: bool,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> impl Iterator<Item = &ChannelName> {
        let names = if is_users { &self.users } else { &self.channels };
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        let page = names.range::<str, _>((from, Bound::Unbounded));
        page.take_while(move |name| name.as_str().starts_with(prefix)).take(limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_one_another_within_a_prefix() {
        let mut occupied = Occupied::default();
        for name in ["room-2", "lounge", "room-1", "#server-to-user-ann", "room-3", "roomy"] {
            occupied.insert(&ChannelName::parse(name).unwrap());
        }
        let page = |prefix: &'static str, after, limit| {
            let names = occupied.page(false, prefix, after, limit);
            names.map(|name| name.as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(page("room-", None, 2), ["room-1", "room-2"]);
        assert_eq!(page("room-", Some("room-2"), 2), ["room-3"]);
        assert_eq!(page("room-", Some("room-3"), 2), [""; 0]);
        assert_eq!(page("room-", Some("a"), 1), ["room-1"], "a cursor before the prefix");
        assert_eq!(page("", None, 9), ["lounge", "room-1", "room-2", "room-3", "roomy"]);
        assert_eq!(occupied.page(true, "#server-to-user-", None, 9).count(), 1);
        assert_eq!((occupied.channels(), occupied.users()), (5, 1));
        occupied.remove(&ChannelName::parse("room-2").unwrap());
        let rest: Vec<_> = occupied.page(false, "room-", Some("room-1"), 9).collect();
        assert_eq!(rest, [&ChannelName::parse("room-3").unwrap()]);
    }
}
