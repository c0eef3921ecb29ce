mod handshake;
mod reader;

use std::{future::Future, rc::Rc, sync::Arc};

use actix_codec::Framed;
use actix_http::{Request, RequestHead, h1};
use bytes::{Bytes, BytesMut};
use campanile_protocol::{CloseCode, Frame, server_message};
use campanile_realtime::{Batch, NewConnection, Outlet, Place, Realm, Worker};
use tokio::net::TcpStream;

use self::{handshake::Handshake, reader::Reader};
use crate::{
    outbox::{Outbox, Sockets},
    socket::Socket,
};

/// Decides which app a client may join.
pub trait Admission: 'static {
    /// The realm of the app with that key, or why not. A place in it is taken afterwards.
    fn admit(&self, request: &ConnectRequest) -> impl Future<Output = Result<Arc<Realm>, CloseCode>>;
}

/// What a client says of itself when it connects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectRequest {
    /// The app key in the path.
    pub key: String,
    /// `client` and `version` of the query, for people to read.
    pub client: Option<String>,
    /// Whether it came over TLS, as the proxy that ended the TLS says. One that lies fools only itself.
    pub is_secure: bool,
}

/// Serves HTTP upgrades on one worker.
pub struct WebSocketUpgrade<A> {
    worker: Rc<Worker>,
    admission: A,
    sockets: Sockets,
}

/// Sockets open at once, over all workers; beyond it, clients are told to try again (4100).
const SOCKETS: usize = 1_000_000;

impl<A: Admission> WebSocketUpgrade<A> {
    /// Serves the connections of this worker, and counts them among the server's sockets.
    pub fn new(worker: Rc<Worker>, admission: A, sockets: Sockets) -> Self {
        Self { worker, admission, sockets }
    }

    /// Answers one upgrade request and, if it is a WebSocket's, starts its connection. The socket should
    /// have `TCP_NODELAY`, which it inherits from its listener at no cost.
    pub async fn serve(&self, request: &Request, framed: Framed<TcpStream, h1::Codec>) {
        let parts = framed.into_parts();
        self.answer(request.head(), parts.io, parts.read_buf).await;
    }

    async fn answer<S: Socket>(&self, head: &RequestHead, socket: S, received: BytesMut) {
        let handshake = match Handshake::parse(head) {
            Ok(handshake) => handshake,
            Err(response) => return handshake::refuse(&socket, response).await,
        };
        let outbox =
            Outbox::new(socket, handshake.response(), handshake.announces_close(), self.sockets.count());
        match self.admit(handshake).await {
            Ok((place, client)) => {
                let socket_id = self.worker.new_socket_id();
                let _ = outbox.send(&Batch::from(server_message::connection_established(socket_id)));
                let inbound = Reader::new(outbox.clone(), &received);
                self.worker.connect(NewConnection { place, socket_id, outlet: outbox, inbound, client });
            }
            Err(code) => {
                // Refusals are told in-band: a browser cannot read an HTTP status. Both forms, because
                // old clients read the error and new ones the close code.
                let _ = outbox.send(&Batch::from(server_message::closing(code)));
                outbox.finish(Some(&Frame::close(code)));
            }
        }
    }

    /// In the order in which reasons count: the app, what the client speaks, room for it.
    async fn admit(&self, handshake: Handshake) -> Result<(Place, Option<String>), CloseCode> {
        let realm = self.admission.admit(&handshake.request).await?;
        if let Some(code) = handshake.fault {
            return Err(code);
        }
        if self.sockets.open() > SOCKETS {
            return Err(CloseCode::OverCapacity);
        }
        let place = realm.admit().map_err(|_| CloseCode::OverQuota)?;
        Ok((place, handshake.request.client))
    }
}

/// The bytes of an HTTP response.
type Response = Bytes;
