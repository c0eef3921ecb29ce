use actix_web::{HttpRequest, http::Method};
use campanile_protocol::Transport;

use crate::{
    hello::{Hello, Source},
    homes::{Opening, SessionKey},
    service::Service,
    session::Policy,
};

/// A service below a base path, as one request names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mount<'a> {
    /// The path up to the service's own part of it.
    base: &'a str,
    kind: Kind,
    /// The app that the base names.
    app_key: Option<&'a str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// pusher-js's own HTTP transports.
    PusherJs,
    SockJs,
    Echo(Echo),
}

/// The services that the SockJS protocol suite expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Echo {
    Plain,
    WithoutWebSocket,
    WithCookie,
    Close,
}

/// What a path below a base means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    Greeting,
    Info,
    Iframe,
    /// With SockJS frames, or with messages as they are.
    WebSocket {
        is_raw: bool,
    },
    /// What is due to a session's client.
    Receive {
        session: SessionPath<'a>,
        transport: Transport,
    },
    /// What a session's client says, as JSON or in a form.
    Send {
        session: SessionPath<'a>,
        is_form: bool,
    },
}

/// How a path names a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SessionPath<'a> {
    /// For balancers; SockJS's clients may change it in between.
    server: &'a str,
    id: &'a str,
}

/// Where services are mounted.
pub(super) const BASES: [&str; 2] = ["/sockjs", "/pusher"];
/// Where the protocol suite's are.
pub(super) const ECHO_BASES: [&str; 4] =
    ["/echo", "/close", "/disabled_websocket_echo", "/cookie_needed_echo"];
/// Frames in one response, by default of the protocol, and as the suite wants it.
const RESPONSE_BYTES: usize = 128 * 1024;
const ECHO_RESPONSE_BYTES: usize = 4096;
/// Longest name of a session, and longest key of an app.
const NAME_BYTES: usize = 128;

impl<'a> Mount<'a> {
    /// The service and route of a path, as it came: nothing in it is decoded.
    pub(crate) fn find(path: &'a str) -> Option<(Self, Route<'a>)> {
        Self::of_app(path).or_else(|| Self::without_app(path))
    }

    /// `/pusher/app/{key}/…` and `/sockjs/app/{key}/…`.
    fn of_app(path: &'a str) -> Option<(Self, Route<'a>)> {
        let mut segments = path.splitn(5, '/').skip(1);
        let (service, app, key) = (segments.next()?, segments.next()?, segments.next()?);
        if app != "app" || key.is_empty() || key.len() > NAME_BYTES {
            return None;
        }
        let base = &path[..1 + service.len() + "/app/".len() + key.len()];
        let route = Route::parse(&path[base.len()..])?;
        let kind = match service {
            "sockjs" => Kind::SockJs,
            "pusher" if route.is_pusher_js() => Kind::PusherJs,
            _ => return None,
        };
        Some((Self { base, kind, app_key: Some(key) }, route))
    }

    fn without_app(path: &'a str) -> Option<(Self, Route<'a>)> {
        let end = path.bytes().skip(1).position(|byte| byte == b'/').map_or(path.len(), |at| at + 1);
        let (base, rest) = path.split_at(end);
        let kind = match base {
            "/sockjs" | "/pusher" => Kind::SockJs,
            "/echo" => Kind::Echo(Echo::Plain),
            "/disabled_websocket_echo" => Kind::Echo(Echo::WithoutWebSocket),
            "/cookie_needed_echo" => Kind::Echo(Echo::WithCookie),
            "/close" => Kind::Echo(Echo::Close),
            _ => return None,
        };
        let mount = Self { base, kind, app_key: None };
        let route = Route::parse(rest)?;
        (mount.has_websocket() || !matches!(route, Route::WebSocket { .. })).then_some((mount, route))
    }

    pub(crate) fn has_websocket(&self) -> bool {
        self.kind != Kind::Echo(Echo::WithoutWebSocket)
    }

