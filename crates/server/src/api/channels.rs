use std::collections::BTreeMap;

use actix_web::{
    HttpRequest,
    web::{Data, Json},
};
use campanile_protocol::{Access, ChannelName};
use campanile_realtime::{ChannelInfo, ChannelSummary, Node};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    error::ApiError,
    info::{Attributes, InfoRequest},
    signed::{Signed, segment},
};

/// Which channels to list.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "read from the signed query, written for its schema")]
pub(super) struct ListQuery {
    /// What their names begin with.
    filter_by_prefix: Option<String>,
    /// Attributes to answer with: `user_count`, `subscription_count`, with commas.
    info: Option<String>,
}

/// What to say of a channel.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "read from the signed query, written for its schema")]
pub(super) struct InfoQuery {
    /// Attributes to answer with: `user_count`, `subscription_count`, `cache`, with commas.
    info: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct ListReply {
    channels: BTreeMap<String, Attributes>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct ChannelReply {
    occupied: bool,
    #[serde(flatten)]
    attributes: Attributes,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct UsersReply {
    users: Vec<User>,
}

#[derive(Serialize, JsonSchema)]
struct User {
    id: String,
}

const COUNTING_IS_OFF: &str =
    "Cannot retrieve the subscription count unless subscription counting is enabled";

/// `GET /apps/{app_id}/channels`: the occupied channels, with `filter_by_prefix` and `info`.
pub(super) async fn list(request: Signed, node: Data<Node>) -> Result<Json<ListReply>, ApiError> {
    let parameters = request.parameters()?;
    let info = InfoRequest::parse(parameters.find("info"))?;
    let prefix = parameters.find("filter_by_prefix").unwrap_or_default();
    let app = request.realm.app().clone();
    if info.user_count && !prefix.starts_with("presence-") {
        return Err(ApiError::bad_request(
            "user_count may only be requested for presence channels - please supply filter_by_prefix begining with presence-",
        ));
    }
    if info.subscription_count && !app.settings.subscription_count {
        return Err(ApiError::bad_request(COUNTING_IS_OFF));
    }
    if info.cache {
        return Err(ApiError::bad_request("cache may only be requested for a single channel"));
    }
    let found = node.list_channels(&request.realm, prefix).await?;
    let channels = found.into_iter().map(|ChannelSummary { channel, subscribers, users, .. }| {
        let known = ChannelInfo { subscribers, users, cached: None };
        (channel.to_string(), info.attributes(&channel, known, &app.settings))
    });
    Ok(Json(ListReply { channels: channels.collect() }))
}

/// `GET /apps/{app_id}/channels/{channel}`: whether it is occupied, with `info`.
pub(super) async fn get(
    request: Signed,
    path: HttpRequest,
    node: Data<Node>,
) -> Result<Json<ChannelReply>, ApiError> {
    let channel = ChannelName::parse(segment(&path, "channel"))?;
    let info = InfoRequest::parse(request.parameters()?.find("info"))?;
    let app = request.realm.app().clone();
    if info.user_count && channel.access() != Access::Presence {
        return Err(ApiError::bad_request(
            "Cannot retrieve the user count unless the channel is a presence channel",
        ));
    }
    if info.subscription_count && !app.settings.subscription_count {
        return Err(ApiError::bad_request(COUNTING_IS_OFF));
    }
    if info.cache && !channel.is_cache() {
        return Err(ApiError::bad_request("Cannot retrieve the cache unless the channel is a cache channel"));
    }
    let found = node.find_channel(&request.realm, channel.clone()).await?;
    let occupied = found.subscribers > 0 && channel.access() != Access::User;
    Ok(Json(ChannelReply { occupied, attributes: info.attributes(&channel, found, &app.settings) }))
}

/// `GET /apps/{app_id}/channels/{channel}/users`: the users of a presence channel, each once.
pub(super) async fn users(
    request: Signed,
    path: HttpRequest,
    node: Data<Node>,
) -> Result<Json<UsersReply>, ApiError> {
    let channel = ChannelName::parse(segment(&path, "channel"))?;
    if channel.access() != Access::Presence {
        return Err(ApiError::bad_request("Users can only be retrieved for presence channels"));
    }
    let parameters = request.parameters()?;
    let extraneous: Vec<_> = parameters.names().collect();
    if !extraneous.is_empty() {
        return Err(ApiError::bad_request(format!("Extraneous query parameters: {}", extraneous.join(", "))));
    }
    let members = node.list_members(&request.realm, channel).await?;
    let users = members.into_iter().map(|user_id| User { id: user_id.as_str().to_owned() }).collect();
    Ok(Json(UsersReply { users }))
}
