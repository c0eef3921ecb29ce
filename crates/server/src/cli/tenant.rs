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
    /// Set an organisation's own limits; where one is not given, its plan decides
    Limit {
        /// The organisation's id or name
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        quotas: QuotaArgs,
    },
    /// Give an organisation a plan, or none; its own limits stay
    Plan {
        /// The organisation's id or name
        #[arg(long)]
        tenant: String,
        /// The plan's name
        #[arg(long)]
        name: Option<String>,
    },
}

#[derive(Args, Debug)]
pub(super) struct QuotaArgs {
    /// Connections of all apps at once
    #[arg(long, value_name = "N")]
    max_connections: Option<u32>,
    /// Messages of all apps per UTC day
    #[arg(long, value_name = "N")]
    max_messages_per_day: Option<u64>,
    /// Messages that all apps may publish per second
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_messages_per_second: Option<u32>,
    /// Users in one presence channel
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_presence_members: Option<u32>,
    /// Largest data of one event
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_event_bytes: Option<u32>,
    /// Webhook endpoints of all apps
    #[arg(long, value_name = "N")]
    max_webhook_endpoints: Option<u32>,
}

impl From<QuotaArgs> for TenantQuotas {
    fn from(args: QuotaArgs) -> Self {
        let QuotaArgs {
            max_connections,
            max_messages_per_day,
            max_messages_per_second,
            max_presence_members,
            max_event_bytes,
            max_webhook_endpoints,
        } = args;
        Self {
            max_connections,
            max_messages_per_day,
            max_messages_per_second,
            max_presence_members,
            max_event_bytes,
            max_webhook_endpoints,
        }
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
            Self::Plan { tenant, name } => {
                let tenant = get_tenant(store, &tenant).await?;
                store.give_plan(tenant.id, name.as_deref()).await?;
                let text = match &name {
                    Some(name) => format!("Tenant {} has plan {name}", tenant.name),
                    None => format!("Tenant {} has no plan", tenant.name),
                };
                output.print(&json!({ "id": tenant.id, "plan": name }), &text)?;
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
