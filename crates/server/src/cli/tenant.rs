use anyhow::Context;
use campanile_control::{Store, Tenant};
use campanile_protocol::TenantQuotas;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{failure::UsageError, output::Output};

#[derive(Debug, Subcommand)]
pub(super) enum TenantCommand {
    /// Make an organisation without accounts
    Create {
        /// What it is called, 1 to 80 characters
        #[arg(long, value_parser = parse_name)]
        name: String,
        #[command(flatten)]
        quotas: QuotaArgs,
    },
    /// Set what all apps of an organisation may use together; what is not given is unlimited
    Limit {
        /// The organisation's id or name
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        quotas: QuotaArgs,
    },
}

#[derive(Args, Debug)]
pub(super) struct QuotaArgs {
    /// Connections at once
    #[arg(long, value_name = "N")]
    max_connections: Option<u32>,
    /// Messages per UTC day
    #[arg(long, value_name = "N")]
    max_messages_per_day: Option<u64>,
}

impl From<QuotaArgs> for TenantQuotas {
    fn from(args: QuotaArgs) -> Self {
        Self { max_connections: args.max_connections, max_messages_per_day: args.max_messages_per_day }
    }
}

impl TenantCommand {
    pub(super) async fn run(self, store: &Store, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Create { name, quotas } => {
                let id = store.create_tenant(&name).await?;
                store.limit_tenant(id, quotas.into()).await?;
                let text = format!("Created tenant {name}\n  id  {}", id.0);
                output.print(&json!({ "id": id, "name": name }), &text)?;
            }
            Self::Limit { tenant, quotas } => {
                let tenant = get_tenant(store, &tenant).await?;
                store.limit_tenant(tenant.id, quotas.into()).await?;
                output.print(&json!({ "id": tenant.id }), &format!("Limited tenant {}", tenant.name))?;
            }
        }
        Ok(())
    }
}

/// The one tenant that a person means by its id or name.
pub(super) async fn get_tenant(store: &Store, id_or_name: &str) -> anyhow::Result<Tenant> {
    let mut found = store.find_tenants(id_or_name).await?;
    if found.len() > 1 {
        let ids: Vec<String> = found.iter().map(|tenant| tenant.id.0.to_string()).collect();
        let message =
            format!("{} tenants are called {id_or_name:?}; use an id: {}", ids.len(), ids.join(", "));
        return Err(UsageError(message).into());
    }
    found.pop().with_context(|| format!("there is no tenant {id_or_name:?}"))
}

/// As the dashboard takes names.
pub(super) fn parse_name(text: &str) -> Result<String, String> {
    let name = text.trim();
    let is_legal = (1..=80).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if is_legal { Ok(name.to_owned()) } else { Err("must be 1 to 80 characters".to_owned()) }
}
