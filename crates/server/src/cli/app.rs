use std::fmt::Write;

use campanile_control::{AppRecord, NewApp, Store};
use campanile_protocol::{AppId, AppKey, AppSettings};
use clap::{Args, Subcommand};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use super::{
    failure::UsageError,
    output::Output,
    tenant::{get_tenant, parse_name},
};

#[derive(Debug, Subcommand)]
pub(super) enum AppCommand {
    /// Make an app with one key; its secret is printed now and never again
    Create(CreateArgs),
    /// List every tenant's apps
    List,
}

#[derive(Args, Debug)]
pub(super) struct CreateArgs {
    /// Whose app: a tenant's id or name
    #[arg(long)]
    tenant: String,
    /// What it is called, 1 to 80 characters
    #[arg(long, value_parser = parse_name)]
    name: String,
    /// The id it has elsewhere, a decimal number; a random one if absent
    #[arg(long)]
    id: Option<AppId>,
    /// The key it has elsewhere, together with --secret; random ones if absent
    #[arg(long, requires = "secret")]
    key: Option<AppKey>,
    /// The secret of --key
    #[arg(long, requires = "key")]
    secret: Option<SecretString>,
    /// A setting, e.g. client_events=true; may be repeated
    #[arg(long = "setting", value_name = "NAME=VALUE", value_parser = parse_setting)]
    settings: Vec<(String, Value)>,
}

impl AppCommand {
    pub(super) async fn run(self, store: &Store, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Create(args) => create(args, store, output).await,
            Self::List => list(store, output).await,
        }
    }
}

async fn create(args: CreateArgs, store: &Store, output: Output) -> anyhow::Result<()> {
    let settings = read_settings(args.settings)?;
    let tenant = get_tenant(store, &args.tenant).await?;
    let credentials = args.key.zip(args.secret);
    let app =
        store.create_app(tenant.id, NewApp { name: args.name, id: args.id, credentials, settings }).await?;
    let mut keys = Vec::new();
    for key in &app.keys {
        keys.push(store.reveal_key(tenant.id, app.id, key.id).await?);
    }
    let shown: Vec<Value> = keys
        .iter()
        .map(|(key, secret)| json!({ "key": key.as_str(), "secret": secret.expose_secret() }))
        .collect();
    let mut text = format!("Created app {} of {}\n  id      {}\n", app.name, tenant.name, app.id);
    for (key, secret) in &keys {
        writeln!(text, "  key     {key}\n  secret  {}", secret.expose_secret())?;
    }
    text.push_str("The secret is not shown again here; the dashboard can reveal it.");
    output.print(&to_json(&app, &shown), &text)?;
    Ok(())
}

async fn list(store: &Store, output: Output) -> anyhow::Result<()> {
    let apps = store.list_all_apps().await?;
    let keys = |app: &AppRecord| -> Vec<Value> {
        app.keys.iter().map(|key| json!({ "key": key.key.as_str() })).collect()
    };
    let shown: Vec<Value> = apps.iter().map(|app| to_json(app, &keys(app))).collect();
    let mut text = if apps.is_empty() {
        "There is no app yet; see `campanile app create --help`.".to_owned()
    } else {
        format!("{:<20}{:<37} NAME\n", "ID", "TENANT")
    };
    for app in &apps {
        let state = if app.enabled { "" } else { " (disabled)" };
        writeln!(text, "{:<20}{:<37} {}{state}", app.id.to_string(), app.tenant_id.0.to_string(), app.name)?;
    }
    output.print(&json!({ "apps": shown }), &text)?;
    Ok(())
}

fn to_json(app: &AppRecord, keys: &[Value]) -> Value {
    json!({
        "id": app.id,
        "name": app.name,
        "tenant_id": app.tenant_id,
        "enabled": app.enabled,
        "settings": app.settings,
        "keys": keys,
    })
}

/// `name=value`, where the value is JSON if it reads as such and text otherwise.
fn parse_setting(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("must be NAME=VALUE")?;
    Ok((name.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| Value::from(value))))
}

fn read_settings(settings: Vec<(String, Value)>) -> Result<AppSettings, UsageError> {
    let map: Map<String, Value> = settings.into_iter().collect();
    let settings: AppSettings = serde_path_to_error::deserialize(Value::Object(map))
        .map_err(|error| UsageError(format!("--setting {error}")))?;
    settings.check().map_err(|error| UsageError(format!("--setting {error}")))?;
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_has_the_type_it_is_written_with() {
        assert_eq!(parse_setting("client_events=true"), Ok(("client_events".into(), json!(true))));
        assert_eq!(parse_setting("name=bell"), Ok(("name".into(), json!("bell"))));
        assert!(parse_setting("client_events").is_err());
    }

    #[test]
    fn an_unknown_setting_is_a_usage_error_that_names_it() {
        let error = read_settings(vec![("client_event".into(), json!(true))]).expect_err("misspelt");
        assert!(error.to_string().contains("client_event"), "{error}");
    }
}
