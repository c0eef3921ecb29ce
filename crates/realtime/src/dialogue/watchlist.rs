use std::collections::BTreeMap;

use campanile_protocol::{ChannelName, Frame, server_message};

/// What a connection knows of the users it watches. Their owners answer one by one; the client gets
/// one message when all have, and then one for each change.
#[derive(Debug, Default)]
pub(super) struct Watchlist {
    users: Vec<ChannelName>,
    /// Owners that have not answered yet.
    awaited: usize,
    /// What is known so far, until all have.
    known: BTreeMap<ChannelName, bool>,
}

impl Watchlist {
    /// Begins to watch users that belong to so many owners.
    pub(super) fn new(users: Vec<ChannelName>, owners: usize) -> Self {
        Self { users, awaited: owners, known: BTreeMap::new() }
    }

    pub(super) fn users(&self) -> &[ChannelName] {
        &self.users
    }

    /// Takes an owner's answer or a change; what the client is to be told.
    pub(super) fn hear(
        &mut self,
        online: &[ChannelName],
        offline: &[ChannelName],
        is_answer: bool,
    ) -> Option<Frame> {
        if self.awaited == 0 {
            return Some(frame(online.iter(), offline.iter()));
        }
        self.known.extend(online.iter().map(|user| (user.clone(), true)));
        self.known.extend(offline.iter().map(|user| (user.clone(), false)));
        self.awaited -= usize::from(is_answer);
        if self.awaited > 0 {
            return None;
        }
        let known = std::mem::take(&mut self.known);
        let having =
            |wanted: bool| known.iter().filter(move |(_, state)| **state == wanted).map(|(user, _)| user);
        Some(frame(having(true), having(false)))
    }
}

fn frame<'a>(
    online: impl Iterator<Item = &'a ChannelName>,
    offline: impl Iterator<Item = &'a ChannelName>,
) -> Frame {
    let online: Vec<_> = online.filter_map(ChannelName::user_id).collect();
    let offline: Vec<_> = offline.filter_map(ChannelName::user_id).collect();
    server_message::watchlist_events(&online, &offline)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(ids: &[&str]) -> Vec<ChannelName> {
        ids.iter().map(|id| ChannelName::of_user(id).unwrap()).collect()
    }

    #[test]
    fn the_first_message_waits_for_all_owners_and_takes_changes_in() {
        let mut watchlist = Watchlist::new(users(&["a", "b", "c"]), 2);
        assert_eq!(watchlist.hear(&users(&["a"]), &users(&["b"]), true), None);
        assert_eq!(watchlist.hear(&users(&["b"]), &[], false), None);
        let first = watchlist.hear(&[], &users(&["c"]), true);
        assert_eq!(first, Some(server_message::watchlist_events(&["a", "b"], &["c"])));
        let change = watchlist.hear(&[], &users(&["a"]), false);
        assert_eq!(change, Some(server_message::watchlist_events(&[], &["a"])));
    }
}
