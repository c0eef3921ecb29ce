mod known;

use std::{
    sync::{
        Arc, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use campanile_control::{AppChanged, Store, StoreError};
use campanile_protocol::{App, AppId, AppKey, CloseCode};
use campanile_realtime::{Node, Realm};
use thiserror::Error;
use tokio::{
    sync::{Mutex, Semaphore},
    time::{sleep, timeout},
};

use self::known::{Apps, Unknown};

/// Which app a key or an id opens, remembered from the control plane, so that apps in use need no
/// database. A change made anywhere is in force here as soon as the database tells of it.
pub(crate) struct Directory {
    store: Store,
    node: Arc<Node>,
    apps: RwLock<Apps>,
    /// Keys and ids that open nothing, so that a client that tries one for ever costs no query each time.
    unknown: RwLock<Unknown>,
    /// Counts changes: an answer read before one may be out of date.
    changes: AtomicU64,
    /// Queries that may run at once, so that strangers cannot take all database connections.
    queries: Semaphore,
    /// Those and the ones that wait for their turn.
    waiting: Semaphore,
    refreshing: Mutex<()>,
}

/// Why it is not known whether there is such an app.
#[derive(Debug, Error)]
pub(crate) enum DirectoryError {
    /// Too many ask at once, or the database takes too long.
    #[error("too many apps are looked up at once")]
    Overloaded,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

const QUERIES: usize = 4;
/// Who comes when so many wait is turned away at once.
const WAITING: usize = 1024;
/// How long a caller waits for its turn and its answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long an app without connections or requests is remembered.
const IDLE: Duration = Duration::from_secs(3600);
const SWEEP_INTERVAL: Duration = Duration::from_secs(300);
const RETRY_AFTER: Duration = Duration::from_secs(1);

impl Directory {
    /// A directory that keeps itself up to date.
    pub(crate) fn start(store: Store, node: Arc<Node>) -> Arc<Self> {
        let directory = Self::new(store, node);
        tokio::spawn(directory.clone().follow_changes());
        directory
    }

    fn new(store: Store, node: Arc<Node>) -> Arc<Self> {
        Arc::new(Self {
            store,
            node,
            apps: RwLock::default(),
            unknown: RwLock::default(),
            changes: AtomicU64::new(0),
            queries: Semaphore::new(QUERIES),
            waiting: Semaphore::new(WAITING),
            refreshing: Mutex::default(),
        })
    }

    /// The realm of the app that has this active key. `None` covers both "no such key" and "revoked":
    /// a caller must not be able to tell them apart.
    pub(crate) async fn find_by_key(&self, key: &str) -> Result<Option<Arc<Realm>>, DirectoryError> {
        let Ok(app_key) = key.parse::<AppKey>() else { return Ok(None) };
        if let Some(realm) = self.apps().find_by_key(&app_key) {
            return Ok(Some(realm));
        }
        self.load(key, || self.store.find_app_by_key(key)).await
    }

    /// The realm of an app.
    pub(crate) async fn find(&self, app_id: AppId) -> Result<Option<Arc<Realm>>, DirectoryError> {
        if let Some(realm) = self.apps().find(app_id) {
            return Ok(Some(realm));
        }
        // Apart from every key: keys have no such character.
        self.load(&format!("#{app_id}"), || self.store.find_app(app_id)).await
    }

    /// One that knows this app and hears of no changes.
    #[cfg(test)]
    pub(crate) fn knowing(store: Store, node: Arc<Node>, app: App) -> Arc<Self> {
        let directory = Self::new(store, node);
        directory.apps.write().expect("no one panics holding it").put(&directory.node, app);
        directory
    }

    fn apps(&self) -> std::sync::RwLockReadGuard<'_, Apps> {
        self.apps.read().expect("no one panics holding it")
    }

    /// Asks the store for what is not known, within bounds of time and number.
    async fn load<F>(&self, name: &str, query: impl Fn() -> F) -> Result<Option<Arc<Realm>>, DirectoryError>
    where
        F: Future<Output = Result<Option<App>, StoreError>>,
    {
        if self.unknown.read().expect("no one panics holding it").contains(name) {
            return Ok(None);
        }
        let _waits = self.waiting.try_acquire().map_err(|_| DirectoryError::Overloaded)?;
        let answer = timeout(PATIENCE, async {
            let _permit = self.queries.acquire().await.expect("never closed");
            self.ask(name, query).await
        });
        answer.await.map_err(|_| DirectoryError::Overloaded)?
    }

    /// Asks, and again if something changed while the store answered.
    async fn ask<F>(&self, name: &str, query: impl Fn() -> F) -> Result<Option<Arc<Realm>>, DirectoryError>
    where
        F: Future<Output = Result<Option<App>, StoreError>>,
    {
        loop {
            let before = self.changes.load(Ordering::Acquire);
            let answer = query().await?;
            let mut apps = self.apps.write().expect("no one panics holding it");
            if self.changes.load(Ordering::Acquire) != before {
                continue;
            }
            return Ok(match answer {
                Some(app) => Some(apps.put(&self.node, app)),
                None => {
                    self.unknown.write().expect("no one panics holding it").insert(name);
                    None
                }
            });
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
                _ = sweep.tick() => {
                    self.apps.write().expect("no one panics holding it").forget_idle(Instant::now(), IDLE);
                }
            }
        }
    }

    async fn apply(&self, change: AppChanged) {
        {
            let _apps = self.apps.write().expect("no one panics holding it");
            self.changes.fetch_add(1, Ordering::AcqRel);
            *self.unknown.write().expect("no one panics holding it") = Unknown::default();
        }
        match change {
            AppChanged::One(app_id) => self.refresh(app_id).await,
            AppChanged::All => {
                let known = self.apps().ids();
                for app_id in known {
                    self.refresh(app_id).await;
                }
            }
        }
    }

    /// Brings an app that is in use up to date. While the database is away, what is known stays in force;
    /// an app that cannot be read for another reason is forgotten, so that it does not stay in force for
    /// ever, and does not keep the others from being brought up to date.
    ///
    /// One at a time: what is read later must also be put later.
    pub(crate) async fn refresh(&self, app_id: AppId) {
        let _turn = self.refreshing.lock().await;
        if self.apps().find(app_id).is_none() && self.node.find_realm(app_id).is_none() {
            return;
        }
        loop {
            let gone = match self.store.find_app(app_id).await {
                Ok(Some(app)) => {
                    let is_enabled = app.enabled;
                    self.apps.write().expect("no one panics holding it").put(&self.node, app);
                    (!is_enabled).then_some(CloseCode::AppDisabled)
                }
                Ok(None) => {
                    self.apps.write().expect("no one panics holding it").remove(app_id);
                    self.disable(app_id);
                    Some(CloseCode::UnknownApp)
                }
                Err(error) if error.is_unavailable() => {
                    tracing::warn!(app.id = %app_id, %error, "a changed app could not be read, trying again");
                    sleep(RETRY_AFTER).await;
                    continue;
                }
                Err(error) => {
                    tracing::error!(app.id = %app_id, error = &error as &dyn std::error::Error, "an app cannot be read");
                    self.apps.write().expect("no one panics holding it").remove(app_id);
                    None
                }
            };
            if let Some(code) = gone {
                self.node.close_connections(Some(app_id), code);
            }
            return;
        }
    }

    /// Whoever is on the way into an app that is gone must find out.
    fn disable(&self, app_id: AppId) {
        if let Some(realm) = self.node.find_realm(app_id) {
            let app = App::clone(&realm.app());
            realm.update(App { enabled: false, ..app });
        }
    }
}
