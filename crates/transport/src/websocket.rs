mod handshake;
mod reader;

use std::{future::Future, rc::Rc, sync::Arc};

use actix_codec::Framed;
use actix_http::{Request, RequestHead, h1};
use bytes::{Bytes, BytesMut};
use campanile_protocol::{CloseCode, Frame, server_message};
use campanile_realtime::{Batch, NewConnection, Outlet, Realm, Worker};
use tokio::net::TcpStream;

use self::{handshake::Handshake, reader::Reader};
use crate::{
    outbox::{Outbox, WebSocketOutlet},
    socket::Socket,
};

/// Decides which app a client may join.
pub trait Admission: 'static {
    /// The realm of the app with that key, or why not.
    fn admit(&self, request: &ConnectRequest) -> impl Future<Output = Result<Arc<Realm>, CloseCode>>;
}

/// What a client says of itself when it connects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectRequest {
    /// The app key in the path.
    pub key: String,
    /// `client` and `version` of the query, for people to read.
    pub client: Option<String>,
}

/// Serves HTTP upgrades on one worker.
pub struct WebSocketUpgrade<A> {
    worker: Rc<Worker>,
    admission: A,
}

impl<A: Admission> WebSocketUpgrade<A> {
    /// Serves the connections of this worker.
    pub fn new(worker: Rc<Worker>, admission: A) -> Self {
        Self { worker, admission }
    }

    /// Answers one upgrade request and, if it is a WebSocket's, starts its connection.
    pub async fn serve(&self, request: &Request, framed: Framed<TcpStream, h1::Codec>) {
        let parts = framed.into_parts();
        // Small frames must not wait for acknowledgements; a failure only costs latency.
        let _ = parts.io.set_nodelay(true);
        self.answer(request.head(), parts.io, parts.read_buf).await;
    }

    async fn answer<S: Socket>(&self, head: &RequestHead, socket: S, received: BytesMut) {
        let socket = Rc::new(socket);
        let handshake = match Handshake::parse(head) {
            Ok(handshake) => handshake,
            Err(response) => return handshake::refuse(socket, response).await,
        };
        let outbox = Outbox::new(socket.clone(), handshake.response(), handshake.announces_close());
        let outlet = WebSocketOutlet(outbox.clone());
        match self.admit(handshake).await {
            Ok((realm, client)) => {
                let socket_id = self.worker.new_socket_id();
                let _ = outlet.send(&Batch::from(server_message::connection_established(socket_id)));
                let inbound = Reader::new(socket, &received, outbox);
                self.worker.connect(NewConnection {
                    realm,
                    socket_id,
                    outlet: Rc::new(outlet),
                    inbound,
                    client,
                });
            }
            Err(code) => {
                // Refusals are told in-band: a browser cannot read an HTTP status. Both forms, because
                // old clients read the error and new ones the close code.
                let _ = outlet.send(&Batch::from(server_message::closing(code)));
                outbox.finish(&Frame::close(code));
            }
        }
    }

    async fn admit(&self, handshake: Handshake) -> Result<(Arc<Realm>, Option<String>), CloseCode> {
        let realm = self.admission.admit(&handshake.request).await?;
        match handshake.fault {
            Some(code) => Err(code),
            None => Ok((realm, handshake.request.client)),
        }
    }
}

/// The bytes of an HTTP response.
type Response = Bytes;
