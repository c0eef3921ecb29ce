use std::sync::Weak;

use campanile_protocol::{AppId, ChannelName, Event, SocketId, UserId};

use crate::Node;

/// One event on its way to one channel of one app.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// The app.
    pub app_id: AppId,
    /// The channel.
    pub channel: ChannelName,
    /// The event.
    pub event: Event,
    /// The connection that must not receive it.
    pub except: Option<SocketId>,
    /// Where it comes from.
    pub source: Source,
}

/// Who published an event.
#[derive(Clone, Debug)]
pub enum Source {
    /// The app's server, through the REST API.
    Api,
    /// The app's owner, from the dashboard.
    Dashboard,
    /// A subscriber, with a client event.
    Client {
        /// Its connection.
        socket_id: SocketId,
        /// Its user, on presence channels.
        user_id: Option<UserId>,
    },
}

impl Source {
    /// The connection that published, if it was one.
    pub(crate) fn socket_id(&self) -> Option<SocketId> {
        match self {
            Self::Api | Self::Dashboard => None,
            Self::Client { socket_id, .. } => Some(*socket_id),
        }
    }
}

/// Carries publications to every node; the node that publishes is just one more receiver, because
/// two paths would mean two orders.
///
/// * **Delivery:** at most once.
/// * **Order:** per channel and publishing thread.
/// * **Blocking:** never; what cannot be carried is refused by [`Node::publish`] beforehand.
pub trait Engine: Send + Sync + 'static {
    /// Accepts an envelope; [`Node::receive`] gets it on every node.
    fn publish(&self, envelope: Envelope);
}

/// The engine of an installation with one node: hands every envelope straight back.
#[derive(Debug)]
pub struct InProcess {
    node: Weak<Node>,
}

impl InProcess {
    /// Serves this node.
    pub fn new(node: Weak<Node>) -> Self {
        Self { node }
    }
}

impl Engine for InProcess {
    fn publish(&self, envelope: Envelope) {
        if let Some(node) = self.node.upgrade() {
            node.receive(envelope);
        }
    }
}
