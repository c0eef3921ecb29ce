use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use arc_swap::ArcSwap;
use campanile_protocol::AppKey;

use crate::{Realm, node::now_ms};

/// What the keys of one app are used for on this node. Only keys that opened something are here.
#[derive(Debug, Default)]
pub(crate) struct KeyUses(ArcSwap<Vec<Arc<Uses>>>);

#[derive(Debug)]
struct Uses {
    key: AppKey,
    connections: AtomicUsize,
    /// When it last opened something, in seconds since 1970.
    used_at: AtomicU64,
    /// What of that has been taken to be stored.
    taken: AtomicU64,
}

/// An open connection that was made with a key.
#[derive(Debug)]
pub(crate) struct KeyConnection(Arc<Uses>);

/// How a key is used on this node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// Which.
    pub key: AppKey,
    /// Open connections that were made with it.
    pub connections: usize,
    /// When it last opened a connection or signed a request, in seconds since 1970.
    pub used_at: u64,
}

impl KeyUses {
    /// Counts a connection.
    pub(crate) fn connect(&self, key: &AppKey) -> KeyConnection {
        let uses = self.get(key);
        uses.touch();
        uses.connections.fetch_add(1, Ordering::Relaxed);
        KeyConnection(uses)
    }

    /// Forgets keys that are none of these and have no connections.
    pub(crate) fn retain(&self, is_active: impl Fn(&AppKey) -> bool) {
        let is_kept = |uses: &Arc<Uses>| is_active(&uses.key) || uses.connections.load(Ordering::Relaxed) > 0;
        if !self.0.load().iter().all(is_kept) {
            self.0.rcu(|all| all.iter().filter(|uses| is_kept(uses)).cloned().collect::<Vec<_>>());
        }
    }

    fn get(&self, key: &AppKey) -> Arc<Uses> {
        let find = |all: &[Arc<Uses>]| all.iter().find(|uses| uses.key == *key).cloned();
        if let Some(found) = find(&self.0.load()) {
            return found;
        }
        let new = Arc::new(Uses {
            key: key.clone(),
            connections: AtomicUsize::new(0),
            used_at: AtomicU64::new(0),
            taken: AtomicU64::new(0),
        });
        self.0.rcu(|all| match find(all) {
            Some(_) => all.to_vec(),
            None => all.iter().cloned().chain([new.clone()]).collect(),
        });
        // Another thread may have been first.
        find(&self.0.load()).unwrap_or(new)
    }
}

impl Uses {
    fn touch(&self) {
        let now = now_ms() / 1000;
        // Read by all workers, written once a second.
        if self.used_at.load(Ordering::Relaxed) != now {
            self.used_at.store(now, Ordering::Relaxed);
        }
    }
}

impl KeyConnection {
    pub(crate) fn key(&self) -> &AppKey {
        &self.0.key
    }
}

impl Drop for KeyConnection {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Realm {
    /// Notes that a key signed a request.
    pub fn note_key_use(&self, key: &AppKey) {
        self.key_uses().get(key).touch();
    }

    /// How the app's keys are used on this node; those are missing that opened nothing.
    pub fn list_key_uses(&self) -> Vec<KeyUse> {
        self.key_uses().0.load().iter().map(|uses| uses.as_use()).collect()
    }

    /// The keys that were used since this was last called.
    pub fn take_key_uses(&self) -> Vec<KeyUse> {
        let taken = |uses: &&Arc<Uses>| {
            let used_at = uses.used_at.load(Ordering::Relaxed);
            uses.taken.swap(used_at, Ordering::Relaxed) != used_at
        };
        self.key_uses().0.load().iter().filter(taken).map(|uses| uses.as_use()).collect()
    }
}

impl Uses {
    fn as_use(&self) -> KeyUse {
        KeyUse {
            key: self.key.clone(),
            connections: self.connections.load(Ordering::Relaxed),
            used_at: self.used_at.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_counted_by_key_and_a_key_in_use_is_not_forgotten() {
        let uses = KeyUses::default();
        let (old, new): (AppKey, AppKey) = ("old".parse().unwrap(), "new".parse().unwrap());
        let counts = || {
            let all = uses.0.load();
            let mut counts: Vec<_> =
                all.iter().map(|uses| (uses.key.to_string(), uses.as_use().connections)).collect();
            counts.sort();
            counts
        };
        let (first, second) = (uses.connect(&old), uses.connect(&old));
        let third = uses.connect(&new);
        assert_eq!(counts(), [("new".to_owned(), 1), ("old".to_owned(), 2)]);
        drop(first);
        uses.retain(|key| *key == new);
        assert_eq!(counts(), [("new".to_owned(), 1), ("old".to_owned(), 1)]);
        drop((second, third));
        uses.retain(|key| *key == new);
        assert_eq!(counts(), [("new".to_owned(), 0)]);
    }
}
