use std::{collections::HashMap, fmt};

use campanile_protocol::{AppId, AppKey, AppSettings, SettingsChange, TenantId};
use secrecy::SecretString;
use sqlx::{PgConnection, prelude::FromRow, types::Json};
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Full, KeyRecord, Store, StoreError,
    keys::{KeyRow, NewKey, insert_key, random_credentials},
    random::random_bytes,
    room::APPS,
};

/// What a new app is to be. It always gets one key.
#[derive(Default)]
pub struct NewApp {
    /// What its owner calls it, 1–80 characters.
    pub name: String,
    /// A given id, e.g. one that clients already use; a random one when absent.
    pub id: Option<AppId>,
    /// A given key and secret; random ones when absent.
    pub credentials: Option<(AppKey, SecretString)>,
    /// Its settings.
    pub settings: AppSettings,
}

/// An app as its owner sees it; it holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppRecord {
    /// Its id.
    pub id: AppId,
    /// Who owns it.
    pub tenant_id: TenantId,
    /// What its owner calls it.
    pub name: String,
    /// Whether it takes connections and requests.
    pub enabled: bool,
    /// Its settings.
    pub settings: AppSettings,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// Its active keys, oldest first.
    pub keys: Vec<KeyRecord>,
}

/// What is to change about an app; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct AppChange {
    /// 1–80 characters.
    pub name: Option<String>,
    /// Whether it takes connections and requests.
    pub enabled: Option<bool>,
    /// The settings that change; in one step, so that two people's changes do not undo each other.
    pub settings: Option<SettingsChange>,
}

/// Why an app or one of its keys is not as asked.
#[derive(Debug, Error)]
pub enum AppError {
    /// The tenant has no such app, or the app no such key.
    #[error("there is no such app or key")]
    NotFound,
    /// Another app has this id.
    #[error("the app id is taken")]
    IdTaken,
    /// Another app has this key.
    #[error("the app key is taken")]
    KeyTaken,
    /// The key was rotated before; its end is set.
    #[error("the key was rotated already")]
    KeyRotated,
    /// There are as many as there may be.
    #[error(transparent)]
    Full(#[from] Full),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

#[derive(FromRow)]
struct AppRow {
    id: i64,
    tenant_id: Uuid,
    name: String,
    enabled: bool,
    settings: Json<AppSettings>,
    created_at: OffsetDateTime,
}

impl AppRow {
    fn into_record(self, keys: Vec<KeyRecord>) -> Result<AppRecord, StoreError> {
        Ok(AppRecord {
            id: AppId::from_number(self.id).map_err(|_| StoreError::Corrupt("an app id"))?,
            tenant_id: TenantId(self.tenant_id),
            name: self.name,
            enabled: self.enabled,
            settings: self.settings.0,
            created_at: self.created_at,
            keys,
        })
    }
}

/// Which apps to read. Tenant-facing code always names the tenant.
#[derive(Clone, Copy)]
struct Scope {
    tenant: Option<TenantId>,
    app: Option<AppId>,
}

impl Store {
    /// Makes an app with its first key.
    pub async fn create_app(&self, tenant: TenantId, new: NewApp) -> Result<AppRecord, AppError> {
        let mut transaction = self.begin().await?;
        APPS.check::<_, AppError>(&mut transaction, tenant.0).await?;
        let data_key = self.data_key(&mut transaction, tenant).await?;
        let row = insert_app(&mut transaction, tenant, &new).await?;
        let app = AppId::from_number(row.id).map_err(|_| StoreError::Corrupt("an app id"))?;
        let credentials = new.credentials.unwrap_or_else(random_credentials);
        let key = NewKey { tenant, app, label: "default", credentials };
        let key = insert_key(&mut transaction, &data_key, key).await?;
        transaction.commit().await?;
        Ok(row.into_record(vec![key])?)
    }

    /// The tenant's apps, oldest first.
    pub async fn list_apps(&self, tenant: TenantId) -> Result<Vec<AppRecord>, StoreError> {
        self.read_apps(Scope { tenant: Some(tenant), app: None }).await
    }

    /// Every tenant's apps, oldest first, for the operator's command line only.
    pub async fn list_all_apps(&self) -> Result<Vec<AppRecord>, StoreError> {
        self.read_apps(Scope { tenant: None, app: None }).await
    }

    /// One of the tenant's apps.
    pub async fn get_app(&self, tenant: TenantId, app: AppId) -> Result<AppRecord, AppError> {
        let found = self.read_apps(Scope { tenant: Some(tenant), app: Some(app) }).await?;
        found.into_iter().next().ok_or(AppError::NotFound)
    }

    /// Changes an app and returns it as it is then.
    pub async fn update_app(
        &self,
        tenant: TenantId,
        app: AppId,
        change: AppChange,
    ) -> Result<AppRecord, AppError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "update apps set name = coalesce($3, name), enabled = coalesce($4, enabled),
                 settings = settings || coalesce($5, '{}')
             where tenant_id = $1 and id = $2",
        )
        .bind(tenant.0)
        .bind(app.number())
        .bind(change.name)
        .bind(change.enabled)
        .bind(change.settings.map(Json))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        self.get_app(tenant, app).await
    }

