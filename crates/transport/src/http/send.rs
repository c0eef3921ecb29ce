use std::{rc::Rc, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Payload,
};
use bytes::Bytes;
use bytestring::ByteString;
use campanile_protocol::limits::CLIENT_MESSAGE_BYTES;
use tokio::time::timeout;

use super::{
    headers,
    mount::{Mount, SessionPath},
};
use crate::{entrance::Admission, hello::parameter, homes::Said, sessions::Sessions};

/// Why messages were not taken (SockJS 0.3.3; the texts are compared by its suite).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    NoPayload,
    BrokenJson,
    TooBig,
    TooSlow,
    UnknownSession,
}

const UNKNOWN_SESSION: (StatusCode, &str) = (StatusCode::NOT_FOUND, "Session not found\n");
/// Largest body.
const BODY_BYTES: usize = 1 << 20;
/// How long it may take to come.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// Messages in one body.
const MESSAGES: usize = 10_000;

/// Takes the messages of a session's client, which may come in a form.
pub(super) async fn send<A: Admission>(
    sessions: &Rc<Sessions<A>>,
    request: &HttpRequest,
    mount: &Mount<'_>,
    (session, is_form): (SessionPath<'_>, bool),
    payload: Payload,
) -> HttpResponse {
    let is_encoded = is_form
        && request
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let key = mount.key(session);
    let taken = match sessions.homes().find(&key) {
        Some(_) => read(payload).await.and_then(|body| messages(&body, is_encoded)),
        None => Err(Fault::UnknownSession),
    };
    let (status, text) = match taken {
        Ok(messages) => match sessions.say(key, messages).await {
            Said::Taken if is_form => (StatusCode::OK, "ok"),
            Said::Taken => (StatusCode::NO_CONTENT, ""),
            Said::Unknown => UNKNOWN_SESSION,
            Said::Full => (StatusCode::SERVICE_UNAVAILABLE, "Too much waits; try again\n"),
        },
        Err(Fault::UnknownSession) => UNKNOWN_SESSION,
        Err(Fault::TooSlow) => (StatusCode::REQUEST_TIMEOUT, "The body did not come in time\n"),
        Err(Fault::TooBig) => (StatusCode::PAYLOAD_TOO_LARGE, "Message too big\n"),
        // SockJS knows no better status; pusher-js reads none.
        Err(_) if mount.is_pusher_js() => (StatusCode::BAD_REQUEST, "A JSON array of strings expected\n"),
        Err(Fault::NoPayload) => (StatusCode::INTERNAL_SERVER_ERROR, "Payload expected.\n"),
        Err(Fault::BrokenJson) => (StatusCode::INTERNAL_SERVER_ERROR, "Broken JSON encoding.\n"),
    };
    let mut response = headers::with(HttpResponse::build(status), headers::of_session(request, mount));
    // Some browsers take an answer without a type for broken XML.
    response.insert_header((header::CONTENT_TYPE, "text/plain; charset=UTF-8"));
    if text.is_empty() { response.finish() } else { response.body(text) }
}

async fn read(payload: Payload) -> Result<Bytes, Fault> {
    match timeout(BODY_TIMEOUT, payload.to_bytes_limited(BODY_BYTES)).await {
        Ok(Ok(Ok(body))) => Ok(body),
        Ok(Err(_)) => Err(Fault::TooBig),
        // The client has gone, or does not come to an end.
        Ok(Ok(Err(_))) | Err(_) => Err(Fault::TooSlow),
    }
}

/// The messages in a body: a JSON array of strings, perhaps as the field `d` of a form.
fn messages(body: &[u8], is_encoded: bool) -> Result<Vec<ByteString>, Fault> {
    if body.is_empty() {
        return Err(Fault::NoPayload);
    }
    if !is_encoded {
        return parse(body);
    }
    let form = std::str::from_utf8(body).map_err(|_| Fault::NoPayload)?;
    // In forms, a plus is a space.
    let payload = parameter(&form.replace('+', "%20"), "d").ok_or(Fault::NoPayload)?;
    parse(payload.as_bytes())
}

/// What a SockJS client sends over a WebSocket: an array, or a single string.
pub(crate) fn socket_messages(text: &str) -> Option<Vec<ByteString>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    parse(text.as_bytes()).ok().or_else(|| {
        let single: String = serde_json::from_str(text).ok()?;
        Some(vec![single.into()])
    })
}

fn parse(json: &[u8]) -> Result<Vec<ByteString>, Fault> {
    let messages: Vec<String> = serde_json::from_slice(json)
        .map_err(|error| if error.is_data() { Fault::NoPayload } else { Fault::BrokenJson })?;
    if messages.len() > MESSAGES || messages.iter().any(|message| message.len() > CLIENT_MESSAGE_BYTES) {
        return Err(Fault::TooBig);
    }
    Ok(messages.into_iter().map(ByteString::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(body: &str, is_encoded: bool) -> Result<Vec<String>, Fault> {
        messages(body.as_bytes(), is_encoded)
            .map(|messages| messages.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_body_is_an_array_of_strings() {
        assert_eq!(texts(r#"["a","\u00e9"]"#, false).unwrap(), ["a", "é"]);
        assert_eq!(texts("[]", false).unwrap(), Vec::<String>::new());
        for body in ["", "{}", "1", r#""a""#, "[1]", "null"] {
            assert_eq!(texts(body, false), Err(Fault::NoPayload), "{body}");
        }
        for body in ["[\"x", "x", "[\"a\",]", r#"["\ud800"]"#] {
            assert_eq!(texts(body, false), Err(Fault::BrokenJson), "{body}");
        }
        let big = format!("[\"{}\"]", "x".repeat(CLIENT_MESSAGE_BYTES + 1));
        assert_eq!(texts(&big, false), Err(Fault::TooBig));
    }

    #[test]
    fn a_form_carries_it_in_d() {
        assert_eq!(texts("d=%5B%22a+b%22%5D", true).unwrap(), ["a b"]);
        assert_eq!(texts("x=1&d=%5B%5D", true).unwrap(), Vec::<String>::new());
        assert_eq!(texts(r#"["%61+b"]"#, false).unwrap(), ["%61+b"]);
        for body in ["", "d=", "p=p"] {
            assert_eq!(texts(body, true), Err(Fault::NoPayload), "{body}");
        }
    }

    #[test]
    fn over_a_socket_one_string_is_enough() {
        assert_eq!(socket_messages(r#""a""#).unwrap(), ["a"]);
        assert_eq!(socket_messages(r#"["a"]"#).unwrap(), ["a"]);
        assert!(socket_messages("").unwrap().is_empty());
        assert!(socket_messages("[\"a").is_none());
    }
}
