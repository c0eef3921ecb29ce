//! Refused requests, shown to who watches the app: client libraries tend to keep the reason to themselves.

use std::sync::Arc;

use actix_web::{
    Error, ResponseError,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
    web::Data,
};
use campanile_realtime::{ActivityKind, Node};

use super::error::ApiError;

/// As much of a path as is shown: anybody can send a long one.
const PATH_CHARS: usize = 200;

/// Shows one refusal. The query is left out: it holds a signature.
pub(super) fn show(node: &Node, app_id: &str, (method, path): (&Method, &str), error: &ApiError) {
    let realm = app_id.parse().ok().and_then(|app_id| node.find_realm(app_id));
    let Some(realm) = realm else { return };
    realm.tell(|| ActivityKind::ApiRefused {
        request: format!("{method} {path:.PATH_CHARS$}").into(),
        status: error.status_code().as_u16(),
        message: Arc::from(error.to_string()),
    });
}

/// Shows the refusals of the routes that it is wrapped around.
pub(super) async fn watch<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let answer = next.call(request).await?;
    let error = answer.response().error().and_then(|error| error.as_error::<ApiError>());
    if let (Some(error), Some(node)) = (error, answer.request().app_data::<Data<Node>>()) {
        let request = answer.request();
        show(node, request.match_info().query("app_id"), (request.method(), request.path()), error);
    }
    Ok(answer)
}