    /// Ends an app, its keys and its webhooks; what they had yet to be told is not told.
    pub async fn delete_app(&self, tenant: TenantId, app: AppId) -> Result<(), AppError> {
        let mut transaction = self.begin().await?;
        // In the order in which deliveries are settled, so that neither waits for the other.
        sqlx::query(
            "select from webhook_lanes l
             where l.app_id in (select id from apps where tenant_id = $1 and id = $2)
             order by l.id for update",
        )
        .bind(tenant.0)
        .bind(app.number())
        .execute(&mut *transaction)
        .await?;
        let done = sqlx::query("delete from apps where tenant_id = $1 and id = $2")
            .bind(tenant.0)
            .bind(app.number())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        if done.rows_affected() > 0 { Ok(()) } else { Err(AppError::NotFound) }
    }

    async fn read_apps(&self, scope: Scope) -> Result<Vec<AppRecord>, StoreError> {
        let (tenant, app) = (scope.tenant.map(|tenant| tenant.0), scope.app.map(AppId::number));
        let apps: Vec<AppRow> = sqlx::query_as(
            "select id, tenant_id, name, enabled, settings, created_at from apps
             where ($1::uuid is null or tenant_id = $1) and ($2::bigint is null or id = $2)
             order by created_at, id",
        )
        .bind(tenant)
        .bind(app)
        .fetch_all(&self.pool)
        .await?;
        let rows: Vec<KeyRow> = sqlx::query_as(
            "select id, app_id, key, label, created_at, created_by, last_used_at, expires_at from app_keys
             where ($1::uuid is null or tenant_id = $1) and ($2::bigint is null or app_id = $2)
             order by created_at, id",
        )
        .bind(tenant)
        .bind(app)
        .fetch_all(&self.pool)
        .await?;
        let mut keys: HashMap<i64, Vec<KeyRecord>> = HashMap::new();
        for row in rows {
            keys.entry(row.app_id).or_default().push(row.into_record()?);
        }
        apps.into_iter()
            .map(|row| {
                let keys = keys.remove(&row.id).unwrap_or_default();
                row.into_record(keys)
            })
            .collect()
    }
}

/// Fails unless the app is the tenant's; holds it until the transaction ends.
pub(crate) async fn lock_app(
    connection: &mut PgConnection,
    tenant: TenantId,
    app: AppId,
) -> Result<(), AppError> {
    let found: Option<i64> =
        sqlx::query_scalar("select id from apps where tenant_id = $1 and id = $2 for share")
            .bind(tenant.0)
            .bind(app.number())
            .fetch_optional(connection)
            .await?;
    found.map(|_| ()).ok_or(AppError::NotFound)
}

async fn insert_app(
    connection: &mut PgConnection,
    tenant: TenantId,
    new: &NewApp,
) -> Result<AppRow, AppError> {
    loop {
        let row: Option<AppRow> = sqlx::query_as(
            "insert into apps (id, tenant_id, name, settings) values ($1, $2, $3, $4)
             on conflict (id) do nothing
             returning id, tenant_id, name, enabled, settings, created_at",
        )
        .bind(new.id.map_or_else(random_app_id, AppId::number))
        .bind(tenant.0)
        .bind(&new.name)
        .bind(Json(&new.settings))
        .fetch_optional(&mut *connection)
        .await?;
        match row {
            Some(row) => return Ok(row),
            None if new.id.is_some() => return Err(AppError::IdTaken),
            // A random id that is taken: there are ten thousand million others.
            None => {}
        }
    }
}

/// 7 to 10 digits, as client libraries know them.
fn random_app_id() -> i64 {
    const LOWEST: u64 = 1_000_000;
    const HIGHEST: u64 = 9_999_999_999;
    let random = u64::from_le_bytes(random_bytes()) % (HIGHEST - LOWEST + 1);
    i64::try_from(LOWEST + random).expect("ten digits fit")
}

impl fmt::Debug for NewApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewApp").field("name", &self.name).field("id", &self.id).finish_non_exhaustive()
    }
}
