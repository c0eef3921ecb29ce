use campanile_protocol::{TenantId, TenantQuotas};
use sqlx::{PgConnection, prelude::FromRow};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Store, StoreError,
    seal::{Place, SealingKey},
};

/// An organisation.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Its name; two organisations may share one.
    pub name: String,
    /// When it signed up.
    pub created_at: OffsetDateTime,
}

#[derive(FromRow)]
struct TenantRow {
    id: Uuid,
    name: String,
    created_at: OffsetDateTime,
}

impl Store {
    /// Makes an organisation without accounts.
    pub async fn create_tenant(&self, name: &str) -> Result<TenantId, StoreError> {
        let mut connection = self.pool.acquire().await?;
        self.insert_tenant(&mut connection, name).await
    }

    /// Limits what all apps of an organisation may use together.
    pub async fn limit_tenant(&self, tenant: TenantId, quotas: TenantQuotas) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query("update tenants set max_connections = $2, max_messages_per_day = $3 where id = $1")
            .bind(tenant.0)
            .bind(quotas.max_connections.map(|most| i32::try_from(most).unwrap_or(i32::MAX)))
            .bind(quotas.max_messages_per_day.map(|most| i64::try_from(most).unwrap_or(i64::MAX)))
            .execute(&mut *transaction)
            .await?;
        // Touching its apps tells the data plane.
        sqlx::query("update apps set settings = settings where tenant_id = $1")
            .bind(tenant.0)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Organisations with that id or exactly that name, oldest first, for the operator's command line.
    pub async fn find_tenants(&self, id_or_name: &str) -> Result<Vec<Tenant>, StoreError> {
        let rows: Vec<TenantRow> = sqlx::query_as(
            "select id, name, created_at from tenants where id::text = $1 or name = $1 order by created_at",
        )
        .bind(id_or_name)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(TenantRow::into_tenant).collect())
    }

    /// Ends an organisation: its accounts' memberships, apps, keys and webhooks go with it.
    pub async fn delete_tenant(&self, tenant: TenantId) -> Result<bool, StoreError> {
        let done =
            sqlx::query("delete from tenants where id = $1").bind(tenant.0).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }

    pub(crate) async fn insert_tenant(
        &self,
        connection: &mut PgConnection,
        name: &str,
    ) -> Result<TenantId, StoreError> {
        let id = Uuid::now_v7();
        let data_key = self.master.seal_key(&SealingKey::generate(), data_key_place(id));
        sqlx::query("insert into tenants (id, name, data_key_sealed) values ($1, $2, $3)")
            .bind(id)
            .bind(name)
            .bind(data_key)
            .execute(connection)
            .await?;
        Ok(TenantId(id))
    }

    /// The key that seals the tenant's secrets.
    pub(crate) async fn data_key(
        &self,
        connection: &mut PgConnection,
        tenant: TenantId,
    ) -> Result<SealingKey, StoreError> {
        let sealed: Option<Vec<u8>> = sqlx::query_scalar("select data_key_sealed from tenants where id = $1")
            .bind(tenant.0)
            .fetch_optional(connection)
            .await?;
        self.open_data_key(tenant.0, &sealed.ok_or(StoreError::Corrupt("a reference to a tenant"))?)
    }

    pub(crate) fn open_data_key(&self, tenant: Uuid, sealed: &[u8]) -> Result<SealingKey, StoreError> {
        Ok(self.master.open_key(sealed, data_key_place(tenant))?)
    }
}

impl TenantRow {
    fn into_tenant(self) -> Tenant {
        Tenant { id: TenantId(self.id), name: self.name, created_at: self.created_at }
    }
}

fn data_key_place(tenant: Uuid) -> Place {
    Place { table: "tenants", row: tenant, column: "data_key_sealed" }
}
