use campanile_protocol::{ChannelName, SocketId};
use thiserror::Error;

use super::{ActivityKind, ActivityType, EventSource};

/// What a watcher wants to see. Everything given must hold; what is absent holds always.
#[derive(Clone, Debug, Default)]
pub struct ActivityFilter {
    /// One of these types; all when empty.
    pub types: Vec<ActivityType>,
    /// About such a channel.
    pub channel: Option<ChannelPattern>,
    /// An event of exactly this name.
    pub event: Option<String>,
    /// An event from there.
    pub source: Option<EventSource>,
    /// About this connection.
    pub socket_id: Option<SocketId>,
    /// About this user.
    pub user_id: Option<String>,
    /// Has this text in a name, a reason or the beginning of the payload. Case matters.
    pub text: Option<String>,
    /// Text is not looked for in payloads: who may not see one must not be able to guess it.
    pub is_blind: bool,
}

/// Channel names with any characters in the place of each `*`; without one, a name is itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelPattern(String);

/// The text is too long for a pattern, or has too many stars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "a channel pattern has at most {} characters, and {} of them stars",
    ChannelPattern::BYTES,
    ChannelPattern::STARS
)]
pub struct InvalidPattern;

impl ChannelPattern {
    const BYTES: usize = 220;
    /// Each one multiplies what a name may cost.
    const STARS: usize = 4;

    /// Reads a pattern.
    pub fn parse(text: &str) -> Result<Self, InvalidPattern> {
        let is_short = text.len() <= Self::BYTES && text.matches('*').count() <= Self::STARS;
        if is_short { Ok(Self(text.to_owned())) } else { Err(InvalidPattern) }
    }

    /// Whether a name fits it. What stands between stars may take its first place: a later one would leave
    /// less for the rest.
    pub fn matches(&self, name: &str) -> bool {
        let Some((head, rest)) = self.0.split_once('*') else { return self.0 == name };
        let (middle, tail) = rest.rsplit_once('*').map_or(("", rest), |(middle, tail)| (middle, tail));
        let Some(name) = name.strip_prefix(head).and_then(|name| name.strip_suffix(tail)) else {
            return false;
        };
        let take = |name: &str, part: &str| name.find(part).map(|at| at + part.len());
        let mut left = name;
        middle.split('*').all(|part| match take(left, part) {
            Some(end) => {
                left = &left[end..];
                true
            }
            None => false,
        })
    }
}

impl ActivityFilter {
    /// Cheap questions first: most of what a busy app does is turned away by the type or the channel.
    pub(super) fn matches(&self, kind: &ActivityKind) -> bool {
        (self.types.is_empty() || self.types.contains(&kind.as_type()))
            && self.socket_id.is_none_or(|wanted| kind.socket_id() == Some(wanted))
            && self
                .channel
                .as_ref()
                .is_none_or(|pattern| kind.channel().is_some_and(|name| pattern.matches(name)))
            && self.user_id.as_deref().is_none_or(|wanted| is_about_user(kind, wanted))
            && self.is_such_event(kind)
            && self
                .text
                .as_deref()
                .is_none_or(|text| has_text(kind, text) || !self.is_blind && carries(kind, text))
    }

    fn is_such_event(&self, kind: &ActivityKind) -> bool {
        if self.event.is_none() && self.source.is_none() {
            return true;
        }
        let ActivityKind::Event { name, source, .. } = kind else { return false };
        self.event.as_deref().is_none_or(|wanted| name.as_str() == wanted)
            && self.source.is_none_or(|wanted| *source == wanted)
    }
}

fn is_about_user(kind: &ActivityKind, wanted: &str) -> bool {
    kind.user_id().is_some_and(|user_id| user_id.as_str() == wanted)
        || kind
            .channel()
            .is_some_and(|channel| channel.strip_prefix(ChannelName::USER_PREFIX) == Some(wanted))
}

fn has_text(kind: &ActivityKind, text: &str) -> bool {
    let has = |part: &str| part.contains(text);
    if kind.channel().is_some_and(has) || kind.user_id().is_some_and(|user_id| has(user_id.as_str())) {
        return true;
    }
    match kind {
        ActivityKind::Event { name, .. } => has(name.as_str()),
        ActivityKind::Refused { message, .. } => has(message),
        ActivityKind::ApiRefused { request, message, .. } => has(request) || has(message),
        ActivityKind::WebhookAttempt { webhook, delivery, error, .. } => {
            has(webhook) || has(delivery) || error.as_deref().is_some_and(has)
        }
        ActivityKind::Connected { key, client, .. } => {
            has(key.as_str()) || client.as_deref().is_some_and(has)
        }
        ActivityKind::Disconnected { .. }
        | ActivityKind::SignedIn { .. }
        | ActivityKind::Subscribed { .. }
        | ActivityKind::Unsubscribed { .. }
        | ActivityKind::MemberAdded { .. }
        | ActivityKind::MemberRemoved { .. } => false,
    }
}

