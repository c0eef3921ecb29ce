mod feed;
mod filter;
mod inspection;
mod pace;
mod payload;

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use campanile_protocol::{AppKey, ChannelName, EventName, SocketId, Transport, UserId};

use crate::Source;

pub(crate) use self::{feed::Feed, inspection::Subject};
pub use self::{
    feed::{TooManyWatchers, Watched, Watcher},
    filter::{ActivityFilter, ChannelPattern, InvalidPattern},
    inspection::Timeline,
    payload::Payload,
};

/// Something that happened in an app, for its owner to watch.
#[derive(Debug)]
pub struct Activity {
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// What.
    pub kind: ActivityKind,
    rendered: OnceLock<Bytes>,
}

/// What happened. Made of what is shared anyway, so that describing something that is then left out
/// costs no allocation.
#[derive(Clone, Debug)]
pub enum ActivityKind {
    /// A connection was established.
    Connected {
        /// Which.
        socket_id: SocketId,
        /// The key it connected with.
        key: AppKey,
        /// The client's name and version, as it says.
        client: Option<Arc<str>>,
        /// How it is connected.
        transport: Transport,
    },
    /// A connection ended.
    Disconnected {
        /// Which.
        socket_id: SocketId,
        /// Who was signed in.
        user_id: Option<UserId>,
        /// The server's close code and reason; absent when the peer left.
        reason: Option<campanile_protocol::CloseCode>,
    },
    /// A connection signed in.
    SignedIn {
        /// Which.
        socket_id: SocketId,
        /// As whom.
        user_id: UserId,
    },
    /// A subscription began.
    Subscribed {
        /// Whose.
        socket_id: SocketId,
        /// To what.
        channel: ChannelName,
        /// As whom, on presence channels.
        user_id: Option<UserId>,
    },
    /// A subscription ended.
    Unsubscribed {
        /// Whose.
        socket_id: SocketId,
        /// To what.
        channel: ChannelName,
    },
    /// A user appeared on a presence channel.
    MemberAdded {
        /// Where.
        channel: ChannelName,
        /// Who.
        user_id: UserId,
    },
    /// A user's last connection left a presence channel.
    MemberRemoved {
        /// Where.
        channel: ChannelName,
        /// Who.
        user_id: UserId,
    },
    /// An event was published.
    Event {
        /// Where.
        channel: ChannelName,
        /// Its name.
        name: EventName,
        /// Who published it.
        source: EventSource,
        /// The connection that published it, if a client did.
        socket_id: Option<SocketId>,
        /// That connection's user, on presence channels.
        user_id: Option<UserId>,
        /// How many subscribers it went to.
        subscribers: usize,
        /// What it carried.
        payload: Payload,
    },
    /// A client was told that it may not.
    Refused {
        /// Which, if it got that far.
        socket_id: Option<SocketId>,
        /// The channel it is about, as the client named it.
        channel: Option<Arc<str>>,
        /// The exact reason.
        message: Arc<str>,
    },
    /// A request to a webhook endpoint was answered, or not.
    WebhookAttempt {
        /// The endpoint.
        webhook: Arc<str>,
        /// The delivery.
        delivery: Arc<str>,
        /// The status, if there was an answer.
        status: Option<u16>,
        /// Why it failed; absent when it did not.
        error: Option<Arc<str>>,
    },
    /// A request to the REST API was refused.
    ApiRefused {
        /// Method and path.
        request: Arc<str>,
        /// The status.
        status: u16,
        /// What the app's server was told.
        message: Arc<str>,
    },
}

/// Who published an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventSource {
    /// The app's server.
    Api,
    /// The app's owner.
    Dashboard,
    /// A subscriber.
    Client,
}

/// The kinds of activities, to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivityType {
    /// See [`ActivityKind`], here and below.
    Connected,
    /// A connection ended.
    Disconnected,
    /// A connection signed in.
    SignedIn,
    /// A subscription began.
    Subscribed,
    /// A subscription ended.
    Unsubscribed,
    /// A user appeared.
    MemberAdded,
    /// A user went.
    MemberRemoved,
    /// An event was published.
    Event,
    /// A client was refused something.
    Refused,
    /// A webhook was delivered.
    WebhookSent,
    /// A try of a webhook failed.
    WebhookFailed,
    /// A REST request was refused.
    ApiRefused,
}

impl Activity {
    fn new(kind: ActivityKind) -> Self {
        Self { at_ms: crate::node::now_ms(), kind, rendered: OnceLock::new() }
    }

