mod handshake;
mod reader;

use std::rc::Rc;

use actix_codec::Framed;
use actix_http::{Request, RequestHead, h1};
use bytes::{Bytes, BytesMut};
use campanile_protocol::{Frame, Transport, server_message};
use campanile_realtime::{Batch, Outlet};
use tokio::net::TcpStream;

use self::{handshake::Handshake, reader::Reader};
use crate::{
    entrance::{Admission, Entrance},
    hello::{Hello, Source},
    outbox::Outbox,
    socket::Socket,
};

/// Serves HTTP upgrades on one worker.
pub struct WebSocketUpgrade<A> {
    entrance: Rc<Entrance<A>>,
}

impl<A: Admission> WebSocketUpgrade<A> {
    /// Lets clients in by that entrance.
    pub fn new(entrance: Rc<Entrance<A>>) -> Self {
        Self { entrance }
    }

    /// Answers one upgrade request and, if it is a WebSocket's, starts its connection. The socket should
    /// have `TCP_NODELAY`, which it inherits from its listener at no cost.
    pub async fn serve(&self, request: &Request, framed: Framed<TcpStream, h1::Codec>) {
        let parts = framed.into_parts();
        self.answer(request.head(), parts.io, parts.read_buf).await;
    }

    async fn answer<S: Socket>(&self, head: &RequestHead, socket: S, received: BytesMut) {
        let Some(key) = app_key(head.uri.path()) else {
            return handshake::refuse(&socket, handshake::not_found()).await;
        };
        let handshake = match Handshake::parse(head) {
            Ok(handshake) => handshake,
            Err(response) => return handshake::refuse(&socket, response).await,
        };
        let source = Source::read(head.headers(), head.peer_addr);
        let hello = Hello::read(key, head.uri.query().unwrap_or_default(), Transport::WebSocket, source);
        let open = self.entrance.sockets().count();
        let outbox = Outbox::new(socket, handshake.response(), hello.announces_close(), open);
        match self.entrance.admit(hello).await {
            Ok(admitted) => {
                let welcome = server_message::connection_established(admitted.socket_id);
                let _ = outbox.send(&Batch::from(welcome));
                let inbound = Reader::new(outbox.clone(), &received);
                self.entrance.connect(admitted, outbox, inbound);
            }
            Err(code) => {
                // Refusals are told in-band: a browser cannot read an HTTP status. Both forms, because
                // old clients read the error and new ones the close code.
                let _ = outbox.send(&Batch::from(server_message::closing(code)));
                outbox.finish(Some(&Frame::close(code)));
            }
        }
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
