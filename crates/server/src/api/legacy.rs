//! Routes that Pusher has deprecated and some libraries still call.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Json},
};
use campanile_protocol::{Access, ChannelName, Event, EventData, EventName, SocketId};
use campanile_realtime::{Node, Publication, Source};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    error::ApiError,
    signed::{Signed, segment},
};

/// What the body does not say.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "read from the signed query, written for its schema")]
pub(super) struct TriggerQuery {
    /// The event's name.
    name: String,
    /// The connection that is not to get it.
    socket_id: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct StatsReply {
    occupied: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_count: Option<usize>,
    connection_count: usize,
}

/// `POST /apps/{app_id}/channels/{channel}/events`: one event, named in the query; the body is its data.
pub(super) async fn trigger(
    request: Signed,
    path: HttpRequest,
    node: Data<Node>,
) -> Result<HttpResponse, ApiError> {
    let parameters = request.parameters()?;
    let channel = request.channel(segment(&path, "channel"))?;
    let name = EventName::parse(parameters.find("name").ok_or_else(|| ApiError::missing("name"))?)?;
    let except = match parameters.find("socket_id").filter(|id| !id.is_empty()) {
        Some(id) => SocketId::parse(id)?,
        None => None,
    };
    let text =
        std::str::from_utf8(&request.body).map_err(|_| ApiError::bad_request("The body must be UTF-8"))?;
    let data = EventData::from_text(text, request.realm.app().settings.max_event_bytes)?;
    request.allow(1).await?;
    let event = Event { name, data };
    let publication = Publication { event, channels: vec![channel], except, source: Source::Api };
    request.publish(&node, publication, 1, 1).await?;
    Ok(HttpResponse::Accepted().content_type("text/plain; charset=utf-8").body("202 ACCEPTED\n"))
}

/// `GET /apps/{app_id}/channels/{channel}/stats`
pub(super) async fn stats(
    request: Signed,
    path: HttpRequest,
    node: Data<Node>,
) -> Result<Json<StatsReply>, ApiError> {
    let channel = ChannelName::parse(segment(&path, "channel"))?;
    let info = node.find_channel(&request.realm, channel.clone()).await?;
    Ok(Json(StatsReply {
        occupied: info.subscribers > 0,
        user_count: (channel.access() == Access::Presence).then_some(info.users),
        connection_count: info.subscribers,
    }))
}