fn carries(kind: &ActivityKind, text: &str) -> bool {
    matches!(kind, ActivityKind::Event { payload, .. } if payload.beginning().contains(text))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use campanile_protocol::{Event, EventData, EventName};

    use super::{super::Payload, *};

    fn event(channel: &str, name: &str, data: &str) -> ActivityKind {
        let event = Event {
            name: EventName::parse(name).unwrap(),
            data: EventData::from_text(data, u32::MAX).unwrap(),
        };
        ActivityKind::Event {
            channel: ChannelName::parse(channel).unwrap(),
            payload: Payload::of(&event.data),
            name: event.name,
            source: EventSource::Client,
            socket_id: Some(SocketId::from_random(7)),
            user_id: None,
            subscribers: 1,
        }
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        let matches = |pattern: &str, name: &str| ChannelPattern::parse(pattern).unwrap().matches(name);
        for (pattern, name) in [
            ("room-1", "room-1"),
            ("room-*", "room-"),
            ("room-*", "room-7"),
            ("*", "anything"),
            ("*-room", "my-room"),
            ("a*b*c", "aXbYc"),
            ("a*b*c", "abbc"),
            ("**", "x"),
            ("*ab*ab*", "xabab"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("room-1", "room-10"),
            ("room-*", "lounge-1"),
            ("a*a", "a"),
            ("a*b*c", "acb"),
            ("*ab*ab*", "xab"),
            ("", "x"),
        ] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
        assert_eq!(ChannelPattern::parse("*****"), Err(InvalidPattern));
        assert_eq!(ChannelPattern::parse(&"x".repeat(221)), Err(InvalidPattern));
    }

    #[test]
    fn everything_asked_must_hold() {
        let kind = event("room-1", "posted", "hello");
        let all = ActivityFilter::default();
        assert!(all.matches(&kind));
        let (posted, other) = (Some("posted".to_owned()), Some("other".to_owned()));
        assert!(ActivityFilter { event: posted.clone(), ..all.clone() }.matches(&kind));
        assert!(!ActivityFilter { event: other, ..all.clone() }.matches(&kind));
        assert!(!ActivityFilter { types: vec![ActivityType::Refused], ..all.clone() }.matches(&kind));
        assert!(ActivityFilter { types: vec![ActivityType::Event], ..all.clone() }.matches(&kind));
        assert!(
            !ActivityFilter { source: Some(EventSource::Api), event: posted, ..all.clone() }.matches(&kind)
        );
        let on = |pattern: &str| ChannelPattern::parse(pattern).ok();
        assert!(ActivityFilter { channel: on("room-*"), ..all.clone() }.matches(&kind));
        assert!(!ActivityFilter { channel: on("lounge-*"), ..all.clone() }.matches(&kind));
        let of = |socket: u64| Some(SocketId::from_random(socket));
        assert!(ActivityFilter { socket_id: of(7), ..all.clone() }.matches(&kind));
        assert!(!ActivityFilter { socket_id: of(8), ..all.clone() }.matches(&kind));
        assert!(!ActivityFilter { user_id: Some("ann".into()), ..all }.matches(&kind));
    }

    #[test]
    fn text_is_looked_for_in_what_is_shown() {
        let with = |text: &str| ActivityFilter { text: Some(text.to_owned()), ..ActivityFilter::default() };
        let kind = event("room-1", "posted", &format!("{}needle", "é".repeat(Payload::MAX_BYTES / 2 - 20)));
        for text in ["room-1", "post", "needle", "é"] {
            assert!(with(text).matches(&kind), "{text}");
        }
        let blind = ActivityFilter { is_blind: true, ..with("needle") };
        assert!(!blind.matches(&kind) && ActivityFilter { is_blind: true, ..with("post") }.matches(&kind));
        let far = event("room-1", "posted", &format!("{}needle", "é".repeat(Payload::MAX_BYTES)));
        assert!(!with("needle").matches(&far));
        let message = Arc::from("Invalid signature");
        assert!(with("signature").matches(&ActivityKind::Refused {
            socket_id: None,
            channel: None,
            message
        }));
    }
}
