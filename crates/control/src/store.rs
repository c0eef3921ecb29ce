use std::{sync::Arc, time::Duration};

use sqlx::{
    PgPool,
    migrate::{MigrateError, Migrator},
    postgres::PgPoolOptions,
};
use thiserror::Error;
use tokio::time::timeout;
use uuid::Uuid;

use crate::{
    MasterKey, SealError,
    passwords::Passwords,
    seal::{Place, SealingKey},
};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// How long a caller waits for a connection before the database counts as away.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// How long it may take to give a sign of life, its connection included.
const PING_TIMEOUT: Duration = Duration::from_secs(2);
const MAX_CONNECTIONS: u32 = 10;
const CANARY_PLACE: Place = Place { table: "sealing", row: Uuid::nil(), column: "canary_sealed" };

/// The way to the control plane's memory. Cloning shares the connections.
#[derive(Clone)]
pub struct Store {
    pub(crate) pool: PgPool,
    pub(crate) master: Arc<SealingKey>,
    pub(crate) passwords: Passwords,
}

/// How the connections to the database are used at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolUse {
    /// Someone works with them.
    pub busy: u32,
    /// They are open, and nobody does.
    pub idle: u32,
    /// As many as there may be; who wants one more waits three seconds for it, and fails.
    pub most: u32,
}

/// Why the store could not answer.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database is away, or refused a statement.
    #[error("the database did not answer as expected")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the database migrations could not be applied")]
    Migration(#[from] MigrateError),
    /// The database was sealed by another master key.
    #[error("the master key is not the one that sealed this database")]
    WrongMasterKey,
    /// A stored secret does not open: it was altered, or moved between rows.
    #[error("a stored secret does not open")]
    Unsealable(#[from] SealError),
    /// A row holds what this release cannot read.
    #[error("{0} in the database is not valid")]
    Corrupt(&'static str),
}

impl StoreError {
    /// Whether the database is away, as opposed to disagreeing: the same call may succeed later.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Database(error) => is_unavailable(error),
            Self::Migration(MigrateError::Execute(error)) => is_unavailable(error),
            Self::Migration(_) | Self::WrongMasterKey | Self::Unsealable(_) | Self::Corrupt(_) => false,
        }
    }
}

fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => true,
        // 08 connection, 28 authorisation, 3D no such database, 40 serialisation, 53 resources,
        // 55 not in that state, 57 operator's intervention, 58 system
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            ["08", "28", "3D", "40", "53", "55", "57", "58"].iter().any(|class| code.starts_with(class))
        }),
        _ => false,
    }
}

impl Store {
    /// Opens a pool of connections to the PostgreSQL at `url`, and one of them to see that it is there.
    pub async fn connect(url: &str, master: MasterKey) -> Result<Self, StoreError> {
        let pool = PgPoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect(url)
            .await?;
        Ok(Self::new(pool, master))
    }

    /// Wraps an open pool.
    pub fn new(pool: PgPool, master: MasterKey) -> Self {
        Self { pool, master: Arc::new(master.0), passwords: Passwords::new() }
    }

    /// Applies what is missing of the schema, then checks the master key as
    /// [`verify_master_key`](Self::verify_master_key) does. Several processes may do so at once.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        MIGRATIONS.run(&self.pool).await?;
        self.verify_master_key().await
    }

    /// Fails unless the master key is the one that sealed this database. A database that holds no
    /// tenant yet adopts the key.
    pub async fn verify_master_key(&self) -> Result<(), StoreError> {
        let canary = self.master.seal_text(&Uuid::new_v4().to_string().into(), CANARY_PLACE);
        sqlx::query(
            "insert into sealing (canary_sealed) select $1 where not exists (select from tenants)
             on conflict do nothing",
        )
        .bind(canary)
        .execute(&self.pool)
        .await?;
        let stored: Option<Vec<u8>> =
            sqlx::query_scalar("select canary_sealed from sealing").fetch_optional(&self.pool).await?;
        match stored.map(|sealed| self.master.open_text(&sealed, CANARY_PLACE)) {
            Some(Ok(_)) => Ok(()),
            Some(Err(_)) | None => Err(StoreError::WrongMasterKey),
        }
    }

    /// Asks the database for a sign of life; one that hangs is away.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let answer = timeout(PING_TIMEOUT, sqlx::query("select 1").execute(&self.pool)).await;
        answer.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
        Ok(())
    }

    /// How its connections are used.
    pub fn pool_use(&self) -> PoolUse {
        let idle = u32::try_from(self.pool.num_idle()).unwrap_or(u32::MAX);
        let most = self.pool.options().get_max_connections();
        PoolUse { busy: self.pool.size().saturating_sub(idle), idle, most }
    }

    /// Closes all connections, after the calls under way have ended.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
