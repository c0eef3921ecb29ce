//! The one request that is sent so often that its way through the router counts: a trigger. It is told
//! by its path and answered here, as the router's own route for it would.

use std::{future::Future, sync::Arc};

use actix_http::{Request, Response, StatusCode};
use actix_web::{
    ResponseError,
    body::BoxBody,
    http::{Method, header},
};
use campanile_realtime::Node;

use super::{error::ApiError, refusals, signed::Signed, trigger::trigger};
use crate::{directory::Directory, request_id::Asked};

/// What a trigger needs.
#[derive(Clone)]
pub(crate) struct Triggers {
    pub(crate) directory: Arc<Directory>,
    pub(crate) node: Arc<Node>,
}

impl Triggers {
    /// Answers a trigger; gives any other request back.
    pub(crate) fn take(
        &self,
        mut request: Request,
    ) -> Result<impl Future<Output = Response<BoxBody>> + use<>, Request> {
        if request.method() != Method::POST || app_id(request.path()).is_none() {
            return Err(request);
        }
        let Self { directory, node } = self.clone();
        Ok(async move {
            let payload = request.take_payload();
            let app_id = app_id(request.path());
            match answer(&directory, &node, app_id, &request, payload).await {
                Ok(reply) => reply,
                Err(error) => {
                    let what = (request.method(), request.path());
                    refusals::show(&node, app_id.unwrap_or_default(), what, &error);
                    let asked = Asked::of(request.head());
                    let mut reply = Response::from(error.error_response());
                    asked.mark(&mut reply, || error.cause());
                    reply
                }
            }
        })
    }
}

async fn answer(
    directory: &Directory,
    node: &Node,
    app_id: Option<&str>,
    request: &Request,
    payload: actix_http::Payload,
) -> Result<Response<BoxBody>, ApiError> {
    let signed = Signed::verify(directory, app_id, request.head(), payload).await?;
    let reply = trigger(&signed, node).await?;
    let body = serde_json::to_vec(&reply).expect("strings and numbers always serialise");
    Ok(Response::build(StatusCode::OK)
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .body(body)
        .map_into_boxed_body())
}

/// The app's id in `/apps/{app_id}/events`. What is percent-encoded there is the router's to decode.
fn app_id(path: &str) -> Option<&str> {
    let id = path.strip_prefix("/apps/")?.strip_suffix("/events")?;
    (!id.is_empty() && !id.contains(['/', '%'])).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_triggers_path_names_an_app() {
        assert_eq!(app_id("/apps/12/events"), Some("12"));
        for path in [
            "/apps/12/batch_events",
            "/apps/12/channels/a/events",
            "/apps/12/events/",
            "/apps/%31/events",
            "/apps//events",
        ] {
            assert_eq!(app_id(path), None, "{path}");
        }
    }
}
