use std::{
    rc::Rc,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use campanile_protocol::{
    Access, App, ChannelName, CloseCode, SocketId, Transport, server_message,
    signature::{InvalidToken, Token},
};
use campanile_realtime::{Batch, Inbound, Outlet, Realm};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::oneshot;

use super::{
    headers,
    receive::{self, Waiting},
};
use crate::{
    entrance::{Admission, Admitted},
    hello::{Hello, Source},
    homes::SessionKey,
    reception::{Reception, Way},
    session::{Policy, framing::Framing},
    sessions::Sessions,
};

/// What a client without a library asks for.
#[derive(Deserialize)]
pub(super) struct Request {
    /// Names with commas between them.
    channels: Option<String>,
    /// The app key; enough for public channels.
    key: Option<String>,
    /// A JSON Web Token of the app's server, for others.
    token: Option<String>,
    /// Where a long poll goes on.
    cursor: Option<String>,
    /// Where a stream goes on, for clients that cannot send the header.
    last_event_id: Option<String>,
}

/// What a client may have: channels, and who it is there.
struct Grant {
    channels: Vec<ChannelName>,
    /// Who the client is in presence channels.
    channel_data: Option<String>,
    /// The app's server vouches for all this.
    is_signed: bool,
}

/// Why there is nothing to receive.
struct Refusal(StatusCode, String);

/// Who a client is in presence channels, as JSON: more than any app accepts, escaped or not.
const CHANNEL_DATA_BYTES: usize = 4 * 1024;
/// Channels of one client.
const CHANNELS: usize = 100;
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Browsers come back after this many milliseconds.
const PRELUDE: &str = "retry: 1000\n\n";

pub(super) async fn preflight(request: HttpRequest) -> HttpResponse {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers::grant(&mut headers, &request, "OPTIONS, GET".to_owned());
    headers::with(HttpResponse::NoContent(), headers).finish()
}

/// `GET /apps/{app_id}/sse` and `GET /apps/{app_id}/poll`: the messages of some channels as server-sent
/// events, or those that are due as one JSON object.
pub(super) async fn receive<A: Admission>(
    sessions: Rc<Sessions<A>>,
    request: HttpRequest,
    app_id: String,
    query: Request,
    is_stream: bool,
) -> HttpResponse {
    begin(sessions, &request, &app_id, &query, is_stream).await.unwrap_or_else(|Refusal(status, text)| {
        let mut response = HttpResponse::build(status);
        response.insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.insert_header((header::RETRY_AFTER, "1"));
        }
        response.content_type("text/plain; charset=utf-8").body(format!("{text}\n"))
    })
}

async fn begin<A: Admission>(
    sessions: Rc<Sessions<A>>,
    request: &HttpRequest,
    app_id: &str,
    query: &Request,
    is_stream: bool,
) -> Result<HttpResponse, Refusal> {
    let Visitor { realm, hello, grant } =
        Visitor::recognise(&sessions, request, app_id, query, is_stream).await?;
    let (name, number) = cursor(request, query, is_stream).unwrap_or_default();
    // Whoever goes on with a session has a place already. Who gets none is told by a status, so this is
    // decided before the socket is taken.
    let (name, admitted) = match sessions.keeps(session_key(app_id, &name), number).await {
        true => (name, None),
        false => (new_name(), Some(sessions.entrance().enter(&realm, hello.request).map_err(refuse)?)),
    };
    let framing = if is_stream { Framing::Sse(name.clone()) } else { Framing::LongPolling(name.clone()) };
    let mut headers = headers::uncached();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    headers.insert(header::CONTENT_TYPE, receive::content_type(&framing));
    let (way, is_answered) = if is_stream {
        let response = receive::response(request, &headers, PRELUDE).await;
        (Way::Stream(response.ok_or_else(|| refuse(CloseCode::OverCapacity))?), None)
    } else {
        let (reply, is_answered) = oneshot::channel();
        (Way::Poll(reply), Some(is_answered))
    };
    let (key, id) = (session_key(app_id, &name), sessions.homes().new_reception_id());
    let reception = Reception { id, framing, way };
    match admitted {
        Some(admitted) => start(&sessions, key.clone(), reception, admitted, &grant),
        None => sessions.resume(key.clone(), number, Box::new(reception)),
    }
    let Some(is_answered) = is_answered else { return Ok(receive::taken()) };
    let waiting = Waiting { sessions, key: Some(key), id };
    // Where another poll takes over, the client asks again from where it stands.
    let nothing = format!("{{\"cursor\":\"{name}.{number}\",\"events\":[]}}\n");
    Ok(waiting.answer(is_answered, headers, nothing).await)
}

/// A client that may have something, whether there is room for it or not.
struct Visitor {
    realm: Arc<Realm>,
    hello: Hello,
    grant: Grant,
}

impl Visitor {
    async fn recognise<A: Admission>(
        sessions: &Sessions<A>,
        request: &HttpRequest,
        app_id: &str,
        query: &Request,
        is_stream: bool,
    ) -> Result<Self, Refusal> {
        let bearer = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let bearer = bearer.and_then(|value| value.strip_prefix("Bearer "));
        let token = query.token.as_deref().or(bearer).map(Token::parse).transpose().map_err(invalid)?;
        let app_key = match (&token, &query.key) {
            (Some(token), _) => token.key(),
            (None, Some(key)) => key,
            (None, None) => return Err(unauthorized("Give the app's key or a token as a query parameter")),
        };
        let entrance = sessions.entrance();
        let source = Source::read(request.headers(), request.peer_addr(), entrance.trusted_proxies());
        let transport = if is_stream { Transport::Sse } else { Transport::LongPolling };
        let hello = Hello::read(app_key, request.query_string(), transport, source);
        let realm = entrance.recognise(&hello).await.map_err(refuse)?;
        if !sessions.has_room() {
            return Err(refuse(CloseCode::OverCapacity));
        }
        let app = realm.app();
        if app.id.to_string() != app_id {
            return Err(unauthorized("The key belongs to another app"));
        }
        let grant = Grant::read(query.channels.as_deref(), token, &app)?;
        drop(app);
        Ok(Self { realm, hello, grant })
    }
}

