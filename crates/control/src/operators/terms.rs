use campanile_protocol::{TenantId, TenantQuotas};
use sqlx::{FromRow, Row};
use thiserror::Error;

use crate::{
    Store, StoreError,
    limits::{QuotaColumns, bind_quotas, column},
};

/// What changes of what an organisation may use; the rest stays.
#[derive(Clone, Debug)]
pub struct TermsChange<Limits> {
    /// Another plan, or none.
    pub plan: Option<Option<String>>,
    /// What its own limits become, given what they are.
    pub limits: Limits,
}

/// Why an organisation's terms were not changed.
#[derive(Debug, Error)]
pub enum TermsError {
    /// There is no such organisation.
    #[error("there is no such organisation")]
    NotFound,
    /// There is no such plan.
    #[error("there is no such plan")]
    NoSuchPlan,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for TermsError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// An organisation's own limits, which count before its plan's.
    pub async fn own_limits(&self, tenant: TenantId) -> Result<Option<TenantQuotas>, StoreError> {
        let own: Option<QuotaColumns> = sqlx::query_as("select * from tenants where id = $1")
            .bind(tenant.0)
            .fetch_optional(&self.pool)
            .await?;
        Ok(own.map(|QuotaColumns(limits)| limits))
    }

    /// Changes an organisation's plan and its own limits, in one step. Nobody is disconnected.
    pub async fn change_terms<Limits>(
        &self,
        tenant: TenantId,
        change: TermsChange<Limits>,
    ) -> Result<(), TermsError>
    where
        Limits: FnOnce(TenantQuotas) -> TenantQuotas,
    {
        let mut transaction = self.begin().await?;
        let row = sqlx::query("select * from tenants where id = $1 for update")
            .bind(tenant.0)
            .fetch_optional(&mut *transaction)
            .await?
            .ok_or(TermsError::NotFound)?;
        let plan = match change.plan {
            Some(plan) => plan,
            None => row.try_get("plan")?,
        };
        if let Some(plan) = &plan
            && sqlx::query("select from plans where name = $1 for share")
                .bind(plan)
                .fetch_optional(&mut *transaction)
                .await?
                .is_none()
        {
            return Err(TermsError::NoSuchPlan);
        }
        let QuotaColumns(own) = QuotaColumns::from_row(&row)?;
        let limits = (change.limits)(own);
        let query = sqlx::query(
            "update tenants set plan = $2, max_connections = $3, max_messages_per_day = $4,
                 max_messages_per_second = $5, max_presence_members = $6, max_event_bytes = $7,
                 max_webhook_endpoints = $8
             where id = $1",
        );
        bind_quotas!(query.bind(tenant.0).bind(plan), limits).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }
}
