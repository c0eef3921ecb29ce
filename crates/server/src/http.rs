//! What all HTTP answers of the public port share.

use actix_web::{
    HttpResponse,
    http::header::{self, HeaderName, HeaderValue},
    middleware::DefaultHeaders,
};

/// Headers that keep browsers from doing with our answers what we did not mean. Payloads of other
/// people's apps pass through the dashboard: nothing inline may ever run there.
pub(crate) fn security_headers() -> DefaultHeaders {
    let headers: [(HeaderName, HeaderValue); 4] = [
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(
                "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                 connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
            ),
        ),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    ];
    headers.into_iter().fold(DefaultHeaders::new(), DefaultHeaders::add)
}

/// One line of text, as the REST API answers what it does not know.
pub(crate) async fn not_found() -> HttpResponse {
    HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body("Not found\n")
}

/// A socket's address, asked without asking for a socket.
pub(crate) async fn upgrade_required() -> HttpResponse {
    HttpResponse::UpgradeRequired()
        .insert_header((header::UPGRADE, "websocket"))
        .insert_header(("Sec-WebSocket-Version", "13, 8, 7"))
        .content_type("text/plain; charset=utf-8")
        .body("Connect with a WebSocket\n")
}
