use std::time::{Duration, SystemTime};

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue, HttpDate},
    },
};

use super::mount::Mount;

/// Keeps every cache and every buffering proxy from holding an answer back or giving it twice. Compared
/// byte for byte by SockJS's protocol suite.
const NO_CACHE: HeaderValue =
    HeaderValue::from_static("no-store, no-cache, no-transform, must-revalidate, max-age=0");
const YEAR: Duration = Duration::from_secs(31_536_000);

/// A short text.
pub(super) fn text(status: StatusCode, text: &'static str) -> HttpResponse {
    HttpResponse::build(status).content_type("text/plain; charset=UTF-8").body(text)
}

/// An empty answer to a method that the path does not know.
pub(super) fn method_not_allowed(allowed: &[Method]) -> HttpResponse {
    HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, list(allowed))).finish()
}

/// What receivers and senders answer with: never cached, readable from every origin.
pub(super) fn of_session(request: &HttpRequest, mount: &Mount<'_>) -> HeaderMap {
    let mut headers = uncached();
    cors(&mut headers, request, mount);
    cookie(&mut headers, request, mount);
    headers
}

/// The same without the cookie that balancers stick by.
pub(super) fn of_info(request: &HttpRequest, mount: &Mount<'_>) -> HeaderMap {
    let mut headers = uncached();
    cors(&mut headers, request, mount);
    headers
}

/// What no cache may keep, and no proxy hold back.
pub(super) fn uncached() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, NO_CACHE);
    // nginx holds a response back otherwise.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
}

/// Lets caches keep an answer for a year.
pub(super) fn cached(response: &mut HttpResponseBuilder) {
    response
        .insert_header((header::CACHE_CONTROL, format!("public, max-age={}", YEAR.as_secs())))
        .insert_header((header::EXPIRES, HttpDate::from(SystemTime::now() + YEAR)));
}

/// Grants what a browser asks before it asks for the thing itself.
pub(super) fn preflight(request: &HttpRequest, mount: &Mount<'_>, allowed: &[Method]) -> HttpResponse {
    let mut headers = HeaderMap::new();
    cors(&mut headers, request, mount);
    cookie(&mut headers, request, mount);
    grant(&mut headers, request, list(allowed));
    let mut response = HttpResponse::NoContent();
    cached(&mut response);
    with(response, headers).finish()
}

/// Grants methods and the headers that were asked for.
pub(super) fn grant(headers: &mut HeaderMap, request: &HttpRequest, methods: String) {
    let methods = HeaderValue::try_from(methods).expect("methods are plain words");
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from(YEAR.as_secs()));
    let asked = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS);
    if let Some(asked) = asked.filter(|asked| !asked.is_empty()) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
}

pub(super) fn with(mut response: HttpResponseBuilder, headers: HeaderMap) -> HttpResponseBuilder {
    for header in headers {
        response.insert_header(header);
    }
    response
}

/// Pages of every origin may read; which of them may connect, the app's settings say.
fn cors(headers: &mut HeaderMap, request: &HttpRequest, mount: &Mount<'_>) {
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    let origin = request.headers().get(header::ORIGIN).filter(|_| !mount.is_pusher_js());
    let Some(origin) = origin else {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        return;
    };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    // SockJS's client sends credentials. Sessions know none: nothing of ours is ever in a cookie here.
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
}

/// The cookie that some balancers want to see before they stick.
fn cookie(headers: &mut HeaderMap, request: &HttpRequest, mount: &Mount<'_>) {
    if !mount.sets_cookie() {
        return;
    }
    let sent = request.cookie("JSESSIONID").map(|cookie| cookie.value().to_owned());
    let is_legal = |byte: u8| byte.is_ascii_graphic() && !br#"",;\"#.contains(&byte);
    let value = sent.filter(|value| !value.is_empty() && value.bytes().all(is_legal));
    let cookie = format!("JSESSIONID={}; path=/", value.as_deref().unwrap_or("dummy"));
    headers.insert(header::SET_COOKIE, HeaderValue::try_from(cookie).expect("checked just now"));
}

fn list(methods: &[Method]) -> String {
    methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ")
}
