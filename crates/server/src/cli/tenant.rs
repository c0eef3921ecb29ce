use anyhow::Context;
use campanile_control::{Store, Tenant};
use clap::Subcommand;
use serde_json::json;

use super::{failure::UsageError, output::Output};

#[derive(Debug, Subcommand)]
pub(super) enum TenantCommand {
    /// Make an organisation without accounts
    Create {
        /// What it is called, 1 to 80 characters
        #[arg(long, value_parser = parse_name)]
        name: String,
    },
}

impl TenantCommand {
    pub(super) async fn run(self, store: &Store, output: Output) -> anyhow::Result<()> {
        let Self::Create { name } = self;
        let id = store.create_tenant(&name).await?.0;
        output.print(&json!({ "id": id, "name": name }), &format!("Created tenant {name}\n  id  {id}"))?;
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
