//! Requests have names, by which a person who asks for help, a program's log and ours mean the same one. On
//! the public port every failure tells its request's name in `x-request-id`, and so does the log where the
//! fault is ours. The management API names all of its requests (`management/request_id.rs`).

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::SystemTime,
};

use actix_http::{Method, RequestHead, Response, StatusCode, Uri};
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, HeaderMap, HeaderValue,
};
use campanile_transport::request_id::name;

pub(crate) use campanile_transport::request_id::HEADER;

/// What a failure's answer and its line in the log say of the request. Making one allocates nothing: most
/// requests do not fail.
pub(crate) struct Asked {
    method: Method,
    uri: Uri,
    given: Option<HeaderValue>,
}

impl Asked {
    pub(crate) fn of(head: &RequestHead) -> Self {
        let given = head.headers.get(HEADER).cloned();
        Self { method: head.method.clone(), uri: head.uri.clone(), given }
    }

    /// Has the answer tell the request's name, if it is a failure that does not yet. The body stays: clients
    /// show it as it is.
    pub(crate) fn mark<B>(&self, answer: &mut Response<B>, error: impl FnOnce() -> Option<String>) {
        if let Some(id) = self.name_failure(answer.status(), answer.headers(), error) {
            tell(answer.headers_mut(), id);
        }
    }

    /// The request's name, if its answer is a failure that does not tell one yet; where the fault is ours, the
    /// log tells it. The error is described only for a line that is written.
    pub(crate) fn name_failure(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
        error: impl FnOnce() -> Option<String>,
    ) -> Option<HeaderValue> {
        let is_failure = status.is_client_error() || status.is_server_error();
        if !is_failure || headers.contains_key(HEADER) {
            return None;
        }
        let id = name(self.given.as_ref());
        if status.is_server_error() && may_log() {
            // The query is left out: it may hold a signature.
            tracing::warn!(
                request.id = id.to_str().unwrap_or_default(), method = %self.method, path = shown(self.uri.path()),
                status = status.as_u16(), error = error(), "a request failed"
            );
        }
        Some(id)
    }
}

/// What the log shows of a path: the route and its first names. What follows a client makes as long as it likes.
fn shown(path: &str) -> &str {
    &path[..path.floor_char_boundary(PATH_BYTES)]
}

/// Puts the request's name into its answer's headers.
pub(crate) fn tell(headers: &mut HeaderMap, id: HeaderValue) {
    headers.insert(HEADER, id);
    if headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
        // Otherwise a page of another site could not read it.
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("x-request-id"));
    }
}

/// What is shown of a path.
const PATH_BYTES: usize = 128;
/// An overload fails every request: the log gets this many of a second. The metrics count them all.
const LINES_PER_SECOND: u64 = 20;

/// Whether this second has a line left.
fn may_log() -> bool {
    /// The second, and in the lower half how many lines it had.
    static LINES: AtomicU64 = AtomicU64::new(0);
    let second = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let count = |lines: u64| {
        let lines = if lines >> 32 == second { lines + 1 } else { second << 32 | 1 };
        (lines & u64::from(u32::MAX) <= LINES_PER_SECOND).then_some(lines)
    };
    LINES.fetch_update(Relaxed, Relaxed, count).is_ok()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn asked(id: &str) -> Asked {
        Asked::of(TestRequest::get().insert_header((HEADER, id)).to_request().head())
    }

    fn marked(status: u16, asked: &Asked) -> Option<String> {
        let mut answer = Response::new(status.try_into().unwrap());
        asked.mark(&mut answer, || None);
        answer.headers().get(HEADER).map(|id| id.to_str().unwrap().to_owned())
    }

    #[test]
    fn a_failure_is_named_as_its_client_did_or_anew() {
        assert_eq!(marked(404, &asked("mine")).as_deref(), Some("mine"));
        assert_eq!(marked(500, &asked("not mine")).map(|id| id.len()), Some(36));
    }

    #[test]
    fn a_success_is_not_named_and_a_name_stays() {
        assert_eq!(marked(200, &asked("mine")), None);
        assert_eq!(marked(304, &asked("mine")), None);
        let mut answer = Response::new(actix_http::StatusCode::NOT_FOUND);
        answer.headers_mut().insert(HEADER, HeaderValue::from_static("inner"));
        asked("outer").mark(&mut answer, || None);
        assert_eq!(answer.headers().get(HEADER).unwrap(), "inner");
    }

    #[test]
    fn the_log_shows_no_more_of_a_path_than_fits() {
        assert_eq!(shown("/apps/1/events"), "/apps/1/events");
        assert_eq!(shown(&format!("/{}", "é".repeat(100))).len(), 127);
    }

    #[test]
    fn pages_of_other_sites_may_read_it_where_they_may_read_anything() {
        let mut answer = Response::new(actix_http::StatusCode::FORBIDDEN);
        answer.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        asked("mine").mark(&mut answer, || None);
        assert_eq!(answer.headers().get(ACCESS_CONTROL_EXPOSE_HEADERS).unwrap(), "x-request-id");
    }
}