    pub(super) fn sets_cookie(&self) -> bool {
        self.kind == Kind::Echo(Echo::WithCookie)
    }

    /// Whether its clients are pusher-js, which sends no credentials.
    pub(super) fn is_pusher_js(&self) -> bool {
        self.kind == Kind::PusherJs
    }

    /// Whether it is there only for protocol suites.
    pub(crate) fn is_echo(&self) -> bool {
        matches!(self.kind, Kind::Echo(_))
    }

    /// What tells the session from all others of the node.
    pub(super) fn key(&self, session: SessionPath<'_>) -> SessionKey {
        let (base, SessionPath { server, id }) = (self.base, session);
        // A path holds no spaces. pusher-js keeps to its server, which makes its short names harder to guess.
        match self.is_pusher_js() {
            true => format!("{base} {server} {id}").into(),
            false => format!("{base} {id}").into(),
        }
    }

    pub(super) fn opening(&self, request: &HttpRequest, transport: Transport, source: Source) -> Opening {
        let policy = match self.kind {
            Kind::PusherJs => Policy::PusherJs,
            Kind::SockJs => Policy::SockJs { response_bytes: RESPONSE_BYTES },
            Kind::Echo(_) => Policy::SockJs { response_bytes: ECHO_RESPONSE_BYTES },
        };
        Opening { policy, service: self.service(request.query_string(), transport, source) }
    }

    pub(crate) fn service(&self, query: &str, transport: Transport, source: Source) -> Service {
        match (self.kind, self.app_key) {
            (Kind::Echo(Echo::Close), _) => Service::Close,
            (Kind::Echo(_), _) => Service::Echo,
            (_, Some(key)) => Service::App(Hello::read(key, query, transport, source)),
            (_, None) => Service::Introduction { transport, source },
        }
    }
}

impl<'a> Route<'a> {
    fn parse(rest: &'a str) -> Option<Self> {
        match rest {
            "" | "/" => return Some(Self::Greeting),
            "/info" => return Some(Self::Info),
            "/websocket" => return Some(Self::WebSocket { is_raw: true }),
            iframe if is_iframe(iframe) => return Some(Self::Iframe),
            _ => {}
        }
        let mut segments = rest.strip_prefix('/')?.split('/');
        let (server, id, name) = (segments.next()?, segments.next()?, segments.next()?);
        let is_name = |segment: &str| !segment.is_empty() && !segment.contains('.');
        let is_long = server.len() > NAME_BYTES || id.len() > NAME_BYTES;
        if segments.next().is_some() || is_long || !is_name(server) || !is_name(id) {
            return None;
        }
        let session = SessionPath { server, id };
        let transport = match name {
            "websocket" => return Some(Self::WebSocket { is_raw: false }),
            "xhr_send" => return Some(Self::Send { session, is_form: false }),
            "jsonp_send" => return Some(Self::Send { session, is_form: true }),
            "xhr" => Transport::XhrPolling,
            "xhr_streaming" => Transport::XhrStreaming,
            "eventsource" => Transport::EventSource,
            "htmlfile" => Transport::HtmlFile,
            "jsonp" => Transport::Jsonp,
            _ => return None,
        };
        Some(Self::Receive { session, transport })
    }

    fn is_pusher_js(self) -> bool {
        match self {
            Self::Receive { transport, .. } => {
                matches!(transport, Transport::XhrStreaming | Transport::XhrPolling)
            }
            Self::Send { is_form, .. } => !is_form,
            Self::Greeting | Self::Info | Self::Iframe | Self::WebSocket { .. } => false,
        }
    }

    /// The methods it answers to.
    pub(super) fn methods(self) -> &'static [Method] {
        const GET: &[Method] = &[Method::GET];
        const POST: &[Method] = &[Method::POST];
        const SHARED_GET: &[Method] = &[Method::OPTIONS, Method::GET];
        const SHARED_POST: &[Method] = &[Method::OPTIONS, Method::POST];
        match self {
            Self::Greeting | Self::Iframe | Self::WebSocket { .. } => GET,
            Self::Info => SHARED_GET,
            Self::Receive { transport: Transport::XhrPolling | Transport::XhrStreaming, .. }
            | Self::Send { is_form: false, .. } => SHARED_POST,
            Self::Receive { .. } => GET,
            Self::Send { is_form: true, .. } => POST,
        }
    }
}

