mod decoder;
mod echo;
mod extension;
mod handshake;
mod inflater;
mod reader;
mod sockjs;

use std::rc::Rc;

use actix_codec::Framed;
use actix_http::{Request, RequestHead, h1};
use bytes::{Bytes, BytesMut};
use campanile_protocol::{CloseCode, Deflater, Frame, Transport, server_message};
use campanile_realtime::{Batch, Inbound, Outlet};
use futures_util::StreamExt;

use self::sockjs::SockJsOutlet;
pub(crate) use self::{
    decoder::MessageLimits,
    extension::Deflation,
    handshake::{Handshake, refuse},
    reader::{Message, MessageReader},
};
use crate::{
    detachable::Detachable,
    entrance::{Admission, Entrance},
    hello::{Hello, Source},
    http::{Mount, Route},
    outbox::{OpenSocket, Outbox, Peer},
    socket::Socket,
};

/// Serves HTTP upgrades on one worker.
pub struct WebSocketUpgrade<A> {
    entrance: Rc<Entrance<A>>,
    conformance_echo: bool,
}

impl<A: Admission> WebSocketUpgrade<A> {
    /// Lets clients in by that entrance. With `conformance_echo` there is an echo at `/echo-ws` too, which no
    /// public server should have.
    pub fn new(entrance: Rc<Entrance<A>>, conformance_echo: bool) -> Self {
        Self { entrance, conformance_echo }
    }

    /// Answers one upgrade request and, if it is a WebSocket's, starts its connection. The socket should
    /// have `TCP_NODELAY`, which it inherits from its listener at no cost.
    pub async fn serve(&self, request: &Request, framed: Framed<Detachable, h1::Codec>) {
        let parts = framed.into_parts();
        // Otherwise somebody else has taken it, and answers.
        if let Some(socket) = parts.io.into_stream() {
            self.answer(request.head(), socket, parts.read_buf).await;
        }
    }

    async fn answer<S: Socket>(&self, head: &RequestHead, socket: S, received: BytesMut) {
        let key = app_key(head.uri.path());
        let is_echo = self.conformance_echo && head.uri.path() == echo::PATH;
        let mounted = self.mounted(head.uri.path());
        if key.is_none() && !is_echo && mounted.is_none() {
            return refuse(&socket, head, &handshake::not_found()).await;
        }
        let handshake = match Handshake::parse(head) {
            Ok(handshake) => handshake,
            Err(response) => return refuse(&socket, head, &response).await,
        };
        let upgrade = Upgrade { head, handshake, socket, received };
        match (key, mounted) {
            (Some(key), _) => self.connect(key, upgrade).await,
            (None, Some((mount, is_raw))) => self.attend(&mount, is_raw, upgrade).await,
            (None, None) => self.echo(upgrade),
        }
    }

