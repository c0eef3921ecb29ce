use std::time::Duration;

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header,
    middleware::Next,
};

use super::{ManagementError, session::bearer};

/// How long a request may take to arrive and be answered; a stream that has begun is not concerned.
const DEADLINE: Duration = Duration::from_secs(20);
/// The same where the answer waits for an endpoint, which may take 30 seconds.
const TEST_DEADLINE: Duration = Duration::from_secs(45);

/// Refuses requests that another site's page made with our cookie: what changes something must come
/// from our own page, or from no page at all, and carry JSON, which a foreign form cannot. A request with a
/// token is exempt: no page can make a browser add one, and the cookie beside it counts for nothing.
pub(super) async fn require_same_origin(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let may_change = bearer(request.headers()).is_some() || is_own(&request) && is_json(&request);
    if !may_change && !request.method().is_safe() {
        return Ok(request.error_response(ManagementError::ForeignOrigin));
    }
    let deadline = if request.path().ends_with("/test") { TEST_DEADLINE } else { DEADLINE };
    match tokio::time::timeout(deadline, next.call(request)).await {
        Ok(answer) => Ok(answer?.map_into_boxed_body()),
        Err(_) => Err(ManagementError::TimedOut.into()),
    }
}

fn is_own(request: &ServiceRequest) -> bool {
    if let Some(site) = text(request, "sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match text(request, "origin") {
        Some(origin) => {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            host.is_some() && host == text(request, "host")
        }
        None => true,
    }
}

fn is_json(request: &ServiceRequest) -> bool {
    let has_body = request.headers().get(header::CONTENT_LENGTH).is_some_and(|length| length != "0")
        || request.headers().contains_key(header::TRANSFER_ENCODING);
    let kind = text(request, "content-type").unwrap_or_default();
    !has_body
        || kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn text<'a>(request: &'a ServiceRequest, name: &str) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
}
