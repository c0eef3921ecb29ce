use std::{borrow::Borrow, fmt, sync::Arc};

use thiserror::Error;

use crate::limits::CHANNEL_NAME_BYTES;

/// A channel's full name as it travels on the wire, e.g. `presence-room.42`.
///
/// Holding one is the proof that it is valid: no code past the edge checks a channel name again.
/// Cloning is a reference-count bump.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChannelName(Arc<str>);

/// Who may subscribe. Whether the channel also remembers its last event is a separate question,
/// see [`ChannelName::is_cache`]: `private-cache-x` is private *and* cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone connected to the app.
    Public,
    /// Holders of a channel signature.
    Private,
    /// As private; the payload is ciphertext that this server cannot read.
    Encrypted,
    /// Holders of a channel signature that names a user; members see each other.
    Presence,
    /// The connections of one signed-in user, `#server-to-user-<id>`.
    User,
}

/// Why a text is not a channel name (Pusher reference, section 3).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidChannel {
    /// Empty, or longer than the limit.
    #[error("Channel name must be 1 to {CHANNEL_NAME_BYTES} characters long")]
    Length,
    /// A character outside `A-Z a-z 0-9 _ - = @ , . ;`, or a `#` that is not the service's own.
    #[error("Channel name contains illegal characters: {0:?}")]
    Characters(String),
}

impl ChannelName {
    /// What the names of users' own channels begin with; the id follows.
    pub const USER_PREFIX: &str = "#server-to-user-";

    /// Checks length and characters. Prefixes are matched literally and at the start only:
    /// `privatefoo` and `my-private-foo` are public channels.
    pub fn parse(text: &str) -> Result<Self, InvalidChannel> {
        let checked = text.strip_prefix(Self::USER_PREFIX).unwrap_or(text);
        if text.is_empty() || checked.len() > CHANNEL_NAME_BYTES {
            return Err(InvalidChannel::Length);
        }
        if checked.is_empty() || !checked.bytes().all(is_name_byte) {
            return Err(InvalidChannel::Characters(text.to_owned()));
        }
        Ok(Self(text.into()))
    }

    /// The channel that reaches every connection of a signed-in user. User ids have the characters and the
    /// length of channel names.
    pub fn of_user(user_id: &str) -> Result<Self, InvalidChannel> {
        Self::parse(&format!("{}{user_id}", Self::USER_PREFIX))
    }

    /// The user whose own channel this is.
    pub fn user_id(&self) -> Option<&str> {
        self.0.strip_prefix(Self::USER_PREFIX)
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Who may subscribe.
    pub fn access(&self) -> Access {
        let name = self.as_str();
        if name.starts_with("private-encrypted-") {
            Access::Encrypted
        } else if name.starts_with("private-") {
            Access::Private
        } else if name.starts_with("presence-") {
            Access::Presence
        } else if name.starts_with(Self::USER_PREFIX) {
            Access::User
        } else {
            Access::Public
        }
    }

    /// Whether the channel keeps its last published event for later subscribers.
    pub fn is_cache(&self) -> bool {
        ["cache-", "private-cache-", "private-encrypted-cache-", "presence-cache-"]
            .iter()
            .any(|prefix| self.0.starts_with(prefix))
    }
}

/// The characters of channel names and user ids.
pub(crate) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-=@,.;".contains(&byte)
}

impl Access {
    /// Whether a subscription needs a signature made by the app's own server.
    pub fn needs_signature(self) -> bool {
        match self {
            Self::Private | Self::Encrypted | Self::Presence => true,
            Self::Public | Self::User => false,
        }
    }
}

impl fmt::Display for ChannelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for ChannelName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_matched_literally_and_at_the_start() {
        let table = [
            ("news", Access::Public, false),
            ("cache-news", Access::Public, true),
            ("cachenews", Access::Public, false),
            ("private-x", Access::Private, false),
            ("privatefoo", Access::Public, false),
            ("my-private-foo", Access::Public, false),
            ("private-cache-x", Access::Private, true),
            ("private-encrypted-x", Access::Encrypted, false),
            ("private-encrypted", Access::Private, false),
            ("private-encrypted-cache-x", Access::Encrypted, true),
            ("presence-x", Access::Presence, false),
            ("presence-cache-x", Access::Presence, true),
            ("#server-to-user-7", Access::User, false),
        ];
        for (text, access, cache) in table {
            let name = ChannelName::parse(text).unwrap();
            assert_eq!((name.access(), name.is_cache()), (access, cache), "{text}");
        }
    }

    #[test]
    fn illegal_names_are_refused() {
        for text in ["a b", "a:b", "a/b", "ä", "#news", "#server-to-user-", "#server-to-user-a#b", "a\n"] {
            assert!(matches!(ChannelName::parse(text), Err(InvalidChannel::Characters(_))), "{text:?}");
        }
        assert_eq!(ChannelName::parse(""), Err(InvalidChannel::Length));
        assert!(ChannelName::parse(&"x".repeat(200)).is_ok());
        assert_eq!(ChannelName::parse(&"x".repeat(201)), Err(InvalidChannel::Length));
        assert!(ChannelName::parse("-azAZ9_=@,.;").is_ok());
        assert!(ChannelName::of_user(&"x".repeat(200)).is_ok());
        assert_eq!(ChannelName::of_user("7").unwrap().user_id(), Some("7"));
        assert_eq!(
            ChannelName::of_user("a b"),
            Err(InvalidChannel::Characters("#server-to-user-a b".into()))
        );
    }
}