/// `/iframe.html`, `/iframe-{anything of digits, small letters, dots, dashes, underscores}.html`.
fn is_iframe(rest: &str) -> bool {
    let version = rest.strip_prefix("/iframe").and_then(|rest| rest.strip_suffix(".html"));
    version.is_some_and(|version| {
        let is_legal =
            |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase() || b"-._".contains(&byte);
        version.is_empty() || version.starts_with('-') && version.bytes().all(is_legal)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(path: &str) -> Option<Route<'_>> {
        Mount::find(path).map(|(_, route)| route)
    }

    #[test]
    fn paths_below_a_base_are_matched_as_they_came() {
        assert_eq!(route("/sockjs"), Some(Route::Greeting));
        assert_eq!(route("/sockjs/"), Some(Route::Greeting));
        assert_eq!(route("/sockjs/app/key/info"), Some(Route::Info));
        for iframe in ["iframe.html", "iframe-.html", "iframe-0.1.2abc-dirty.2144.html"] {
            assert_eq!(route(&format!("/sockjs/{iframe}")), Some(Route::Iframe), "{iframe}");
        }
        for session in ["a", "abcdefgh_i-j%20", "_"] {
            let path = format!("/echo/000/{session}/xhr");
            assert_eq!(
                route(&path),
                Some(Route::Receive {
                    session: SessionPath { server: "000", id: session },
                    transport: Transport::XhrPolling
                }),
                "{session}"
            );
        }
        for path in [
            "/echoes",
            "/echo/a",
            "/echo//",
            "/echo///",
            "/echo/a/a",
            "/echo/a/a/",
            "/echo//xhr",
            "/echo///xhr",
            "/echo/a./a/xhr",
            "/echo/a/a./xhr",
            "/echo/./a/xhr",
            "/echo/a/a/xhr/",
            "/echo/a/a/a/xhr",
            "/echo/iframe.htm",
            "/echo/iframe",
            "/echo/IFRAME.HTML",
            "/echo/iframe.HTML",
            "/echo/iframe-/.html",
            "/disabled_websocket_echo/0/0/websocket",
            "/disabled_websocket_echo/websocket",
            "/pusher/app/key/1/a/jsonp",
            "/pusher/app//1/a/xhr",
            "/other/app/key/1/a/xhr",
        ] {
            assert_eq!(route(path), None, "{path}");
        }
    }

    #[test]
    fn a_base_may_name_the_app() {
        let (mount, route) = Mount::find("/pusher/app/key/17/abcd1234/xhr_streaming").unwrap();
        assert_eq!((mount.base, mount.app_key, mount.kind), ("/pusher/app/key", Some("key"), Kind::PusherJs));
        let session = SessionPath { server: "17", id: "abcd1234" };
        assert_eq!(route, Route::Receive { session, transport: Transport::XhrStreaming });
        assert_ne!(mount.key(session), mount.key(SessionPath { server: "18", id: "abcd1234" }));
        let (mount, _) = Mount::find("/sockjs/app/key/000/x/eventsource").unwrap();
        assert_eq!((mount.app_key, mount.kind), (Some("key"), Kind::SockJs));
        let (mount, _) = Mount::find("/sockjs/000/x/xhr").unwrap();
        assert_eq!((mount.app_key, mount.base), (None, "/sockjs"));
        let session = |server| SessionPath { server, id: "x" };
        assert_eq!(mount.key(session("000")), mount.key(session("999")));
        assert_ne!(mount.key(session("000")), Mount::find("/echo/000/x/xhr").unwrap().0.key(session("000")));
    }
}