/// The session in which the client goes on, and how many of its messages it has received.
fn cursor(request: &HttpRequest, query: &Request, is_stream: bool) -> Option<(String, u64)> {
    let header = request.headers().get(LAST_EVENT_ID).and_then(|id| id.to_str().ok());
    let text = if is_stream { header.or(query.last_event_id.as_deref()) } else { query.cursor.as_deref() };
    let (name, number) = text?.rsplit_once('.')?;
    Some((name.to_owned(), number.parse().ok()?))
}

/// Begins a session, subscribed to what the client may have.
fn start<A: Admission>(
    sessions: &Rc<Sessions<A>>,
    key: SessionKey,
    reception: Reception,
    admitted: Admitted,
    grant: &Grant,
) {
    // Otherwise its socket is closed by now.
    let Ok(receiver) = reception.arrive(sessions.entrance().sockets()) else { return };
    let session = sessions.open(&key, Policy::Cursor, false);
    let _ = session.send(&Batch::from(server_message::connection_established(admitted.socket_id)));
    for subscription in grant.subscriptions(admitted.socket_id, &admitted.realm().app()) {
        // A hundred of them fit.
        let _ = session.inbox().push(Inbound::Text(subscription.into()));
    }
    sessions.entrance().connect(admitted, session.clone(), session.inbox().clone());
    sessions.attach(key, &session, receiver);
}

impl Grant {
    fn read(asked: Option<&str>, token: Option<Token<'_>>, app: &App) -> Result<Self, Refusal> {
        let asked: Vec<_> = asked.unwrap_or_default().split(',').filter(|name| !name.is_empty()).collect();
        let is_signed = token.is_some();
        let (names, channel_data) = match token {
            Some(token) => {
                let claims = token.verify(app, now_seconds()).map_err(invalid)?;
                if let Some(other) = asked.iter().find(|name| !claims.channels.iter().any(|own| own == *name))
                {
                    let text = format!("The token does not name the channel {other}");
                    return Err(Refusal(StatusCode::FORBIDDEN, text));
                }
                let channel_data = claims.channel_data();
                if channel_data.as_ref().is_some_and(|data| data.len() > CHANNEL_DATA_BYTES) {
                    return Err(bad_request("The token's user_id and user_info are too long".to_owned()));
                }
                let asked = asked.into_iter().map(str::to_owned).collect::<Vec<_>>();
                (if asked.is_empty() { claims.channels } else { asked }, channel_data)
            }
            None => (asked.into_iter().map(str::to_owned).collect(), None),
        };
        if names.is_empty() || names.len() > CHANNELS {
            return Err(bad_request(format!("Name between 1 and {CHANNELS} channels")));
        }
        let channels = names.iter().map(|name| ChannelName::parse(name)).collect::<Result<Vec<_>, _>>();
        let channels = channels.map_err(|error| bad_request(error.to_string()))?;
        if let Some(other) = channels.iter().find(|channel| !is_signed && channel.access() != Access::Public)
        {
            return Err(unauthorized(format!("Give a token that names the channel {other}")));
        }
        Ok(Self { channels, channel_data, is_signed })
    }

    /// The client's subscriptions, as it would ask for them itself. Those that it may not have are
    /// refused as everybody's are.
    fn subscriptions(&self, socket_id: SocketId, app: &App) -> Vec<String> {
        let key = app.keys.first().filter(|_| self.is_signed);
        let subscription = |channel: &ChannelName| {
            let data = self.channel_data.as_deref().filter(|_| channel.access() == Access::Presence);
            let auth = key.map(|key| key.authorize_channel(socket_id, channel, data));
            let data = json!({ "channel": channel.as_str(), "auth": auth, "channel_data": data });
            json!({ "event": "pusher:subscribe", "data": data }).to_string()
        };
        self.channels.iter().map(subscription).collect()
    }
}

fn session_key(app_id: &str, name: &str) -> SessionKey {
    format!("/apps/{app_id} {name}").into()
}

/// A name that nobody guesses: whoever knows it may go on with the session.
fn new_name() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system provides randomness");
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn now_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

fn unauthorized(text: impl Into<String>) -> Refusal {
    Refusal(StatusCode::UNAUTHORIZED, text.into())
}

fn invalid(token: InvalidToken) -> Refusal {
    unauthorized(token.to_string())
}

fn bad_request(text: String) -> Refusal {
    Refusal(StatusCode::BAD_REQUEST, text)
}

/// Clients without a library read statuses, and streams that are refused with one do not come back.
fn refuse(code: CloseCode) -> Refusal {
    let status = match code {
        CloseCode::UnknownApp => StatusCode::UNAUTHORIZED,
        CloseCode::OverCapacity | CloseCode::Restarting => StatusCode::SERVICE_UNAVAILABLE,
        CloseCode::InvalidVersion | CloseCode::UnsupportedProtocol => StatusCode::BAD_REQUEST,
        _ => StatusCode::FORBIDDEN,
    };
    Refusal(status, code.reason().into_owned())
}
