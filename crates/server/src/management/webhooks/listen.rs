use std::{collections::BTreeMap, convert::Infallible};

use actix_web::{
    HttpResponse,
    web::{Bytes, Data, Path, Query},
};
use campanile_protocol::{AppId, OccurrenceType};
use campanile_webhooks::{ListenRequest, Listener, ListenerDelivery};
use futures_util::stream;
use schemars::JsonSchema;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::management::{
    Management, ManagementError,
    session::Program,
    sse::{self, Pulse},
    validation::Form,
};

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ListenQuery {
    webhook: Option<Uuid>,
    take: bool,
    /// Separated by commas; empty for all.
    types: String,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Listening<'a> {
    listener: Uuid,
    signing_secret: Option<&'a str>,
    event_types: &'a [OccurrenceType],
}

#[derive(Serialize, JsonSchema)]
pub(super) struct DeliveryItem {
    id: Uuid,
    headers: BTreeMap<String, String>,
    body: String,
}

/// `GET /apps/{app_id}/webhooks/listen`: the app's webhooks as server-sent events, for who has no address
/// that we could post to. Needs a token: opening it by a link must not divert anything.
pub(super) async fn listen(
    program: Program,
    app_id: Path<AppId>,
    query: Query<ListenQuery>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let request = query.into_inner().check()?;
    let tenant = program.0.tenant_id;
    let listener = management.listeners.open(tenant, *app_id, request).await?;
    tracing::info!(tenant.id = %tenant.0, app.id = %app_id, listener.id = %listener.id(), "a listener came");
    let first = sse::frame("listening", &Listening::from(&listener));
    let pulse = Pulse::new(&management, program.0, *app_id);
    let listening = Stream { listener, pulse };
    Ok(sse::respond(first, stream::unfold(listening, Stream::next)))
}

/// One listening program. Dropped with its connection, and the endpoint it stands for with it.
struct Stream {
    listener: Listener,
    pulse: Pulse,
}

impl Stream {
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let frame = tokio::select! {
            delivery = self.listener.next() => sse::frame("delivery", &DeliveryItem::from(delivery?)),
            beat = self.pulse.next() => {
                beat?;
                self.pulse.check().await?
            }
        };
        Some((Ok(frame), self))
    }
}

impl ListenQuery {
    fn check(self) -> Result<ListenRequest, ManagementError> {
        let mut form = Form::default();
        let names = self.types.split(',').map(str::trim).filter(|name| !name.is_empty());
        let types = names.map(str::parse).collect::<Result<Vec<OccurrenceType>, _>>();
        let event_types = form.take("types", types).unwrap_or_default();
        form.require("take", !self.take || self.webhook.is_some(), "Name the webhook to take from.");
        form.check()?;
        Ok(ListenRequest { event_types, webhook: self.webhook, take: self.take })
    }
}

impl<'a> From<&'a Listener> for Listening<'a> {
    fn from(listener: &'a Listener) -> Self {
        Self {
            listener: listener.id(),
            signing_secret: listener.signing_secret().map(ExposeSecret::expose_secret),
            event_types: listener.event_types(),
        }
    }
}

impl From<ListenerDelivery> for DeliveryItem {
    fn from(delivery: ListenerDelivery) -> Self {
        Self { id: delivery.id, headers: delivery.headers, body: delivery.body }
    }
}
