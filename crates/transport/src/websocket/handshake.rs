use std::{future::poll_fn, io::IoSlice, net::Shutdown};

use super::{Response, extension::Deflation};
use crate::{request_id, socket::Socket};
use actix_http::{
    Method, RequestHead, Version,
    header::{
        CONNECTION, CONTENT_LENGTH, HeaderName, HeaderValue, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION,
        TRANSFER_ENCODING, UPGRADE,
    },
    ws,
};

/// A WebSocket handshake (RFC 6455, section 4.2). Versions 8 and 7 are drafts of it with the same framing.
pub(crate) struct Handshake {
    accept: String,
    /// The page, as the drafts name it.
    pub(crate) draft_origin: Option<String>,
}

const VERSIONS: [&str; 3] = ["13", "8", "7"];

impl Handshake {
    /// Reads the request; the error is the HTTP response to a request that is no WebSocket's.
    pub(crate) fn parse(head: &RequestHead) -> Result<Self, Response> {
        let header = |name: HeaderName| head.headers().get(name).and_then(|value| value.to_str().ok());
        if head.method != Method::GET {
            return Err(Response::from_static(METHOD_NOT_ALLOWED));
        }
        let has_body =
            head.headers().contains_key(CONTENT_LENGTH) || head.headers().contains_key(TRANSFER_ENCODING);
        if head.version != Version::HTTP_11 || has_body {
            return Err(bad_request("A WebSocket begins with a GET of HTTP/1.1 without a body\n"));
        }
        if !has_token(head, UPGRADE, "websocket") || !has_token(head, CONNECTION, "upgrade") {
            return Err(bad_request("A WebSocket asks for `Connection: Upgrade` and `Upgrade: websocket`\n"));
        }
        let key = header(SEC_WEBSOCKET_KEY);
        match header(SEC_WEBSOCKET_VERSION) {
            Some(version) if VERSIONS.contains(&version) => {}
            // hixie-75 and -76: nothing newer can be spoken with such a client.
            None if key.is_none() => return Err(bad_request("This version of WebSocket is not supported\n")),
            _ => return Err(other_version()),
        }
        let key = key
            .filter(|key| is_key(key))
            .ok_or_else(|| bad_request("Sec-WebSocket-Key is not 16 bytes in Base64\n"))?;
        let accept = String::from_utf8_lossy(&ws::hash_key(key.as_bytes())).into_owned();
        let draft_origin = header(HeaderName::from_static("sec-websocket-origin")).map(str::to_owned);
        Ok(Self { accept, draft_origin })
    }

    /// The response that switches protocols.
    pub(crate) fn response(&self, deflation: Option<Deflation>) -> Response {
        let (accept, extensions) = (&self.accept, deflation.map(|deflation| deflation.header()));
        let extensions = extensions.as_deref().unwrap_or_default();
        format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n{extensions}\r\n"
        )
        .into()
    }
}

/// Whether a header's lists of tokens, of which there may be several, have that one, in any case.
fn has_token(head: &RequestHead, name: HeaderName, token: &str) -> bool {
    let mut lists = head.headers().get_all(name).filter_map(|value| value.to_str().ok());
    lists.any(|list| list.split(',').any(|one| one.trim().eq_ignore_ascii_case(token)))
}

/// 16 bytes in Base64: 22 characters, the last of which has four bits of nothing, and the padding.
fn is_key(key: &str) -> bool {
    let Some(characters) = key.strip_suffix("==") else { return false };
    characters.len() == 22
        && characters.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
        && characters.ends_with(['A', 'Q', 'g', 'w'])
}

/// Without a type, as SockJS's clients want it.
const METHOD_NOT_ALLOWED: &[u8] =
    b"HTTP/1.1 405 Method Not Allowed\r\nAllow: GET\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

fn bad_request(text: &str) -> Response {
    response("400 Bad Request", "", text)
}

fn other_version() -> Response {
    let headers = format!("Upgrade: websocket\r\nSec-WebSocket-Version: {}\r\n", VERSIONS.join(", "));
    response("426 Upgrade Required", &headers, "Unsupported version of WebSocket\n")
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

/// The response with the request's name behind its first line.
fn named(response: &[u8], name: &HeaderValue) -> Vec<u8> {
    let line = response.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    [&response[..line], b"x-request-id: ", name.as_bytes(), b"\r\n", &response[line..]].concat()
}

/// Answers a request that is no WebSocket's, naming it, and closes. A response fits any socket's empty
/// buffer; a peer that has none gets nothing.
pub(crate) async fn refuse<S: Socket>(socket: &S, head: &RequestHead, response: &[u8]) {
    let response = named(response, &request_id::name(head.headers().get(request_id::HEADER)));
    if poll_fn(|context| socket.poll_writable(context)).await.is_ok()
        && socket.try_write_vectored(&[IoSlice::new(&response)]).is_ok()
    {
        // An error means that the peer is gone already.
        let _ = socket.shutdown(Shutdown::Write);
    }
}
