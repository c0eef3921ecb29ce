use anyhow::Context;
use campanile_control::{NewWebhook, Store};
use campanile_protocol::{AppId, OccurrenceType};
use clap::{Args, Subcommand};
use secrecy::ExposeSecret;
use serde_json::json;

use super::output::Output;

#[derive(Debug, Subcommand)]
pub(super) enum WebhookCommand {
    /// Tell an address what happens in an app; its signing secret is printed now and never again
    Create(CreateArgs),
}

#[derive(Args, Debug)]
pub(super) struct CreateArgs {
    /// The app's id
    #[arg(long)]
    app: AppId,
    /// Where to post to, http:// or https://
    #[arg(long)]
    url: String,
    /// What to tell, e.g. channel_occupied; may be repeated; if absent, everything but connections
    #[arg(long = "event", value_name = "TYPE")]
    events: Vec<OccurrenceType>,
    /// Put many events into one request
    #[arg(long)]
    batching: bool,
}

impl WebhookCommand {
    pub(super) async fn run(self, store: &Store, output: Output) -> anyhow::Result<()> {
        let Self::Create(CreateArgs { app, url, events, batching }) = self;
        let owner = store.list_all_apps().await?.into_iter().find(|it| it.id == app);
        let tenant = owner.with_context(|| format!("there is no app {app}"))?.tenant_id;
        let event_types = if events.is_empty() { OccurrenceType::DEFAULT.to_vec() } else { events };
        let new = NewWebhook { url, event_types, batching, ..NewWebhook::default() };
        let (webhook, secret) = store.create_webhook(tenant, app, new).await?;
        let shown = json!({
            "id": webhook.id,
            "app_id": webhook.app_id,
            "url": webhook.url,
            "event_types": webhook.event_types,
            "batching": webhook.batching,
            "signing_secret": secret.expose_secret(),
        });
        let types: Vec<&str> = webhook.event_types.iter().map(|it| it.as_str()).collect();
        let text = format!(
            "Created a webhook of app {app}\n  id              {}\n  url             {}\n  events          {}\n  \
             signing secret  {}\nThe signing secret is not shown again.",
            webhook.id,
            webhook.url,
            types.join(", "),
            secret.expose_secret()
        );
        output.print(&shown, &text)?;
        Ok(())
    }
}
