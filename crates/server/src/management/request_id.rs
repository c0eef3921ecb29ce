//! Every request has a name: in the answer's `x-request-id`, in the body of an error, in the log, in the
//! audit log.

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    middleware::Next,
};
use campanile_transport::request_id::{self, HEADER};
use tracing::Instrument;

tokio::task_local! {
    static REQUEST_ID: String;
}

/// The name of the request that this task answers.
pub(super) fn current() -> Option<String> {
    REQUEST_ID.try_with(Clone::clone).ok()
}

/// Names a request, as its client did or anew, and has the answer tell it.
pub(super) async fn name(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let header = request_id::name(request.headers().get(HEADER));
    let id = header.to_str().expect("a name is plain text").to_owned();
    let span = tracing::info_span!("request", request.id = %id, method = %request.method());
    let answer = async {
        match next.call(request).await {
            Ok(answer) => Ok(answer.map_into_boxed_body()),
            // Here, and not further out: an error's body tells the request's name.
            Err(error) => Err(error.error_response()),
        }
    };
    match REQUEST_ID.scope(id, answer.instrument(span)).await {
        Ok(mut answer) => {
            answer.headers_mut().insert(HEADER, header);
            Ok(answer)
        }
        Err(mut answer) => {
            answer.headers_mut().insert(HEADER, header);
            Err(InternalError::from_response("answered", answer).into())
        }
    }
}
