use std::{future::Future, net::IpAddr, rc::Rc, sync::Arc};

use campanile_protocol::{AppKey, CloseCode, SocketId, Transport};
use campanile_realtime::{Inbound, NewConnection, Outlet, Place, Realm, Worker};
use futures_util::Stream;

use crate::{
    hello::{ConnectRequest, Hello, Source},
    outbox::Sockets,
    trusted_proxies::TrustedProxies,
};

/// Decides which app a client may join.
pub trait Admission: 'static {
    /// The realm of the app with that key, or why not. A place in it is taken afterwards.
    fn admit(&self, request: &ConnectRequest) -> impl Future<Output = Result<Arc<Realm>, CloseCode>>;

    /// Whether anybody new is let in now, or why not. Who goes on with a session is not asked.
    fn lets_in(&self) -> Result<(), CloseCode>;
}

/// Where the clients of one worker come in, whatever their transport.
pub struct Entrance<A> {
    worker: Rc<Worker>,
    admission: A,
    sockets: Sockets,
    trusted_proxies: TrustedProxies,
}

/// A client that may come in.
pub(crate) struct Admitted {
    pub(crate) socket_id: SocketId,
    /// Whether its app compresses events for those who can read them.
    pub(crate) compresses: bool,
    place: Place,
    key: AppKey,
    client: Option<String>,
    transport: Transport,
    origin: Option<String>,
    address: Option<IpAddr>,
}

/// Sockets open at once, over all workers; beyond it, clients are told to try again (4100).
const SOCKETS: usize = 1_000_000;

impl Admitted {
    /// Where it may come in.
    pub(crate) fn realm(&self) -> &Realm {
        self.place.realm()
    }
}

impl<A: Admission> Entrance<A> {
    /// The entrance of this worker; its sockets are counted among the server's.
    pub fn new(worker: Rc<Worker>, admission: A, sockets: Sockets, trusted_proxies: TrustedProxies) -> Self {
        Self { worker, admission, sockets, trusted_proxies }
    }

    pub(crate) fn sockets(&self) -> &Sockets {
        &self.sockets
    }

    /// Whose word about a client's address counts.
    pub(crate) fn trusted_proxies(&self) -> &TrustedProxies {
        &self.trusted_proxies
    }

    /// In the order in which reasons count: the app, what the client speaks, room for it.
    pub(crate) async fn admit(&self, hello: Hello) -> Result<Admitted, CloseCode> {
        let realm = self.recognise(&hello).await?;
        self.enter(&realm, hello.request)
    }

    /// The realm of the app that the client may join, whether there is room or not.
    pub(crate) async fn recognise(&self, hello: &Hello) -> Result<Arc<Realm>, CloseCode> {
        let admitted = self.admission.admit(&hello.request).await;
        let recognised = admitted.and_then(|realm| hello.fault.map_or(Ok(realm), Err));
        recognised.inspect_err(|code| self.count_refused(*code))
    }

    /// A place for a client that was recognised.
    pub(crate) fn enter(&self, realm: &Arc<Realm>, request: ConnectRequest) -> Result<Admitted, CloseCode> {
        self.make_room(realm, request).inspect_err(|code| self.count_refused(*code))
    }

    fn count_refused(&self, code: CloseCode) {
        self.worker.node().count_refused(code);
    }

    fn make_room(&self, realm: &Arc<Realm>, request: ConnectRequest) -> Result<Admitted, CloseCode> {
        self.admission.lets_in()?;
        if self.sockets.open() > SOCKETS {
            return Err(CloseCode::OverCapacity);
        }
        let place = realm.admit().map_err(|over| CloseCode::OverQuota(over.limit));
        let place = place.inspect_err(|code| realm.tell_turned_away(*code))?;
        let compresses = realm.app().settings.compression;
        let ConnectRequest { key, client, transport, source: Source { origin, address, .. } } = request;
        let key = key.parse().map_err(|_| CloseCode::UnknownApp)?;
        let socket_id = self.worker.new_socket_id();
        Ok(Admitted { socket_id, compresses, place, key, client, transport, origin, address })
    }

    /// Starts the connection of a client that has been told its `socket_id`.
    pub(crate) fn connect<S>(&self, admitted: Admitted, outlet: Rc<dyn Outlet>, inbound: S)
    where
        S: Stream<Item = Inbound> + 'static,
    {
        let Admitted { socket_id, place, key, client, transport, origin, address, .. } = admitted;
        let new =
            NewConnection { place, socket_id, outlet, inbound, key, client, transport, origin, address };
        self.worker.connect(new);
    }
}
