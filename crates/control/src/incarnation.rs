use std::time::Duration;

use sqlx::{ConnectOptions, Connection, PgConnection};
use tokio::{
    task::AbortHandle,
    time::{sleep, timeout},
};
use uuid::Uuid;

use crate::{Store, StoreError};

/// How often the sign of life is checked; well below the grace after a restart of PostgreSQL that
/// [`Store::reconcile`] gives.
const CHECK_EVERY: Duration = Duration::from_secs(2);
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// One start of one node, alive as long as this value is: it holds an advisory lock on a connection
/// of its own, which PostgreSQL releases when the process ends, however it ends. What a dead
/// incarnation left occupied, [`Store::reconcile`] tells as vacated.
#[derive(Debug)]
pub struct Incarnation {
    id: Uuid,
    keeper: AbortHandle,
}

impl Incarnation {
    /// Begins a new life. Must run within a tokio runtime.
    pub async fn begin(store: &Store) -> Result<Self, StoreError> {
        let id = Uuid::new_v4();
        let mut connection = connect(store).await?;
        // The lock before the row: whoever sees the row finds the lock taken.
        take_lock(&mut connection, id).await?;
        sqlx::query("insert into incarnations (id, lock_key) values ($1, $2)")
            .bind(id)
            .bind(lock_key(id))
            .execute(&mut connection)
            .await?;
        let keeper = tokio::spawn(keep(store.clone(), id, connection)).abort_handle();
        Ok(Self { id, keeper })
    }

    /// Names it in [`RecordBatch`](crate::RecordBatch).
    pub fn id(&self) -> Uuid {
        self.id
    }
}

impl Drop for Incarnation {
    /// Gives up the sign of life, as a crash would.
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

/// The lock's number: half of a random id.
pub(crate) fn lock_key(incarnation: Uuid) -> i64 {
    let (high, _) = incarnation.as_u64_pair();
    high.cast_signed()
}

async fn connect(store: &Store) -> Result<PgConnection, sqlx::Error> {
    // The server must notice soon when this machine is gone without a word.
    let options = (*store.pool.connect_options()).clone().options([
        ("tcp_keepalives_idle", "5"),
        ("tcp_keepalives_interval", "5"),
        ("tcp_keepalives_count", "2"),
    ]);
    options.connect().await
}

async fn take_lock(connection: &mut PgConnection, id: Uuid) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select pg_try_advisory_lock($1)").bind(lock_key(id)).fetch_one(connection).await
}

/// Watches the connection and takes the lock again on a new one when it is lost.
async fn keep(store: Store, id: Uuid, mut connection: PgConnection) {
    loop {
        sleep(CHECK_EVERY).await;
        if !matches!(timeout(ANSWER_WITHIN, connection.ping()).await, Ok(Ok(()))) {
            tracing::warn!("the connection that shows this node to be alive was lost");
            connection = renew(&store, id).await;
        }
    }
}

async fn renew(store: &Store, id: Uuid) -> PgConnection {
    loop {
        if let Ok(Ok(mut connection)) = timeout(ANSWER_WITHIN, connect(store)).await
            // While the server has not noticed the loss, the old connection still holds the lock.
            && matches!(take_lock(&mut connection, id).await, Ok(true))
        {
            return connection;
        }
        sleep(CHECK_EVERY).await;
    }
}
