use std::{str::FromStr, time::Duration};

use campanile_protocol::AppId;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::{sync::mpsc, time::sleep};

use crate::Store;

const CHANNEL: &str = "campanile_app_changed";
/// Changes that wait for the receiver; then the listener waits too, and PostgreSQL keeps the rest.
const CAPACITY: usize = 1024;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Which cached apps are out of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppChanged {
    /// This one: its settings, keys or webhooks changed, or it is gone.
    One(AppId),
    /// Possibly any: changes may have been missed. Sent after each (re)connection.
    All,
}

/// The changes as they come. Ends never; dropping it ends the listening.
pub type AppChanges = mpsc::Receiver<AppChanged>;

impl Store {
    /// Listens to configuration changes made by any process, on a connection of its own. A change
    /// arrives after its commit; while the database is away nothing arrives, then
    /// [`AppChanged::All`].
    pub fn app_changes(&self) -> AppChanges {
        let (sender, receiver) = mpsc::channel(CAPACITY);
        tokio::spawn(listen(self.clone(), sender));
        receiver
    }
}

async fn listen(store: Store, changes: mpsc::Sender<AppChanged>) {
    let mut pause = FIRST_PAUSE;
    while !changes.is_closed() {
        match connect(&store).await {
            Ok(listener) => {
                pause = FIRST_PAUSE;
                forward(listener, &changes).await;
            }
            Err(error) => {
                tracing::warn!(%error, "cannot listen to configuration changes, trying again");
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

async fn connect(store: &Store) -> Result<PgListener, sqlx::Error> {
    // Not one of the pool's connections: it would be missing there for ever.
    let options = store.pool.connect_options();
    let own = PgPoolOptions::new().max_connections(1).connect_with((*options).clone()).await?;
    let mut listener = PgListener::connect_with(&own).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

/// Forwards until the connection is lost or the receiver is gone.
async fn forward(mut listener: PgListener, changes: &mpsc::Sender<AppChanged>) {
    if changes.send(AppChanged::All).await.is_err() {
        return;
    }
    loop {
        let notice = tokio::select! {
            notice = listener.try_recv() => notice,
            () = changes.closed() => return,
        };
        let Ok(Some(notice)) = notice else { return };
        let change = AppId::from_str(notice.payload()).map_or(AppChanged::All, AppChanged::One);
        if changes.send(change).await.is_err() {
            return;
        }
    }
}
