use actix_web::{
    HttpResponse,
    web::{Bytes, Data, Json},
};
use campanile_protocol::{ChannelName, CloseCode, Event, EventData, EventName, from_object};
use campanile_realtime::Told;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{OnePath, parse};
use crate::management::{Management, ManagementError, session::Session, validation::Form};

/// How a connection is to end.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::management) struct Disconnect {
    /// Whether its client is to come back at once (closed with 4200), or to stay away until someone
    /// connects anew (4009). Client libraries keep to it.
    reconnect: bool,
}

/// An event for one connection.
#[derive(Deserialize, JsonSchema)]
pub(super) struct SendToConnection<'a> {
    /// The channel it is said to come from, one that the connection is subscribed to; of none when absent.
    channel: Option<String>,
    /// Its name.
    name: String,
    /// What it carries: a string, or any JSON.
    #[serde(borrow)]
    data: &'a RawValue,
}

/// `POST /apps/{app_id}/connections/{socket_id}/disconnect`
pub(super) async fn disconnect(
    session: Session,
    path: OnePath,
    body: Json<Disconnect>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let (app_id, socket_id) = path.into_inner();
    let realm = management.realm(&session, app_id).await?;
    let code = if body.reconnect { CloseCode::Reconnect } else { CloseCode::Disconnected };
    if management.node.disconnect(&realm, parse(&socket_id)?, code).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(ManagementError::NotFound)
    }
}

/// `POST /apps/{app_id}/connections/{socket_id}/events`: to this connection alone, in no order with the
/// channel's own events.
pub(super) async fn send(
    session: Session,
    path: OnePath,
    body: Bytes,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let (app_id, socket_id) = path.into_inner();
    let realm = management.realm(&session, app_id).await?;
    let socket_id = parse(&socket_id)?;
    let malformed = |error: String| ManagementError::Malformed(error);
    let text = std::str::from_utf8(&body).map_err(|error| malformed(error.to_string()))?;
    let wanted: SendToConnection = from_object(text).map_err(|error| malformed(error.to_string()))?;
    let mut form = Form::default();
    let channel = wanted.channel.as_deref().and_then(|name| form.take("channel", ChannelName::parse(name)));
    let name = form.take("name", EventName::parse(&wanted.name));
    let max_bytes = realm.app().settings.max_event_bytes;
    let data = form.take("data", EventData::published(wanted.data, &body, max_bytes));
    form.check()?;
    let (Some(name), Some(data)) = (name, data) else { return Err(ManagementError::Internal) };
    realm.allow(1)?;
    let event = Event { name, data };
    match management.node.send_to_connection(&realm, socket_id, channel.as_ref(), &event).await? {
        Told::Sent => {
            realm.published(1, 1);
            Ok(HttpResponse::NoContent().finish())
        }
        Told::Unknown => Err(ManagementError::NotFound),
        Told::NotSubscribed => {
            Err(ManagementError::Conflict("The connection is not subscribed to this channel.".to_owned()))
        }
    }
}