    /// The activity as its watchers receive it: made by whoever needs it first, shared by the others, who
    /// must all make the same of it.
    pub fn render(&self, render: impl FnOnce(&Self) -> Bytes) -> Bytes {
        self.rendered.get_or_init(|| render(self)).clone()
    }
}

impl EventSource {
    pub(crate) fn of(source: &Source) -> Self {
        match source {
            Source::Api => Self::Api,
            Source::Dashboard => Self::Dashboard,
            Source::Client { .. } => Self::Client,
        }
    }

    /// Its name in filters and streams.
    pub fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Dashboard => "dashboard",
            Self::Client => "client",
        }
    }
}

impl ActivityType {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Connected,
        Self::Disconnected,
        Self::SignedIn,
        Self::Subscribed,
        Self::Unsubscribed,
        Self::MemberAdded,
        Self::MemberRemoved,
        Self::Event,
        Self::Refused,
        Self::WebhookSent,
        Self::WebhookFailed,
        Self::ApiRefused,
    ];

    /// Its name in filters and streams.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
            Self::SignedIn => "signed_in",
            Self::Subscribed => "subscribed",
            Self::Unsubscribed => "unsubscribed",
            Self::MemberAdded => "member_added",
            Self::MemberRemoved => "member_removed",
            Self::Event => "event",
            Self::Refused => "refused",
            Self::WebhookSent => "webhook_sent",
            Self::WebhookFailed => "webhook_failed",
            Self::ApiRefused => "api_refused",
        }
    }
}

impl ActivityKind {
    /// Its type.
    pub fn as_type(&self) -> ActivityType {
        match self {
            Self::Connected { .. } => ActivityType::Connected,
            Self::Disconnected { .. } => ActivityType::Disconnected,
            Self::SignedIn { .. } => ActivityType::SignedIn,
            Self::Subscribed { .. } => ActivityType::Subscribed,
            Self::Unsubscribed { .. } => ActivityType::Unsubscribed,
            Self::MemberAdded { .. } => ActivityType::MemberAdded,
            Self::MemberRemoved { .. } => ActivityType::MemberRemoved,
            Self::Event { .. } => ActivityType::Event,
            Self::Refused { .. } => ActivityType::Refused,
            Self::WebhookAttempt { error: None, .. } => ActivityType::WebhookSent,
            Self::WebhookAttempt { error: Some(_), .. } => ActivityType::WebhookFailed,
            Self::ApiRefused { .. } => ActivityType::ApiRefused,
        }
    }

    /// The connection it is about.
    pub fn socket_id(&self) -> Option<SocketId> {
        match self {
            Self::Connected { socket_id, .. }
            | Self::Disconnected { socket_id, .. }
            | Self::SignedIn { socket_id, .. }
            | Self::Subscribed { socket_id, .. }
            | Self::Unsubscribed { socket_id, .. } => Some(*socket_id),
            Self::Event { socket_id, .. } | Self::Refused { socket_id, .. } => *socket_id,
            Self::MemberAdded { .. }
            | Self::MemberRemoved { .. }
            | Self::WebhookAttempt { .. }
            | Self::ApiRefused { .. } => None,
        }
    }

    /// The channel it is about.
    pub fn channel(&self) -> Option<&str> {
        match self {
            Self::Subscribed { channel, .. }
            | Self::Unsubscribed { channel, .. }
            | Self::MemberAdded { channel, .. }
            | Self::MemberRemoved { channel, .. }
            | Self::Event { channel, .. } => Some(channel.as_str()),
            Self::Refused { channel, .. } => channel.as_deref(),
            Self::Connected { .. }
            | Self::Disconnected { .. }
            | Self::SignedIn { .. }
            | Self::WebhookAttempt { .. }
            | Self::ApiRefused { .. } => None,
        }
    }

    /// The user it is about.
    pub fn user_id(&self) -> Option<&UserId> {
        match self {
            Self::SignedIn { user_id, .. }
            | Self::MemberAdded { user_id, .. }
            | Self::MemberRemoved { user_id, .. } => Some(user_id),
            Self::Disconnected { user_id, .. }
            | Self::Subscribed { user_id, .. }
            | Self::Event { user_id, .. } => user_id.as_ref(),
            Self::Connected { .. }
            | Self::Unsubscribed { .. }
            | Self::Refused { .. }
            | Self::WebhookAttempt { .. }
            | Self::ApiRefused { .. } => None,
        }
    }
}
