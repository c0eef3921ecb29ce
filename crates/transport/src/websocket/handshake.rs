use std::{future::poll_fn, io::IoSlice};

use actix_http::{
    RequestHead, Version,
    ws::{self, HandshakeError},
};
use bytes::Bytes;
use campanile_protocol::CloseCode;
use percent_encoding::percent_decode_str;

use super::{ConnectRequest, Response};
use crate::socket::Socket;

/// A WebSocket handshake on `/app/{key}` (Pusher reference, sections 1.1 to 1.3).
pub(super) struct Handshake {
    pub(super) request: ConnectRequest,
    /// What is wrong with the protocol or version it names. Judged after the app: an unknown key
    /// is told first.
    pub(super) fault: Option<CloseCode>,
    protocol: u32,
    accept: String,
}

/// The newest protocol, taken where a client names none.
const NEWEST_PROTOCOL: u32 = 7;
/// The oldest one that is spoken here.
const OLDEST_PROTOCOL: u32 = 4;
/// From this one on, clients read close codes.
const CLOSE_CODE_PROTOCOL: u32 = 6;

impl Handshake {
    /// Reads the request; the error is the HTTP response to a request that is no WebSocket's.
    pub(super) fn parse(head: &RequestHead) -> Result<Self, Response> {
        let key = head.uri.path().strip_prefix("/app/").map(|key| key.strip_suffix('/').unwrap_or(key));
        let Some(key) = key.filter(|key| !key.is_empty() && !key.contains('/')) else {
            return Err(response("404 Not Found", "", "No WebSocket here: connect to /app/{key}\n"));
        };
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
        let accept = String::from_utf8_lossy(&ws::hash_key(accept_key)).into_owned();

        let query = head.uri.query().unwrap_or_default();
        let (protocol, version) = (parameter(query, "protocol"), parameter(query, "version"));
        let client = parameter(query, "client").map(|client| match &version {
            Some(version) => format!("{client} {version}"),
            None => client,
        });
        let spoken = match protocol {
            None => Some(NEWEST_PROTOCOL),
            Some(text) => {
                text.parse().ok().filter(|number| (OLDEST_PROTOCOL..=NEWEST_PROTOCOL).contains(number))
            }
        };
        let fault = match spoken {
            None => Some(CloseCode::UnsupportedProtocol),
            Some(_) if version.is_some_and(|version| !is_version(&version)) => {
                Some(CloseCode::InvalidVersion)
            }
            Some(_) => None,
        };
        let request = ConnectRequest {
            key: percent_decode_str(key).decode_utf8_lossy().into_owned(),
            is_secure: head.headers().get("x-forwarded-proto").is_some_and(|scheme| scheme == "https"),
            client: client.map(|client| client.chars().filter(|c| !c.is_control()).take(64).collect()),
        };
        Ok(Self { request, fault, protocol: spoken.unwrap_or(NEWEST_PROTOCOL), accept })
    }

    pub(super) fn announces_close(&self) -> bool {
        self.protocol < CLOSE_CODE_PROTOCOL
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

/// `8.6.0`, `7.0.3-beta`: digits first, then anything of the characters versions are made of.
fn is_version(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b".-+_".contains(&byte);
    text.starts_with(|c: char| c.is_ascii_digit()) && text.bytes().all(legal)
}

/// The first non-empty value of a query parameter.
fn parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, value)| *key == name && !value.is_empty())?;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
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
