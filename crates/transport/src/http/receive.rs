use std::{rc::Rc, time::SystemTime};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode, Version,
        header::{self, HeaderMap, HeaderValue, HttpDate},
    },
};
use bytes::Bytes;
use campanile_protocol::Transport;
use serde::Serialize;
use tokio::sync::oneshot;

use super::{
    headers,
    mount::{Mount, SessionPath},
};
use crate::{
    detachable::Grip,
    entrance::Admission,
    hello::{Source, parameter},
    homes::SessionKey,
    reception::{Reception, Response, Travelling, Way},
    session::framing::{Framing, Piece},
    sessions::Sessions,
};

/// What SockJS's client asks first (SockJS 0.3.3).
#[derive(Serialize)]
struct Info {
    websocket: bool,
    cookie_needed: bool,
    origins: [&'static str; 1],
    /// For clients without a good source of their own.
    entropy: u32,
}

pub(super) fn info(request: &HttpRequest, mount: &Mount<'_>) -> HttpResponse {
    let info = Info {
        websocket: mount.has_websocket(),
        cookie_needed: mount.sets_cookie(),
        origins: ["*:*"],
        entropy: getrandom::u32().expect("the system provides randomness"),
    };
    headers::with(HttpResponse::Ok(), headers::of_info(request, mount))
        .insert_header((header::CONTENT_TYPE, "application/json; charset=UTF-8"))
        .body(serde_json::to_string(&info).expect("plain values always serialise"))
}

pub(super) async fn receive<A: Admission>(
    sessions: Rc<Sessions<A>>,
    request: &HttpRequest,
    mount: &Mount<'_>,
    session: SessionPath<'_>,
    transport: Transport,
) -> HttpResponse {
    let (framing, prelude) = match dress(transport, request.query_string()) {
        Ok(dress) => dress,
        Err(fault) => return headers::text(StatusCode::INTERNAL_SERVER_ERROR, fault),
    };
    let key = mount.key(session);
    if !sessions.has_room() && sessions.homes().find(&key).is_none() {
        return headers::text(StatusCode::SERVICE_UNAVAILABLE, "Too many sessions; try again\n");
    }
    let mut source =
        Source::read(request.headers(), request.peer_addr(), sessions.entrance().trusted_proxies());
    source.origin = origin(source.origin, request, transport);
    let opening = mount.opening(request, transport, source);
    let mut answer = headers::of_session(request, mount);
    answer.insert(header::CONTENT_TYPE, content_type(&framing));
    let id = sessions.homes().new_reception_id();
    if let Some(prelude) = prelude {
        return match response(request, &answer, &prelude).await {
            Some(response) => {
                let reception = Reception { id, framing, way: Way::Stream(response) };
                sessions.receive(key, Box::new(reception), opening);
                taken()
            }
            None => headers::text(StatusCode::INTERNAL_SERVER_ERROR, "The connection is gone\n"),
        };
    }
    let (reply, is_answered) = oneshot::channel();
    let waiting = Waiting { sessions: sessions.clone(), key: Some(key.clone()), id };
    sessions.receive(key, Box::new(Reception { id, framing, way: Way::Poll(reply) }), opening);
    waiting.answer(is_answered, answer, String::new()).await
}

/// A poll. If its client leaves, which ends the request, the session learns of it.
pub(super) struct Waiting<A: Admission> {
    pub(super) sessions: Rc<Sessions<A>>,
    /// None once it is answered.
    pub(super) key: Option<SessionKey>,
    pub(super) id: u64,
}

impl<A: Admission> Waiting<A> {
    pub(super) async fn answer(
        mut self,
        is_answered: oneshot::Receiver<Bytes>,
        headers: HeaderMap,
        otherwise: String,
    ) -> HttpResponse {
        // No answer: another receiver has taken over.
        let body = is_answered.await.unwrap_or_else(|_| otherwise.into());
        self.key = None;
        headers::with(HttpResponse::Ok(), headers).body(body)
    }
}

impl<A: Admission> Drop for Waiting<A> {
    fn drop(&mut self) {
        if let Some(key) = self.key.take() {
            self.sessions.lose(key, self.id);
        }
    }
}

/// The origin of the page that asks. Elements of a page send none, but say where they stand; only pages have
/// such elements, so one that hides it is a page of no origin that anybody allows.
fn origin(origin: Option<String>, request: &HttpRequest, transport: Transport) -> Option<String> {
    let referrer = || {
        let referrer = request.headers().get(header::REFERER)?.to_str().ok()?;
        let (scheme, rest) = referrer.split_once("://")?;
        Some(format!("{scheme}://{}", rest.split(['/', '?', '#']).next()?))
    };
    let hidden = || matches!(transport, Transport::Jsonp | Transport::HtmlFile).then(|| "null".to_owned());
    origin.or_else(referrer).or_else(hidden)
}

/// Begins a response on the socket itself; none if the socket was taken before.
pub(super) async fn response(request: &HttpRequest, headers: &HeaderMap, prelude: &str) -> Option<Response> {
    // The answer to a request before this one may wait to be written.
    tokio::task::yield_now().await;
    let socket = request.conn_data::<Grip>()?.take()?;
    let is_chunked = request.version() >= Version::HTTP_11;
    let framing = if is_chunked { "transfer-encoding: chunked\r\n" } else { "" };
    let date = HttpDate::from(SystemTime::now());
    let mut head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ndate: {date}\r\n{framing}").into_bytes();
    for (name, value) in headers {
        head.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    head.extend_from_slice(b"\r\n");
    let piece = Piece::of(prelude);
    head.extend_from_slice(&if is_chunked { piece.chunk() } else { piece.plain() });
    Some(Response {
        socket: Travelling::Here(socket),
        head: head.into(),
        is_chunked,
        prelude_units: prelude.len(),
    })
}

/// What the server believes to send after its socket was taken.
pub(super) fn taken() -> HttpResponse {
    HttpResponse::Ok().force_close().finish()
}

/// How frames are dressed for a transport, and what precedes them where the response goes on. The error is
/// for a person to read.
fn dress(transport: Transport, query: &str) -> Result<(Framing, Option<String>), &'static str> {
    Ok(match transport {
        // Enough to get past whatever holds the beginning of a response back.
        Transport::XhrStreaming => (Framing::Xhr, Some(format!("{}\n", "h".repeat(2048)))),
        Transport::EventSource => (Framing::EventSource, Some("\r\n".to_owned())),
        Transport::HtmlFile => (Framing::HtmlFile, Some(page(&callback(query)?))),
        Transport::Jsonp => (Framing::Jsonp(callback(query)?), None),
        _ => (Framing::Xhr, None),
    })
}

pub(super) fn content_type(framing: &Framing) -> HeaderValue {
    HeaderValue::from_static(match framing {
        Framing::EventSource | Framing::Sse(_) => "text/event-stream",
        Framing::HtmlFile => "text/html; charset=UTF-8",
        Framing::LongPolling(_) => "application/json",
        Framing::Xhr | Framing::Jsonp(_) => "application/javascript; charset=UTF-8",
    })
}

/// The name of the function to call. It becomes part of a script: only what names are made of.
fn callback(query: &str) -> Result<String, &'static str> {
    let callback = parameter(query, "c").or_else(|| parameter(query, "callback"));
    let callback = callback.ok_or("\"callback\" parameter required\n")?;
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if callback.len() > CALLBACK_BYTES || !callback.bytes().all(is_legal) {
        return Err("invalid \"callback\" parameter\n");
    }
    Ok(callback)
}

const CALLBACK_BYTES: usize = 32;
/// Browsers show nothing of a page before they have read this much of it.
const PAGE_BYTES: usize = 1024;

/// The beginning of a page that goes on with calls of `p`.
fn page(callback: &str) -> String {
    let page = format!(
        r#"<!doctype html>
<html><head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
</head><body><h2>Don't panic!</h2>
  <script>
    document.domain = document.domain;
    var c = parent.{callback};
    c.start();
    function p(d) {{c.message(d);}};
    window.onload = function() {{c.stop();}};
  </script>
"#
    );
    format!("{page:<PAGE_BYTES$}\r\n\r\n")
}
