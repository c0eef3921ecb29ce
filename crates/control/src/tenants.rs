use campanile_protocol::TenantId;
use sqlx::{PgConnection, prelude::FromRow};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    MemberError, Role, Store, StoreError,
    members::{insert_member, move_sessions},
    room::TENANTS,
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
        let mut transaction = self.begin().await?;
        let tenant = self.insert_tenant(&mut transaction, name).await?;
        transaction.commit().await?;
        Ok(tenant)
    }

    /// Makes an organisation that a person owns, unless one of theirs is suspended.
    pub async fn create_own_tenant(&self, owner: Uuid, name: &str) -> Result<TenantId, MemberError> {
        let mut transaction = self.begin().await?;
        TENANTS.check::<_, MemberError>(&mut transaction, owner).await?;
        check_standing(&mut transaction, owner).await?;
        let tenant = self.insert_tenant(&mut transaction, name).await?;
        insert_member(&mut transaction, tenant, owner, Role::Owner).await?;
        transaction.commit().await?;
        Ok(tenant)
    }

    /// One organisation.
    pub async fn get_tenant(&self, tenant: TenantId) -> Result<Tenant, MemberError> {
        let row: Option<TenantRow> = sqlx::query_as("select id, name, created_at from tenants where id = $1")
            .bind(tenant.0)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.ok_or(MemberError::NotFound)?.into_tenant())
    }

    /// Gives an organisation another name.
    pub async fn rename_tenant(&self, tenant: TenantId, name: &str) -> Result<Tenant, MemberError> {
        let mut transaction = self.begin().await?;
        let row: Option<TenantRow> =
            sqlx::query_as("update tenants set name = $2 where id = $1 returning id, name, created_at")
                .bind(tenant.0)
                .bind(name)
                .fetch_optional(&mut *transaction)
                .await?;
        transaction.commit().await?;
        Ok(row.ok_or(MemberError::NotFound)?.into_tenant())
    }

    /// The organisation with that id, or those with exactly that name, oldest first, for the operator's command
    /// line. An id goes first: whoever may name an organisation must not be able to stand in another one's way.
    pub async fn find_tenants(&self, id_or_name: &str) -> Result<Vec<Tenant>, StoreError> {
        let rows: Vec<TenantRow> = sqlx::query_as(
            "select id, name, created_at from tenants
             where id::text = $1 or name = $1 and not exists (select from tenants where id::text = $1)
             order by created_at",
        )
        .bind(id_or_name)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(TenantRow::into_tenant).collect())
    }

    /// Ends an organisation: its memberships, apps, keys and webhooks go with it. Its people's sessions act
    /// elsewhere or for nobody from then on.
    pub async fn delete_tenant(&self, tenant: TenantId) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        // In the order in which deliveries are settled, so that neither waits for the other.
        sqlx::query(
            "select from webhook_lanes l where l.app_id in (select id from apps where tenant_id = $1)
             order by l.id for update",
        )
        .bind(tenant.0)
        .execute(&mut *transaction)
        .await?;
        move_sessions(&mut transaction, tenant, None).await?;
        let done = sqlx::query("delete from tenants where id = $1")
            .bind(tenant.0)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
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

/// A suspension would be none for an owner who could go on in another organisation.
async fn check_standing(connection: &mut PgConnection, owner: Uuid) -> Result<(), MemberError> {
    let is_suspended: bool = sqlx::query_scalar(
        "select exists (select from memberships m join tenants t on t.id = m.tenant_id
             where m.user_id = $1 and m.role = 'owner' and t.suspended_at is not null)",
    )
    .bind(owner)
    .fetch_one(connection)
    .await?;
    if is_suspended { Err(MemberError::Suspended) } else { Ok(()) }
}

/// Has whoever changes an organisation's people do so one after the other. What refers to the organisation can
/// still be made meanwhile.
pub(crate) async fn lock_tenant(connection: &mut PgConnection, tenant: TenantId) -> Result<(), MemberError> {
    let found: Option<Uuid> = sqlx::query_scalar("select id from tenants where id = $1 for no key update")
        .bind(tenant.0)
        .fetch_optional(connection)
        .await?;
    found.map(|_| ()).ok_or(MemberError::NotFound)
}

fn data_key_place(tenant: Uuid) -> Place {
    Place { table: "tenants", row: tenant, column: "data_key_sealed" }
}
