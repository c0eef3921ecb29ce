use std::{borrow::Cow, fmt};

use crate::Limit;

/// Why the server ends a connection, as clients read it (Pusher reference, section 1.4).
///
/// 4000–4099: do not reconnect unchanged. 4100–4199: reconnect after a second. 4200–4299:
/// reconnect at once. Codes from 4300 are never close codes: pusher-js would not come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CloseCode {
    /// 4000: the app accepts TLS only.
    TlsRequired,
    /// 4001: no such app key, or one that was deleted.
    UnknownApp,
    /// 4003: the app is switched off.
    AppDisabled,
    /// 4004: the app or its tenant has all the connections it may have, by this limit.
    OverQuota(Limit),
    /// 4006: the client's `version` is not a version.
    InvalidVersion,
    /// 4007: a protocol version that is not spoken here.
    UnsupportedProtocol,
    /// 4009: the app does not let pages of that origin connect.
    OriginNotAllowed,
    /// 4009: neither signed in nor on a private or presence channel in time.
    NotAuthorized,
    /// 4009: the app's server ended this user's connections.
    Terminated,
    /// 4009: the app's owner ended this connection, which is not to come back by itself.
    Disconnected,
    /// 4100: this server cannot take the connection, or cannot keep up with it: the queue of what
    /// the client has not read is full.
    OverCapacity,
    /// 4200: the server is going away; another one answers.
    Restarting,
    /// 4200: the app's owner ended this connection, which is to come back.
    Reconnect,
    /// 4201: the client did not answer a ping.
    NoPong,
    /// 1002: the peer broke the WebSocket framing.
    ProtocolError,
    /// 1003: a kind of data not spoken here, i.e. a binary message.
    UnsupportedData,
    /// 1007: a text message that is not UTF-8.
    InvalidUtf8,
    /// 1007: a compressed message that cannot be decompressed.
    CorruptData,
    /// 1009: a message over the limit.
    TooBig,
}

impl CloseCode {
    /// Their names, as metrics read them, each at its [`index`](Self::index).
    pub const NAMES: [&'static str; 18] = [
        "tls_required",
        "unknown_app",
        "app_disabled",
        "over_quota",
        "invalid_version",
        "unsupported_protocol",
        "origin_not_allowed",
        "not_authorized",
        "terminated",
        "disconnected",
        "over_capacity",
        "restarting",
        "reconnect",
        "no_pong",
        "protocol_error",
        "unsupported_data",
        "invalid_payload",
        "too_big",
    ];

    /// Its place in [`NAMES`](Self::NAMES). What is wrong with a payload nobody counts apart.
    pub fn index(self) -> usize {
        match self {
            Self::TlsRequired => 0,
            Self::UnknownApp => 1,
            Self::AppDisabled => 2,
            Self::OverQuota(_) => 3,
            Self::InvalidVersion => 4,
            Self::UnsupportedProtocol => 5,
            Self::OriginNotAllowed => 6,
            Self::NotAuthorized => 7,
            Self::Terminated => 8,
            Self::Disconnected => 9,
            Self::OverCapacity => 10,
            Self::Restarting => 11,
            Self::Reconnect => 12,
            Self::NoPong => 13,
            Self::ProtocolError => 14,
            Self::UnsupportedData => 15,
            Self::InvalidUtf8 | Self::CorruptData => 16,
            Self::TooBig => 17,
        }
    }

    /// The number in the close frame.
    pub fn code(self) -> u16 {
        match self {
            Self::TlsRequired => 4000,
            Self::UnknownApp => 4001,
            Self::AppDisabled => 4003,
            Self::OverQuota(_) => 4004,
            Self::InvalidVersion => 4006,
            Self::UnsupportedProtocol => 4007,
            Self::OriginNotAllowed | Self::NotAuthorized | Self::Terminated | Self::Disconnected => 4009,
            Self::OverCapacity => 4100,
            Self::Restarting | Self::Reconnect => 4200,
            Self::NoPong => 4201,
            Self::ProtocolError => 1002,
            Self::UnsupportedData => 1003,
            Self::InvalidUtf8 | Self::CorruptData => 1007,
            Self::TooBig => 1009,
        }
    }

    /// What a person reads: at most [`CLOSE_REASON_BYTES`](crate::limits::CLOSE_REASON_BYTES) long.
    pub fn reason(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::TlsRequired => "The app accepts TLS connections only",
            Self::UnknownApp => "App key not in this cluster. Did you forget to specify the cluster?",
            Self::AppDisabled => "The app is disabled",
            Self::OverQuota(limit) => return Cow::Owned(format!("Account over quota: {limit}")),
            Self::InvalidVersion => "Invalid version string",
            Self::UnsupportedProtocol => "Unsupported protocol version",
            Self::OriginNotAllowed => "Origin not allowed",
            Self::NotAuthorized => "Connection not authorized within timeout",
            Self::Terminated => "Connections of this user were terminated",
            Self::Disconnected => "Connection was closed by the app's owner",
            Self::OverCapacity => "Over capacity",
            Self::Restarting => "Server is restarting, reconnect now",
            Self::Reconnect => "Connection was closed by the app's owner, reconnect now",
            Self::NoPong => "Pong reply not received",
            Self::ProtocolError => "Protocol error",
            Self::UnsupportedData => "Only text messages are supported",
            Self::InvalidUtf8 => "Text is not UTF-8",
            Self::CorruptData => "Compressed data is corrupt",
            Self::TooBig => "Message too big",
        })
    }

    /// Whether it is one of the service's own, as opposed to WebSocket's.
    pub fn is_protocol_level(self) -> bool {
        self.code() >= 4000
    }

    /// Whether every client expects a `pusher:error` frame with this code before the close frame; those
    /// that read no close codes expect one before each.
    pub fn is_announced(self) -> bool {
        self.code() == 4009
    }
}

impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code(), self.reason())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_named_once() {
        let names: std::collections::BTreeSet<_> = CloseCode::NAMES.into_iter().collect();
        assert_eq!(names.len(), CloseCode::NAMES.len());
        for (code, name) in [
            (CloseCode::TlsRequired, "tls_required"),
            (CloseCode::OverCapacity, "over_capacity"),
            (CloseCode::NoPong, "no_pong"),
            (CloseCode::CorruptData, "invalid_payload"),
            (CloseCode::TooBig, "too_big"),
        ] {
            assert_eq!(CloseCode::NAMES[code.index()], name);
        }
    }
}
