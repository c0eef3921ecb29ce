use actix_web::{
    HttpRequest,
    web::{Data, Json},
};
use campanile_protocol::ChannelName;
use campanile_realtime::Node;
use serde_json::{Map, Value};

use super::{
    error::ApiError,
    signed::{Signed, segment},
};

/// `POST /apps/{app_id}/users/{user_id}/terminate_connections`: closes every connection that is signed in
/// as this user, with 4009. 200 also when there is none.
pub(super) async fn terminate(
    request: Signed,
    path: HttpRequest,
    node: Data<Node>,
) -> Result<Json<Map<String, Value>>, ApiError> {
    let user = ChannelName::of_user(segment(&path, "user_id"))
        .map_err(|_| ApiError::bad_request("The user id is too long or contains illegal characters"))?;
    node.terminate_user(&request.realm, user);
    Ok(Json(Map::new()))
}
