mod rotation;

use campanile_protocol::{AppId, AppKey, TenantId};
use secrecy::SecretString;
use sqlx::{PgConnection, prelude::FromRow};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Act, AppError, Store, StoreError, Who, actor,
    apps::lock_app,
    random::random_hex,
    room::KEYS,
    seal::{Place, SealingKey},
};

pub use self::rotation::{KeyUsed, RotatedKey};

/// One key of an app, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// Names it in the management API.
    pub id: Uuid,
    /// What clients connect with.
    pub key: AppKey,
    /// What its owner calls it; may be empty.
    pub label: String,
    /// The oldest valid key signs webhooks.
    pub created_at: OffsetDateTime,
    /// Who made it; absent for those of the operator and of old.
    pub created_by: Option<String>,
    /// When it last opened a connection or signed a request, to the minute.
    pub last_used_at: Option<OffsetDateTime>,
    /// When it stops, or stopped, opening anything: it was rotated.
    pub expires_at: Option<OffsetDateTime>,
}

#[derive(FromRow)]
pub(crate) struct KeyRow {
    pub(crate) id: Uuid,
    pub(crate) app_id: i64,
    pub(crate) key: String,
    pub(crate) label: String,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) created_by: Option<String>,
    pub(crate) last_used_at: Option<OffsetDateTime>,
    pub(crate) expires_at: Option<OffsetDateTime>,
}

impl KeyRow {
    pub(crate) fn into_record(self) -> Result<KeyRecord, StoreError> {
        let key = self.key.parse().map_err(|_| StoreError::Corrupt("an app key"))?;
        Ok(KeyRecord {
            id: self.id,
            key,
            label: self.label,
            created_at: self.created_at,
            created_by: self.created_by,
            last_used_at: self.last_used_at,
            expires_at: self.expires_at,
        })
    }
}

/// A key about to be stored.
pub(crate) struct NewKey<'a> {
    pub(crate) tenant: TenantId,
    pub(crate) app: AppId,
    pub(crate) label: &'a str,
    pub(crate) credentials: (AppKey, SecretString),
}

/// A random pair: 80 bits to be told apart by, 160 bits to sign with.
pub(crate) fn random_credentials() -> (AppKey, SecretString) {
    (random_hex::<10>().parse().expect("hex digits are a key"), random_hex::<20>().into())
}

impl Store {
    /// Adds a random key; those there are stay active.
    pub async fn create_key(&self, tenant: TenantId, app: AppId, label: &str) -> Result<KeyRecord, AppError> {
        let mut transaction = self.begin().await?;
        lock_app(&mut transaction, tenant, app).await?;
        KEYS.check::<_, AppError>(&mut transaction, app.number()).await?;
        let data_key = self.data_key(&mut transaction, tenant).await?;
        let new = NewKey { tenant, app, label, credentials: random_credentials() };
        let record = insert_key(&mut transaction, &data_key, new).await?;
        transaction.commit().await?;
        Ok(record)
    }

    /// Takes a key out of use. Open connections stay.
    pub async fn delete_key(&self, tenant: TenantId, app: AppId, key_id: Uuid) -> Result<(), AppError> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query("delete from app_keys where tenant_id = $1 and app_id = $2 and id = $3")
            .bind(tenant.0)
            .bind(app.number())
            .bind(key_id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        if done.rows_affected() > 0 { Ok(()) } else { Err(AppError::NotFound) }
    }

    /// Opens a key's secret for its owner.
    pub async fn reveal_key(
        &self,
        tenant: TenantId,
        app: AppId,
        key_id: Uuid,
    ) -> Result<(AppKey, SecretString), AppError> {
        let row: Option<(String, Vec<u8>, Vec<u8>)> = sqlx::query_as(
            "select k.key, k.secret_sealed, t.data_key_sealed
             from app_keys k join tenants t on t.id = k.tenant_id
             where k.tenant_id = $1 and k.app_id = $2 and k.id = $3",
        )
        .bind(tenant.0)
        .bind(app.number())
        .bind(key_id)
        .fetch_optional(&self.pool)
        .await?;
        let (key, secret_sealed, data_key_sealed) = row.ok_or(AppError::NotFound)?;
        let key = key.parse().map_err(|_| StoreError::Corrupt("an app key"))?;
        let data_key = self.open_data_key(tenant.0, &data_key_sealed)?;
        let secret = data_key.open_text(&secret_sealed, secret_place(key_id)).map_err(StoreError::from)?;
        let act = Act { action: "key.revealed", target_id: &key_id.to_string(), after: None };
        self.record_act(tenant, Some(app), act).await?;
        Ok((key, secret))
    }
}

/// Stores a key with its sealed secret. A given key that any app holds already is
/// [`AppError::KeyTaken`].
pub(crate) async fn insert_key(
    connection: &mut PgConnection,
    data_key: &SealingKey,
    new: NewKey<'_>,
) -> Result<KeyRecord, AppError> {
    let id = Uuid::now_v7();
    let (key, secret) = new.credentials;
    let row: Option<KeyRow> = sqlx::query_as(
        "insert into app_keys (id, tenant_id, app_id, key, secret_sealed, label, created_by)
         values ($1, $2, $3, $4, $5, $6, left($7, 320)) on conflict (key) do nothing
         returning id, app_id, key, label, created_at, created_by, last_used_at, expires_at",
    )
    .bind(id)
    .bind(new.tenant.0)
    .bind(new.app.number())
    .bind(key.as_str())
    .bind(data_key.seal_text(&secret, secret_place(id)))
    .bind(new.label)
    .bind(maker())
    .fetch_optional(connection)
    .await?;
    Ok(row.ok_or(AppError::KeyTaken)?.into_record()?)
}

/// Who makes a key, as people know them.
fn maker() -> Option<String> {
    match actor::current().who {
        Who::User { name, .. } | Who::Token { name, .. } => Some(name),
        Who::Stranger | Who::Operator { .. } | Who::CommandLine => None,
    }
}

pub(crate) fn secret_place(key_id: Uuid) -> Place {
    Place { table: "app_keys", row: key_id, column: "secret_sealed" }
}
