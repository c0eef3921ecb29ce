use std::{future::poll_fn, io::IoSlice};

use actix_http::{
    RequestHead, Version,
    ws::{self, HandshakeError},
};
use bytes::Bytes;

use super::Response;
use crate::socket::Socket;

/// A WebSocket handshake (RFC 6455, section 4.2).
pub(super) struct Handshake {
    accept: String,
}

impl Handshake {
    /// Reads the request; the error is the HTTP response to a request that is no WebSocket's.
    pub(super) fn parse(head: &RequestHead) -> Result<Self, Response> {
        ws::verify_handshake(head).map_err(|error| explain(&error))?;
        let has_body =
            head.headers().contains_key("content-length") || head.headers().contains_key("transfer-encoding");
        if head.version != Version::HTTP_11 || has_body {
            return Err(response(
                "400 Bad Request",
                "",
                "A WebSocket begins with a GET of HTTP/1.1 without a body\n",
            ));
        }
        let accept_key = head.headers().get("sec-websocket-key").map_or(&b""[..], |key| key.as_bytes());
        Ok(Self { accept: String::from_utf8_lossy(&ws::hash_key(accept_key)).into_owned() })
    }

    /// The response that switches protocols.
    pub(super) fn response(&self) -> Response {
        let accept = &self.accept;
        format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
        )
        .into()
    }
}

fn explain(error: &HandshakeError) -> Response {
    let text = format!("{error}\n");
    match error {
        HandshakeError::GetMethodRequired => response("405 Method Not Allowed", "Allow: GET\r\n", &text),
        HandshakeError::UnsupportedVersion | HandshakeError::NoVersionHeader => response(
            "426 Upgrade Required",
            "Upgrade: websocket\r\nSec-WebSocket-Version: 13, 8, 7\r\n",
            &text,
        ),
        HandshakeError::NoWebsocketUpgrade
        | HandshakeError::NoConnectionUpgrade
        | HandshakeError::BadWebsocketKey => response("400 Bad Request", "", &text),
    }
}

pub(super) fn not_found() -> Response {
    response("404 Not Found", "", "No WebSocket here: connect to /app/{key}\n")
}

fn response(status: &str, headers: &str, body: &str) -> Response {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .into()
}

/// Answers a request that is no WebSocket's, and closes. A response fits any socket's empty buffer;
/// a peer that has none gets nothing.
pub(super) async fn refuse<S: Socket>(socket: &S, response: Bytes) {
    if poll_fn(|context| socket.poll_writable(context)).await.is_ok()
        && socket.try_write_vectored(&[IoSlice::new(&response)]).is_ok()
    {
        // An error means that the peer is gone already.
        let _ = socket.shutdown_write();
    }
}
