use std::{
    collections::VecDeque,
    sync::{
        Arc, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use ahash::AHashMap;
use campanile_control::{AppChanged, Store, StoreError};
use campanile_protocol::{App, AppId, AppKey, CloseCode};
use campanile_realtime::{Node, Realm};
use tokio::sync::Semaphore;

/// Which app a key or an id opens, remembered from the control plane, so that apps in use need no
/// database. A change made anywhere is in force here as soon as the database tells of it.
pub(crate) struct Directory {
    store: Store,
    node: Arc<Node>,
    apps: RwLock<Apps>,
    /// Keys that open nothing, so that a client that tries one for ever costs no query each time.
    unknown: RwLock<Unknown>,
    /// Counts changes: an answer read before one may be out of date.
    changes: AtomicU64,
    /// Queries that may run at once, so that strangers cannot take all database connections.
    queries: Semaphore,
}

#[derive(Default)]
struct Apps {
    by_id: AHashMap<AppId, Known>,
    by_key: AHashMap<AppKey, Arc<Realm>>,
}

struct Known {
    realm: Arc<Realm>,
    used_at: Instant,
}

#[derive(Default)]
struct Unknown {
    since: AHashMap<String, Instant>,
    order: VecDeque<String>,
}

/// How many queries may run at once.
const QUERIES: usize = 4;
/// How long an app without connections is remembered.
const IDLE: Duration = Duration::from_secs(3600);
const SWEEP_INTERVAL: Duration = Duration::from_secs(300);
/// How long a key is known to be unknown; its creation is noticed at once in any case.
const UNKNOWN_FOR: Duration = Duration::from_secs(10);
const UNKNOWN_KEYS: usize = 10_000;
const RETRY_AFTER: Duration = Duration::from_secs(1);

impl Directory {
    /// A directory that keeps itself up to date.
    pub(crate) fn start(store: Store, node: Arc<Node>) -> Arc<Self> {
        let directory = Arc::new(Self {
            store,
            node,
            apps: RwLock::default(),
            unknown: RwLock::default(),
            changes: AtomicU64::new(0),
            queries: Semaphore::new(QUERIES),
        });
        tokio::spawn(directory.clone().follow_changes());
        directory
    }

    /// The realm of the app that has this active key. `None` covers both "no such key" and "revoked":
    /// a caller must not be able to tell them apart.
    pub(crate) async fn find_by_key(&self, key: &str) -> Result<Option<Arc<Realm>>, StoreError> {
        let Ok(app_key) = key.parse::<AppKey>() else { return Ok(None) };
        if let Some(realm) = self.apps().by_key.get(&app_key) {
            return Ok(Some(realm.clone()));
        }
        if self.unknown.read().expect("no one panics holding it").contains(key) {
            return Ok(None);
        }
        let realm = self.load(|| self.store.find_app_by_key(key)).await?;
        if realm.is_none() {
            self.unknown.write().expect("no one panics holding it").insert(key);
        }
        Ok(realm)
    }

    /// The realm of an app.
    pub(crate) async fn find(&self, app_id: AppId) -> Result<Option<Arc<Realm>>, StoreError> {
        if let Some(known) = self.apps().by_id.get(&app_id) {
            return Ok(Some(known.realm.clone()));
        }
        self.load(|| self.store.find_app(app_id)).await
    }

    fn apps(&self) -> std::sync::RwLockReadGuard<'_, Apps> {
        self.apps.read().expect("no one panics holding it")
    }

    /// Asks the store, and again if something changed while it answered.
    async fn load<F>(&self, query: impl Fn() -> F) -> Result<Option<Arc<Realm>>, StoreError>
    where
        F: Future<Output = Result<Option<App>, StoreError>>,
    {
        let _permit = self.queries.acquire().await.expect("never closed");
        loop {
            let before = self.changes.load(Ordering::Acquire);
            let Some(app) = query().await? else { return Ok(None) };
            let mut apps = self.apps.write().expect("no one panics holding it");
            if self.changes.load(Ordering::Acquire) == before {
                return Ok(Some(apps.put(&self.node, app)));
            }
        }
    }

    async fn follow_changes(self: Arc<Self>) {
        let mut changes = self.store.app_changes();
        let mut sweep = tokio::time::interval(SWEEP_INTERVAL);
        loop {
            tokio::select! {
                change = changes.recv() => match change {
                    Some(change) => self.apply(change).await,
                    None => return,
                },
                _ = sweep.tick() => self.forget_idle(),
            }
        }
    }

    async fn apply(&self, change: AppChanged) {
        self.changes.fetch_add(1, Ordering::AcqRel);
        *self.unknown.write().expect("no one panics holding it") = Unknown::default();
        match change {
            AppChanged::One(app_id) => self.refresh(app_id).await,
            AppChanged::All => {
                let known: Vec<_> = self.apps().by_id.keys().copied().collect();
                for app_id in known {
                    self.refresh(app_id).await;
                }
            }
        }
    }

    /// Brings an app that is in use up to date. While the database does not answer, what is known
    /// stays in force.
    async fn refresh(&self, app_id: AppId) {
        if !self.apps().by_id.contains_key(&app_id) {
            return;
        }
        loop {
            match self.store.find_app(app_id).await {
                Ok(Some(app)) => {
                    let is_enabled = app.enabled;
                    self.apps.write().expect("no one panics holding it").put(&self.node, app);
                    if !is_enabled {
                        self.node.close_connections(Some(app_id), CloseCode::AppDisabled);
                    }
                    return;
                }
                Ok(None) => {
                    self.apps.write().expect("no one panics holding it").remove(app_id);
                    self.node.close_connections(Some(app_id), CloseCode::UnknownApp);
                    return;
                }
                Err(error) => {
                    tracing::warn!(app.id = %app_id, %error, "a changed app could not be read, trying again");
                    tokio::time::sleep(RETRY_AFTER).await;
                }
            }
        }
    }

    fn forget_idle(&self) {
        let now = Instant::now();
        let mut apps = self.apps.write().expect("no one panics holding it");
        for known in apps.by_id.values_mut().filter(|known| Arc::strong_count(&known.realm) > 2) {
            known.used_at = now;
        }
        let idle = apps.by_id.iter().filter(|(_, known)| now.duration_since(known.used_at) > IDLE);
        let idle: Vec<_> = idle.map(|(app_id, _)| *app_id).collect();
        idle.into_iter().for_each(|app_id| apps.remove(app_id));
    }
}

impl Apps {
    /// Puts an app's present settings and keys in force.
    fn put(&mut self, node: &Node, app: App) -> Arc<Realm> {
        let realm = node.realm(&app);
        self.by_key.retain(|_, other| !Arc::ptr_eq(other, &realm));
        self.by_key.extend(app.keys.iter().map(|key| (key.key().clone(), realm.clone())));
        self.by_id.insert(app.id, Known { realm: realm.clone(), used_at: Instant::now() });
        realm.update(app);
        realm
    }

    fn remove(&mut self, app_id: AppId) {
        if let Some(Known { realm, .. }) = self.by_id.remove(&app_id) {
            self.by_key.retain(|_, other| !Arc::ptr_eq(other, &realm));
        }
    }
}

impl Unknown {
    fn contains(&self, key: &str) -> bool {
        self.since.get(key).is_some_and(|since| since.elapsed() < UNKNOWN_FOR)
    }

    /// Remembers a key; when there are too many, the oldest is forgotten.
    fn insert(&mut self, key: &str) {
        if self.since.insert(key.to_owned(), Instant::now()).is_none() {
            self.order.push_back(key.to_owned());
        }
        if self.order.len() > UNKNOWN_KEYS
            && let Some(oldest) = self.order.pop_front()
        {
            self.since.remove(&oldest);
        }
    }
}
