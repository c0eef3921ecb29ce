//! What stands around every answer of the public port, whoever gives it: how long it took is counted, a failure
//! is named, and where there are traces it is followed.

use std::{future::Future, sync::Arc, time::Instant};

use actix_http::{Request, Response};
use actix_service::Service;
use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::ServiceResponse,
};

use crate::{
    operations::{Area, WorkerMeter},
    request_id::{self, Asked, HEADER},
    traces::{Answered, RequestSpan, Traces},
};

/// What stands around one worker's answers.
#[derive(Clone)]
pub(crate) struct Answers {
    pub(crate) meter: Arc<WorkerMeter>,
    pub(crate) traces: Traces,
}

/// A request that is followed, and the id in its path.
pub(crate) struct Followed {
    span: RequestSpan,
    app_id: Option<String>,
}

/// The route that triggers go past.
const TRIGGER: &str = "/apps/{app_id}/events";

impl Answers {
    /// Begins to follow a request, if there are traces and it is one of the APIs'. In a box: the answers of all
    /// the others carry a pointer that is not there.
    pub(crate) fn begin(&self, request: &Request) -> Option<Box<Followed>> {
        if !self.traces.are_on() || !matches!(Area::of(request.path()), Area::Rest | Area::Management) {
            return None;
        }
        let span = self.traces.begin(request.head())?;
        Some(Box::new(Followed { span, app_id: app_id(request.path()) }))
    }

    /// Finishes the answer to a trigger, which names its own failures: a success costs no more than two looks at
    /// the clock.
    pub(crate) fn triggered<F: Future<Output = Response<BoxBody>>>(
        &self,
        answer: F,
        followed: Option<Box<Followed>>,
    ) -> impl Future<Output = Result<Response<BoxBody>, Error>> + use<F> {
        let meter = self.meter.clone();
        async move {
            let begin = Instant::now();
            let answer = answer.await;
            meter.add(Area::Trigger, answer.status(), begin.elapsed());
            if let Some(followed) = followed {
                followed.end(&answer, Some(TRIGGER));
            }
            Ok(answer)
        }
    }

    /// Has the router answer a request, and finishes the answer.
    pub(crate) fn routed<S, B>(
        &self,
        request: Request,
        web: &S,
        followed: Option<Box<Followed>>,
    ) -> impl Future<Output = Result<Response<BoxBody>, Error>> + use<S, B>
    where
        S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
        B: MessageBody + 'static,
    {
        let (asked, area, meter) = (Asked::of(request.head()), Area::of(request.path()), self.meter.clone());
        let answer = web.call(request);
        async move {
            let begin = Instant::now();
            let (route, answer) = match answer.await {
                Ok(answer) => {
                    let route = followed.as_ref().and_then(|_| answer.request().match_pattern());
                    (route, answer.into_parts().1.map_into_boxed_body())
                }
                Err(error) => (None, HttpResponse::from_error(error)),
            };
            let answer = named(answer, &asked);
            meter.add(area, answer.status(), begin.elapsed());
            if let Some(followed) = followed {
                followed.end(&answer, route.as_deref());
            }
            Ok(answer)
        }
    }
}

impl Followed {
    fn end(self, answer: &Response<BoxBody>, route: Option<&str>) {
        let request_id = answer.headers().get(HEADER).and_then(|id| id.to_str().ok());
        let app_id = self.app_id.as_deref();
        self.span.end(&Answered { status: answer.status(), route, app_id, request_id });
    }
}

fn named(mut answer: HttpResponse, asked: &Asked) -> Response<BoxBody> {
    let describe = || answer.error().map(|error| format!("{error:?}"));
    if let Some(id) = asked.name_failure(answer.status(), answer.headers(), describe) {
        request_id::tell(answer.headers_mut(), id);
    }
    Response::from(answer)
}

/// The id in `…/apps/{id}/…`.
fn app_id(path: &str) -> Option<String> {
    let mut segments = path.split('/').skip_while(|segment| *segment != "apps");
    segments.nth(1).filter(|id| !id.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;
    use crate::operations::WorkerMeters;

    #[test]
    fn an_answer_has_no_room_for_a_span_in_itself() {
        let answers = Answers { meter: WorkerMeters::default().join(), traces: Traces::default() };
        let answer = answers.triggered(pending::<Response<BoxBody>>(), None);
        assert!(size_of_val(&answer) < size_of::<RequestSpan>());
    }
}
