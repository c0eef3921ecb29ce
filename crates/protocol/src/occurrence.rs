use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{AppId, ChannelName, SocketId};

/// Something a webhook may tell, made in the same step as the change it tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// Where.
    pub app_id: AppId,
    /// On which channel; none for what happens to a connection.
    pub channel: Option<ChannelName>,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// What.
    pub kind: OccurrenceKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OccurrenceKind {
    /// The first subscriber came.
    Occupied,
    /// The last subscriber left.
    Vacated,
    /// A user joined a presence channel.
    MemberAdded {
        /// Who, as text.
        user_id: String,
    },
    /// A user's last connection left a presence channel.
    MemberRemoved {
        /// Who, as text.
        user_id: String,
    },
    /// A client event was accepted.
    ClientEvent {
        /// Its name.
        event: String,
        /// Its data as text.
        data: String,
        /// Who sent it.
        socket_id: String,
        /// The sender's user, on presence channels.
        user_id: Option<String>,
    },
    /// Someone subscribed to a cache channel that remembers no event.
    CacheMiss,
    /// The number of subscriptions changed.
    SubscriptionCount {
        /// To this.
        count: usize,
    },
    /// A connection was established.
    ConnectionOpened {
        /// Which.
        socket_id: SocketId,
    },
    /// It ended.
    ConnectionClosed {
        /// Which.
        socket_id: SocketId,
        /// Who it was signed in as.
        user_id: Option<String>,
        /// The close code with its words, or `left`.
        reason: String,
    },
}

/// The kinds an endpoint selects from, by their names in webhook bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OccurrenceType {
    /// See [`OccurrenceKind::Occupied`].
    ChannelOccupied,
    /// See [`OccurrenceKind::Vacated`].
    ChannelVacated,
    /// See [`OccurrenceKind::MemberAdded`].
    MemberAdded,
    /// See [`OccurrenceKind::MemberRemoved`].
    MemberRemoved,
    /// See [`OccurrenceKind::ClientEvent`].
    ClientEvent,
    /// See [`OccurrenceKind::CacheMiss`].
    CacheMiss,
    /// See [`OccurrenceKind::SubscriptionCount`].
    SubscriptionCount,
    /// See [`OccurrenceKind::ConnectionOpened`].
    ConnectionOpened,
    /// See [`OccurrenceKind::ConnectionClosed`].
    ConnectionClosed,
}

/// A set of [`OccurrenceType`]s, e.g. those that at least one endpoint of an app wants to hear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OccurrenceTypes(u16);

impl OccurrenceTypes {
    /// Whether the set holds `kind`.
    pub fn contains(self, kind: OccurrenceType) -> bool {
        self.0 & 1 << kind as u8 != 0
    }
}

impl FromIterator<OccurrenceType> for OccurrenceTypes {
    fn from_iter<I: IntoIterator<Item = OccurrenceType>>(types: I) -> Self {
        Self(types.into_iter().fold(0, |set, kind| set | 1 << kind as u8))
    }
}

/// The text names no [`OccurrenceType`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "unknown event type {0:?}: use one of channel_occupied, channel_vacated, member_added, member_removed, client_event, cache_miss, subscription_count, connection_opened, connection_closed"
)]
pub struct UnknownOccurrenceType(pub String);

impl OccurrenceType {
    /// Every type, in the order they are shown.
    pub const ALL: [Self; 9] = [
        Self::ChannelOccupied,
        Self::ChannelVacated,
        Self::MemberAdded,
        Self::MemberRemoved,
        Self::ClientEvent,
        Self::CacheMiss,
        Self::SubscriptionCount,
        Self::ConnectionOpened,
        Self::ConnectionClosed,
    ];

    /// What an endpoint hears that asks for everything: Pusher's types. The others must be named.
    pub const DEFAULT: [Self; 7] = [
        Self::ChannelOccupied,
        Self::ChannelVacated,
        Self::MemberAdded,
        Self::MemberRemoved,
        Self::ClientEvent,
        Self::CacheMiss,
        Self::SubscriptionCount,
    ];

    /// The name in webhook bodies.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ChannelOccupied => "channel_occupied",
            Self::ChannelVacated => "channel_vacated",
            Self::MemberAdded => "member_added",
            Self::MemberRemoved => "member_removed",
            Self::ClientEvent => "client_event",
            Self::CacheMiss => "cache_miss",
            Self::SubscriptionCount => "subscription_count",
            Self::ConnectionOpened => "connection_opened",
            Self::ConnectionClosed => "connection_closed",
        }
    }
}

impl fmt::Display for OccurrenceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for OccurrenceType {
    type Err = UnknownOccurrenceType;

    fn from_str(text: &str) -> Result<Self, UnknownOccurrenceType> {
        let named = Self::ALL.into_iter().find(|candidate| candidate.as_str() == text);
        named.ok_or_else(|| UnknownOccurrenceType(text.to_owned()))
    }
}

impl OccurrenceKind {
    /// Its type.
    pub fn as_type(&self) -> OccurrenceType {
        match self {
            Self::Occupied => OccurrenceType::ChannelOccupied,
            Self::Vacated => OccurrenceType::ChannelVacated,
            Self::MemberAdded { .. } => OccurrenceType::MemberAdded,
            Self::MemberRemoved { .. } => OccurrenceType::MemberRemoved,
            Self::ClientEvent { .. } => OccurrenceType::ClientEvent,
            Self::CacheMiss => OccurrenceType::CacheMiss,
            Self::SubscriptionCount { .. } => OccurrenceType::SubscriptionCount,
            Self::ConnectionOpened { .. } => OccurrenceType::ConnectionOpened,
            Self::ConnectionClosed { .. } => OccurrenceType::ConnectionClosed,
        }
    }
}
