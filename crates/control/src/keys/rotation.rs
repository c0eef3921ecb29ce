//! How a key is followed by another one, and what is known of its use.

use std::time::Duration;

use campanile_protocol::{AppId, AppKey, TenantId};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{KeyRecord, KeyRow, NewKey, insert_key, random_credentials};
use crate::{AppError, Store, StoreError, apps::lock_app, room::KEYS};

/// A key and the one that takes its place.
#[derive(Clone, Debug)]
pub struct RotatedKey {
    /// The new one: valid from now on, with the label of the old one.
    pub new: KeyRecord,
    /// The old one: valid until it expires.
    pub old: KeyRecord,
}

/// When a key last opened something.
#[derive(Clone, Debug)]
pub struct KeyUsed {
    /// The app.
    pub app: AppId,
    /// Its key.
    pub key: AppKey,
    /// When.
    pub at: OffsetDateTime,
}

impl Store {
    /// Calls a key something else.
    pub async fn label_key(
        &self,
        tenant: TenantId,
        app: AppId,
        key_id: Uuid,
        label: &str,
    ) -> Result<KeyRecord, AppError> {
        let mut transaction = self.begin().await?;
        let row: Option<KeyRow> = sqlx::query_as(
            "update app_keys set label = $4 where tenant_id = $1 and app_id = $2 and id = $3
             returning id, app_id, key, label, created_at, created_by, last_used_at, expires_at",
        )
        .bind(tenant.0)
        .bind(app.number())
        .bind(key_id)
        .bind(label)
        .fetch_optional(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(row.ok_or(AppError::NotFound)?.into_record()?)
    }

    /// Makes a key that is to take another's place, which goes on for `overlap`. Then that one opens nothing
    /// any more; connections that it opened stay.
    pub async fn rotate_key(
        &self,
        tenant: TenantId,
        app: AppId,
        key_id: Uuid,
        overlap: Duration,
    ) -> Result<RotatedKey, AppError> {
        let mut transaction = self.begin().await?;
        lock_app(&mut transaction, tenant, app).await?;
        KEYS.check::<_, AppError>(&mut transaction, app.number()).await?;
        let old = limit(&mut transaction, (tenant, app, key_id), overlap).await?;
        let data_key = self.data_key(&mut transaction, tenant).await?;
        let new = NewKey { tenant, app, label: &old.label, credentials: random_credentials() };
        let new = insert_key(&mut transaction, &data_key, new).await?;
        transaction.commit().await?;
        Ok(RotatedKey { new, old })
    }

    /// Marks keys whose time is up, which tells every node; how many there were. To be called every few
    /// seconds.
    pub async fn expire_keys(&self) -> Result<u64, StoreError> {
        let done =
            sqlx::query("update app_keys set is_expired = true where expires_at <= now() and not is_expired")
                .execute(&self.pool)
                .await?;
        Ok(done.rows_affected())
    }

    /// Writes down when keys were last used. What is older than what is known changes nothing.
    pub async fn note_key_uses(&self, used: &[KeyUsed]) -> Result<(), StoreError> {
        let apps: Vec<_> = used.iter().map(|one| one.app.number()).collect();
        let keys: Vec<_> = used.iter().map(|one| one.key.as_str()).collect();
        let times: Vec<_> = used.iter().map(|one| one.at).collect();
        sqlx::query(
            "update app_keys k set last_used_at = u.at
             from unnest($1::bigint[], $2::text[], $3::timestamptz[]) as u(app_id, key, at)
             where k.app_id = u.app_id and k.key = u.key and coalesce(k.last_used_at, '-infinity') < u.at",
        )
        .bind(apps)
        .bind(keys)
        .bind(times)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

/// Gives a key an end, if it has none yet.
async fn limit(
    connection: &mut PgConnection,
    (tenant, app, key_id): (TenantId, AppId, Uuid),
    overlap: Duration,
) -> Result<KeyRecord, AppError> {
    let found: Option<bool> = sqlx::query_scalar(
        "select expires_at is not null from app_keys
         where tenant_id = $1 and app_id = $2 and id = $3 for update",
    )
    .bind(tenant.0)
    .bind(app.number())
    .bind(key_id)
    .fetch_optional(&mut *connection)
    .await?;
    if found.ok_or(AppError::NotFound)? {
        return Err(AppError::KeyRotated);
    }
    let row: KeyRow = sqlx::query_as(
        "update app_keys set expires_at = now() + make_interval(secs => $2) where id = $1
         returning id, app_id, key, label, created_at, created_by, last_used_at, expires_at",
    )
    .bind(key_id)
    .bind(overlap.as_secs_f64())
    .fetch_one(connection)
    .await?;
    Ok(row.into_record()?)
}
