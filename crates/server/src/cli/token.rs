use std::fmt::Write;

use anyhow::Context;
use campanile_control::{NewToken, Role, Store, TokenRecord, TokenScope};
use campanile_protocol::AppId;
use clap::Subcommand;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use super::{
    output::Output,
    tenant::{get_tenant, parse_name},
};

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Make a token that lets a program act for an organisation; it is printed now and never again
    Create {
        /// Whose: a tenant's id or name
        #[arg(long)]
        tenant: String,
        /// What it is for, 1 to 80 characters
        #[arg(long, value_parser = parse_name)]
        name: String,
        /// What it may: read, payloads, write, secrets, publish, listen; may be repeated; all if absent
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<TokenScope>,
        /// The only app that it reaches; all if absent
        #[arg(long)]
        app: Option<AppId>,
        /// After how many days it ends by itself; never if absent
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..))]
        expires_in: Option<u16>,
    },
    /// List an organisation's tokens, without the tokens themselves
    List {
        /// Whose: a tenant's id or name
        #[arg(long)]
        tenant: String,
    },
    /// Delete a token: what is asked with it is refused from then on
    Delete {
        /// Whose: a tenant's id or name
        #[arg(long)]
        tenant: String,
        /// The token's id
        #[arg(long)]
        id: Uuid,
    },
}

impl TokenCommand {
    pub(super) async fn run(self, store: &Store, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Create { tenant, name, scopes, app, expires_in } => {
                let scopes = if scopes.is_empty() { TokenScope::ALL.to_vec() } else { scopes };
                let expires_at =
                    expires_in.map(|days| OffsetDateTime::now_utc() + Duration::days(days.into()));
                let new = NewToken { name, scopes, app_id: app, expires_at, created_by: None };
                create(&tenant, new, store, output).await
            }
            Self::List { tenant } => list(&tenant, store, output).await,
            Self::Delete { tenant, id } => {
                let tenant = get_tenant(store, &tenant).await?;
                store.delete_token(tenant.id, Role::Owner, None, id).await?;
                output.print(&json!({ "id": id }), &format!("Deleted token {id} of {}", tenant.name))?;
                Ok(())
            }
        }
    }
}

async fn create(tenant: &str, new: NewToken, store: &Store, output: Output) -> anyhow::Result<()> {
    let tenant = get_tenant(store, tenant).await?;
    let (record, token) = store.create_token(tenant.id, new).await?;
    let token = token.expose_secret();
    let mut shown = to_json(&record)?;
    shown["token"] = token.into();
    let text = format!(
        "Created token {} of {}\n  id     {}\n  token  {token}\nThe token is not shown again.",
        record.name, tenant.name, record.id
    );
    output.print(&shown, &text)?;
    Ok(())
}

async fn list(tenant: &str, store: &Store, output: Output) -> anyhow::Result<()> {
    let tenant = get_tenant(store, tenant).await?;
    let tokens = store.list_tokens(tenant.id).await?;
    let shown = tokens.iter().map(to_json).collect::<anyhow::Result<Vec<_>>>()?;
    let mut text = if tokens.is_empty() {
        format!("{} has no token yet; see `campanile token create --help`.", tenant.name)
    } else {
        format!("{:<37}{:<21} NAME\n", "ID", "LAST USED")
    };
    for token in &tokens {
        let last_used = token.last_used_at.map(minute).transpose()?.unwrap_or_else(|| "never".to_owned());
        writeln!(text, "{:<37}{last_used:<21} {}", token.id.to_string(), token.name)?;
    }
    output.print(&json!({ "tokens": shown }), &text)?;
    Ok(())
}

fn to_json(token: &TokenRecord) -> anyhow::Result<Value> {
    Ok(json!({
        "id": token.id,
        "name": token.name,
        "created_at": token.created_at.format(&Rfc3339)?,
        "scopes": token.scopes,
        "app_id": token.app_id,
        "expires_at": token.expires_at.map(|at| at.format(&Rfc3339)).transpose()?,
        "created_by": token.created_by,
        "last_used_at": token.last_used_at.map(|at| at.format(&Rfc3339)).transpose()?,
    }))
}

/// What is noted to the minute is not shown to the microsecond.
fn minute(at: OffsetDateTime) -> anyhow::Result<String> {
    let at = at.replace_second(0)?.replace_nanosecond(0)?;
    at.format(&Rfc3339).context("a time of the database has a form")
}
