use std::{cell::RefCell, net::IpAddr, rc::Rc, sync::Arc};

use actix::{Actor, AsyncContext, Context};
use campanile_protocol::{AppKey, SocketId, Transport};
use futures_util::Stream;

use crate::{
    Inbound, Node, Outlet, Place,
    activity::ActivityKind,
    connection::Connection,
    facts::Facts,
    hub::{Session, Table, Wiring},
    node::now_ms,
};

/// One thread of the node, with its hub. A connection never leaves the worker that accepted it.
pub struct Worker {
    node: Arc<Node>,
    index: usize,
    table: Table,
    random: RefCell<RandomPool>,
}

/// A connection that a transport has established.
pub struct NewConnection<S> {
    /// The app it belongs to, with the place it was given there.
    pub place: Place,
    /// Its name, from [`Worker::new_socket_id`], already told to the client.
    pub socket_id: SocketId,
    /// Where to write.
    pub outlet: Rc<dyn Outlet>,
    /// What comes in.
    pub inbound: S,
    /// The app's key it was made with.
    pub key: AppKey,
    /// The client's name and version, as it says.
    pub client: Option<String>,
    /// How it is connected.
    pub transport: Transport,
    /// The origin of the page, where a browser says so.
    pub origin: Option<String>,
    /// The client's address.
    pub address: Option<IpAddr>,
}

/// What is kept of an origin: a page's is no longer, only others' are.
const ORIGIN_BYTES: usize = 260;

impl Worker {
    pub(crate) fn new(node: Arc<Node>, index: usize, table: Table) -> Self {
        Self { node, index, table, random: RefCell::default() }
    }

    /// The node this worker is part of.
    pub fn node(&self) -> &Arc<Node> {
        &self.node
    }

    pub(crate) fn index(&self) -> usize {
        self.index
    }

    pub(crate) fn table(&self) -> &Table {
        &self.table
    }

    /// A name for a new connection.
    pub fn new_socket_id(&self) -> SocketId {
        SocketId::from_random(self.random.borrow_mut().next())
    }

    /// Starts the actor of a connection whose client has been sent `connection_established`. It lives
    /// until `inbound` ends or the server closes it.
    pub fn connect<S: Stream<Item = Inbound> + 'static>(self: &Rc<Self>, new: NewConnection<S>) {
        let NewConnection { place, socket_id, outlet, inbound, key, client, transport, origin, address } =
            new;
        let Place { realm, open } = place;
        let facts = Facts {
            key: realm.key_uses().connect(&key),
            client: client.map(String::into_boxed_str),
            transport,
            origin: origin.map(|origin| origin[..origin.floor_char_boundary(ORIGIN_BYTES)].into()),
            address,
            connected_at_ms: now_ms(),
        };
        let (app_id, usage) = (realm.app().id, realm.usage().clone());
        let present = self.table.counters().enter(transport);
        let client = facts.client.as_deref();
        realm.feed().tell(|| ActivityKind::Connected {
            socket_id,
            key,
            client: client.map(Arc::from),
            transport,
        });
        Connection::create(|context: &mut Context<Connection>| {
            context.add_stream(inbound);
            let session = Rc::new(Session::new(
                app_id,
                socket_id,
                facts,
                Wiring { outlet, address: context.address(), usage, present },
            ));
            Connection::new(self.clone(), realm, session, open)
        });
    }
}

/// Random numbers from the system, fetched for many connections at once.
#[derive(Default)]
struct RandomPool(Vec<u64>);

impl RandomPool {
    fn next(&mut self) -> u64 {
        if self.0.is_empty() {
            let mut bytes = [0; 1024];
            getrandom::fill(&mut bytes).expect("the system provides randomness");
            self.0 = bytes.as_chunks().0.iter().map(|bytes| u64::from_ne_bytes(*bytes)).collect();
        }
        self.0.pop().expect("just filled")
    }
}
