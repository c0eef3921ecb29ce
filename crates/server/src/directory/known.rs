use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use ahash::AHashMap;
use campanile_protocol::{App, AppId, AppKey};
use campanile_realtime::{Node, Realm};

/// The apps in use.
#[derive(Default)]
pub(super) struct Apps {
    by_id: AHashMap<AppId, Known>,
    by_key: AHashMap<AppKey, AppId>,
}

struct Known {
    realm: Arc<Realm>,
    /// Looked up since the last sweep.
    is_used: AtomicBool,
    used_at: Instant,
}

impl Apps {
    pub(super) fn find(&self, app_id: AppId) -> Option<Arc<Realm>> {
        let known = self.by_id.get(&app_id)?;
        known.is_used.store(true, Ordering::Relaxed);
        Some(known.realm.clone())
    }

    pub(super) fn find_by_key(&self, key: &AppKey) -> Option<Arc<Realm>> {
        self.find(*self.by_key.get(key)?)
    }

    pub(super) fn ids(&self) -> Vec<AppId> {
        self.by_id.keys().copied().collect()
    }

    /// Puts an app's present settings and keys in force.
    pub(super) fn put(&mut self, node: &Node, app: App) -> Arc<Realm> {
        let realm = node.realm(&app);
        self.by_key.retain(|_, owner| *owner != app.id);
        self.by_key.extend(app.keys.iter().map(|key| (key.key().clone(), app.id)));
        let known = Known { realm: realm.clone(), is_used: AtomicBool::new(true), used_at: Instant::now() };
        self.by_id.insert(app.id, known);
        realm.update(app);
        realm
    }

    pub(super) fn remove(&mut self, app_id: AppId) {
        if self.by_id.remove(&app_id).is_some() {
            self.by_key.retain(|_, owner| *owner != app_id);
        }
    }

    /// Forgets apps that for so long have had no connection and not been looked up.
    pub(super) fn forget_idle(&mut self, now: Instant, idle: Duration) {
        for known in self.by_id.values_mut() {
            if known.is_used.swap(false, Ordering::Relaxed) || known.realm.connections() > 0 {
                known.used_at = now;
            }
        }
        let is_idle = |known: &Known| now.duration_since(known.used_at) > idle;
        let forgotten: Vec<_> =
            self.by_id.iter().filter(|(_, known)| is_idle(known)).map(|(app_id, _)| *app_id).collect();
        forgotten.into_iter().for_each(|app_id| self.remove(app_id));
    }
}

/// Keys and ids that were looked up and not found.
#[derive(Default)]
pub(super) struct Unknown {
    since: AHashMap<String, Instant>,
    order: VecDeque<String>,
}

/// How long a name is known to be unknown; that it exists now is noticed at once in any case.
const UNKNOWN_FOR: Duration = Duration::from_secs(10);
const UNKNOWN_NAMES: usize = 10_000;

impl Unknown {
    pub(super) fn contains(&self, name: &str) -> bool {
        self.since.get(name).is_some_and(|since| since.elapsed() < UNKNOWN_FOR)
    }

    /// Remembers a name; when there are too many, the oldest is forgotten.
    pub(super) fn insert(&mut self, name: &str) {
        if self.since.insert(name.to_owned(), Instant::now()).is_none() {
            self.order.push_back(name.to_owned());
        }
        if self.order.len() > UNKNOWN_NAMES
            && let Some(oldest) = self.order.pop_front()
        {
            self.since.remove(&oldest);
        }
    }
}
