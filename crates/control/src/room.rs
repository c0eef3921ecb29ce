//! How many of a thing there may be. It is asked in the transaction that makes one more, so that no number of
//! requests at once makes too many.

use std::fmt::Display;

use campanile_protocol::{AppId, TenantId};
use sqlx::{Encode, PgConnection, Postgres, Type};
use thiserror::Error;

use crate::{
    WebhookError,
    actor::{self, Who},
};

/// There are as many of these as there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("there can be at most {most} {what}")]
pub struct Full {
    /// What, in the plural.
    pub what: &'static str,
    /// How many.
    pub most: u32,
}

/// Webhook endpoints of one app, whatever its organisation may have.
pub const WEBHOOKS_PER_APP: u32 = 20;

/// So many of something, counted by whose they are.
pub(crate) struct Room {
    what: &'static str,
    most: u32,
    count: &'static str,
}

pub(crate) const APPS: Room =
    Room { what: "apps", most: 100, count: "select count(*) from apps where tenant_id = $1" };
pub(crate) const KEYS: Room =
    Room { what: "keys of an app", most: 20, count: "select count(*) from app_keys where app_id = $1" };
pub(crate) const TOKENS: Room = Room {
    what: "management tokens",
    most: 50,
    count: "select count(*) from management_tokens where tenant_id = $1",
};
pub(crate) const INVITATIONS: Room =
    Room { what: "invitations", most: 100, count: "select count(*) from invitations where tenant_id = $1" };
/// Asked when someone is invited: those who were before still get in.
pub(crate) const MEMBERS: Room =
    Room { what: "members", most: 500, count: "select count(*) from memberships where tenant_id = $1" };
pub(crate) const TENANTS: Room = Room {
    what: "organisations of one person",
    most: 50,
    count: "select count(*) from memberships where user_id = $1",
};

impl Room {
    /// Fails unless there is room for one more. Whoever makes another one waits until the transaction ends. The
    /// command line is bound by nothing, nor is the platform itself.
    pub(crate) async fn check<'a, T, E>(&self, connection: &mut PgConnection, of: T) -> Result<(), E>
    where
        T: Encode<'a, Postgres> + Type<Postgres> + Display + Send + 'a,
        E: From<Full> + From<sqlx::Error>,
    {
        if matches!(actor::current().who, Who::Stranger | Who::CommandLine) {
            return Ok(());
        }
        sqlx::query("select pg_advisory_xact_lock(hashtextextended($1, 0))")
            .bind(format!("{} {of}", self.what))
            .execute(&mut *connection)
            .await?;
        let present: i64 = sqlx::query_scalar(self.count).bind(of).fetch_one(connection).await?;
        let Self { what, most, .. } = *self;
        if present < i64::from(most) { Ok(()) } else { Err(Full { what, most }.into()) }
    }
}

/// The same for a webhook endpoint, of which the app's settings and the organisation's plan say how many there
/// may be.
pub(crate) async fn check_webhook_room(
    connection: &mut PgConnection,
    tenant: TenantId,
    app: AppId,
) -> Result<(), WebhookError> {
    let (of_app, of_tenant): (Option<i32>, Option<i32>) = sqlx::query_as(
        "select (a.settings->>'max_webhook_endpoints')::integer,
             coalesce(t.max_webhook_endpoints, p.max_webhook_endpoints)
         from apps a join tenants t on t.id = a.tenant_id left join plans p on p.name = t.plan
         where a.tenant_id = $1 and a.id = $2",
    )
    .bind(tenant.0)
    .bind(app.number())
    .fetch_one(&mut *connection)
    .await?;
    let most = |stored: Option<i32>| stored.and_then(|most| u32::try_from(most).ok());
    if let Some(most) = most(of_tenant) {
        let what = "webhook endpoints of the organisation (max_webhook_endpoints)";
        let count = "select count(*) from webhook_endpoints where tenant_id = $1 and kind = 'webhook'";
        Room { what, most, count }.check::<_, WebhookError>(connection, tenant.0).await?;
    }
    let what = "webhook endpoints of an app (max_webhook_endpoints)";
    let count = "select count(*) from webhook_endpoints where app_id = $1 and kind = 'webhook'";
    let most = most(of_app).unwrap_or(WEBHOOKS_PER_APP).min(WEBHOOKS_PER_APP);
    Room { what, most, count }.check(connection, app.number()).await
}