    /// The SockJS service of a path that takes WebSockets, and whether it takes messages as they are.
    fn mounted<'a>(&self, path: &'a str) -> Option<(Mount<'a>, bool)> {
        let (mount, route) = Mount::find(path)?;
        let Route::WebSocket { is_raw } = route else { return None };
        (self.conformance_echo || !mount.is_echo()).then_some((mount, is_raw))
    }

    /// Serves a client of a SockJS service.
    async fn attend<S: Socket>(&self, mount: &Mount<'_>, is_raw: bool, upgrade: Upgrade<'_, S>) {
        let transport = if is_raw { Transport::WebSocket } else { Transport::SockJsWebSocket };
        let query = upgrade.head.uri.query().unwrap_or_default();
        let service = mount.service(query, transport, self.source(&upgrade));
        let open = self.entrance.sockets().count();
        let (outbox, messages) = upgrade.accept(None, true, open, MessageLimits::of_client(false));
        outbox.flush();
        if is_raw {
            service.attend(outbox, messages.map(inbound), &self.entrance).await;
        } else {
            let outlet = SockJsOutlet::open(outbox, service.announces_close());
            let inbound = outlet.inbound(messages);
            service.attend(outlet, inbound, &self.entrance).await;
        }
    }

    fn source<S>(&self, upgrade: &Upgrade<'_, S>) -> Source {
        let Upgrade { head, handshake, .. } = upgrade;
        let mut source = Source::read(head.headers(), head.peer_addr, self.entrance.trusted_proxies());
        source.origin = source.origin.or_else(|| handshake.draft_origin.clone());
        source
    }

    async fn connect<S: Socket>(&self, key: &str, upgrade: Upgrade<'_, S>) {
        let (source, query) = (self.source(&upgrade), upgrade.head.uri.query().unwrap_or_default());
        let hello = Hello::read(key, query, Transport::WebSocket, source);
        let (open, reads_close_codes) = (self.entrance.sockets().count(), !hello.announces_close());
        let admitted = match self.entrance.admit(hello).await {
            Ok(admitted) => admitted,
            Err(code) => return upgrade.refuse(code, open),
        };
        let offered = if admitted.compresses { Deflation::negotiate(upgrade.head.headers()) } else { None };
        let deflation = offered.filter(Deflation::has_full_window);
        let limits = MessageLimits::of_client(deflation.is_some());
        let (outbox, messages) = upgrade.accept(deflation, reads_close_codes, open, limits);
        let welcome = server_message::connection_established(admitted.socket_id);
        let _ = outbox.send(&Batch::from(welcome));
        self.entrance.connect(admitted, outbox, messages.map(inbound));
    }

    fn echo<S: Socket>(&self, upgrade: Upgrade<'_, S>) {
        let deflation = Deflation::negotiate(upgrade.head.headers());
        let (open, limits) = (self.entrance.sockets().count(), echo::limits(deflation.is_some()));
        let (outbox, messages) = upgrade.accept(deflation, true, open, limits);
        outbox.flush();
        let deflater = deflation.map(|deflation| Deflater::new(deflation.window_bits));
        actix_rt::spawn(echo::serve(outbox, messages, deflater));
    }
}

/// A valid request for a WebSocket, and what it came by.
struct Upgrade<'a, S> {
    head: &'a RequestHead,
    handshake: Handshake,
    socket: S,
    /// What has been read beyond the request.
    received: BytesMut,
}

impl<S: Socket> Upgrade<'_, S> {
    /// Switches protocols; the response leaves with the first frame.
    fn accept(
        self,
        deflation: Option<Deflation>,
        reads_close_codes: bool,
        open: OpenSocket,
        limits: MessageLimits,
    ) -> (Rc<Outbox<S>>, MessageReader<S>) {
        let peer = Peer { reads_close_codes, inflates: deflation.is_some() };
        let outbox = Outbox::new(self.socket, self.handshake.response(deflation), peer, open);
        let messages = MessageReader::new(outbox.clone(), &self.received, limits);
        (outbox, messages)
    }

    /// Tells a client why it may not join, in-band: a browser cannot read an HTTP status. Both forms, because
    /// old clients read the error and new ones the close code.
    fn refuse(self, code: CloseCode, open: OpenSocket) {
        let mut last_words = BytesMut::from(self.handshake.response(None));
        last_words.extend_from_slice(server_message::closing(code).websocket());
        let peer = Peer { reads_close_codes: true, inflates: false };
        Outbox::new(self.socket, last_words.freeze(), peer, open).finish(Some(&Frame::close(code)));
    }
}

fn inbound(message: Message) -> Inbound {
    match message {
        Message::Text(text) => Inbound::Text(text),
        // The platform's limits take no binary ones.
        Message::Binary(_) | Message::Alive => Inbound::Alive,
    }
}

/// The key in `/app/{key}`.
fn app_key(path: &str) -> Option<&str> {
    let key = path.strip_prefix("/app/")?;
    let key = key.strip_suffix('/').unwrap_or(key);
    (!key.is_empty() && !key.contains('/')).then_some(key)
}

/// The bytes of an HTTP response.
type Response = Bytes;
