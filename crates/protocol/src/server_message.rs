//! Every message the service itself sends, as frames (Pusher reference, section 2).
//!
//! `data` is a JSON *string* in all of them but `pusher:error`, `pusher:pong` and
//! `pusher:subscription_error`: clients depend on it.

use crate::{
    ChannelName, CloseCode, Event, Frame, FrameBuilder, InvalidChannel, InvalidMember, Member, SocketId,
    UserId, limits::ACTIVITY_TIMEOUT_SECONDS,
};

/// The first frame of every connection.
pub fn connection_established(socket_id: SocketId) -> Frame {
    Frame::text(&format!(
        r#"{{"event":"pusher:connection_established","data":"{{\"socket_id\":\"{socket_id}\",\"activity_timeout\":{ACTIVITY_TIMEOUT_SECONDS}}}"}}"#
    ))
}

/// Answers `pusher:ping`.
pub fn pong() -> Frame {
    Frame::text(r#"{"event":"pusher:pong","data":{}}"#)
}

/// An error that concerns the connection, or one of its channels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorMessage<'a> {
    /// A code from the 43xx range, or none.
    pub code: Option<u16>,
    /// What a person reads.
    pub message: &'a str,
    /// The channel it concerns, as the client named it.
    pub channel: Option<&'a str>,
}

/// `pusher:error`; the connection stays open.
pub fn error(error: &ErrorMessage<'_>) -> Frame {
    let mut frame = FrameBuilder::with_capacity(96 + error.message.len());
    frame.push(r#"{"event":"pusher:error","data":{"code":"#);
    match error.code {
        Some(code) => frame.push(&code.to_string()),
        None => frame.push("null"),
    };
    frame.push(r#","message":"#).push_string(error.message).push("}");
    if let Some(channel) = error.channel {
        frame.push(r#","channel":"#).push_string(channel);
    }
    frame.push("}").finish()
}

/// The `pusher:error` that precedes a close frame.
pub fn closing(code: CloseCode) -> Frame {
    error(&ErrorMessage { code: Some(code.code()), message: &code.reason(), channel: None })
}

/// Why a subscription was refused. The connection stays open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The signature is missing, malformed or wrong; the text says which.
    Unauthorized(String),
    /// The name is no channel name.
    Channel(InvalidChannel),
    /// `channel_data` names no member.
    Member(InvalidMember),
    /// The presence channel has its full number of users: this many.
    Full(u32),
    /// The name is longer than the app allows.
    LongName(u32),
}

impl Refusal {
    fn kind_and_status(&self) -> (Option<&'static str>, u16) {
        match self {
            Self::Unauthorized(_) | Self::Member(InvalidMember::Missing) => (Some("AuthError"), 401),
            Self::Channel(InvalidChannel::Length) | Self::LongName(_) => (Some("LimitReached"), 4009),
            Self::Channel(InvalidChannel::Characters(_)) => (None, 4009),
            Self::Member(InvalidMember::LargeUserInfo) => (Some("LimitReached"), 4301),
            Self::Member(InvalidMember::Malformed | InvalidMember::UserIdLength) => (None, 4009),
            Self::Full(_) => (Some("LimitReached"), 4100),
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unauthorized(text) => f.write_str(text),
            Self::Channel(error) => error.fmt(f),
            Self::Member(error) => error.fmt(f),
            Self::Full(users) => write!(f, "The presence channel is full: at most {users} users are allowed"),
            Self::LongName(bytes) => write!(f, "Channel name too long: at most {bytes} bytes are allowed"),
        }
    }
}

/// `pusher:subscription_error` for the channel as the client named it.
pub fn subscription_error(channel: &str, refusal: &Refusal) -> Frame {
    let (kind, status) = refusal.kind_and_status();
    let mut frame = FrameBuilder::with_capacity(160 + channel.len());
    frame
        .push(r#"{"event":"pusher:subscription_error","channel":"#)
        .push_string(channel)
        .push(r#","data":{"#);
    if let Some(kind) = kind {
        frame.push(r#""type":"#).push_string(kind).push(",");
    }
    frame.push(r#""error":"#).push_string(&refusal.to_string());
    frame.push(r#","status":"#).push(&status.to_string()).push("}}").finish()
}

/// A subscription to a channel without members begins.
pub fn subscription_succeeded(channel: &ChannelName) -> Frame {
    internal("subscription_succeeded", channel, "{}")
}

/// A subscription to a presence channel begins; `members` are its users, the new one included.
pub fn presence_succeeded<'a>(channel: &ChannelName, members: impl Iterator<Item = &'a Member>) -> Frame {
    let (mut ids, mut hash, mut count) = (String::new(), String::new(), 0);
    for member in members {
        if count > 0 {
            ids.push(',');
            hash.push(',');
        }
        let id = serde_json::to_string(member.user_id.as_str()).expect("a string always serialises");
        ids.push_str(&id);
        hash.push_str(&id);
        hash.push(':');
        hash.push_str(member.user_info.as_deref().unwrap_or("null"));
        count += 1;
    }
    let data = format!(r#"{{"presence":{{"count":{count},"ids":[{ids}],"hash":{{{hash}}}}}}}"#);
    internal("subscription_succeeded", channel, &data)
}

/// A user joined with its first connection; told to the other subscribers.
pub fn member_added(channel: &ChannelName, member: &Member) -> Frame {
    let user_id = member.user_id.to_json();
    let data = match &member.user_info {
        Some(info) => format!(r#"{{"user_id":{user_id},"user_info":{info}}}"#),
        None => format!(r#"{{"user_id":{user_id}}}"#),
    };
    internal("member_added", channel, &data)
}

/// A user's last connection left; told to those who remain.
pub fn member_removed(channel: &ChannelName, user_id: &UserId) -> Frame {
    internal("member_removed", channel, &format!(r#"{{"user_id":{}}}"#, user_id.to_json()))
}

/// An event as subscribers receive it. `sender` is the user who sent a client event on a presence
/// channel.
pub fn event(channel: &ChannelName, event: &Event, sender: Option<&UserId>) -> Frame {
    let data = event.data.as_json();
    let mut frame =
        FrameBuilder::with_capacity(64 + event.name.as_str().len() + channel.as_str().len() + data.len());
    frame.push(r#"{"event":"#).push_string(event.name.as_str());
    frame.push(r#","channel":"#).push_string(channel.as_str());
    frame.push(r#","data":"#).push(data);
    if let Some(user_id) = sender {
        frame.push(r#","user_id":"#).push(&user_id.to_json());
    }
    frame.push("}").finish()
}

/// An event for one connection: of a channel, or of none.
pub fn direct_event(channel: Option<&ChannelName>, event: &Event) -> Frame {
    if let Some(channel) = channel {
        return self::event(channel, event, None);
    }
    let data = event.data.as_json();
    let mut frame = FrameBuilder::with_capacity(48 + event.name.as_str().len() + data.len());
    frame.push(r#"{"event":"#).push_string(event.name.as_str()).push(r#","data":"#).push(data);
    frame.push("}").finish()
}

/// The channel remembers no event.
pub fn cache_miss(channel: &ChannelName) -> Frame {
    let mut frame = FrameBuilder::with_capacity(48 + channel.as_str().len());
    frame.push(r#"{"event":"pusher:cache_miss","channel":"#).push_string(channel.as_str()).push("}").finish()
}

/// How many subscriptions a channel has.
pub fn subscription_count(channel: &ChannelName, count: usize) -> Frame {
    internal("subscription_count", channel, &format!(r#"{{"subscription_count":{count}}}"#))
}

/// The connection is signed in; `user_data` is the text that the client sent.
pub fn signin_success(user_data: &str) -> Frame {
    let data = serde_json::json!({ "user_data": user_data }).to_string();
    let mut frame = FrameBuilder::with_capacity(48 + data.len() * 5 / 4);
    frame.push(r#"{"event":"pusher:signin_success","data":"#).push_string(&data).push("}").finish()
}

/// Which watched users are there and which are not; an empty list is left out.
pub fn watchlist_events(online: &[&str], offline: &[&str]) -> Frame {
    let lists = [("online", online), ("offline", offline)].into_iter().filter(|(_, ids)| !ids.is_empty());
    let events: Vec<_> =
        lists.map(|(name, ids)| serde_json::json!({ "name": name, "user_ids": ids })).collect();
    let data = serde_json::json!({ "events": events }).to_string();
    let mut frame = FrameBuilder::with_capacity(64 + data.len() * 5 / 4);
    frame.push(r#"{"event":"pusher_internal:watchlist_events","data":"#).push_string(&data).push("}").finish()
}

fn internal(event: &str, channel: &ChannelName, data: &str) -> Frame {
    let mut frame = FrameBuilder::with_capacity(80 + channel.as_str().len() + data.len() * 5 / 4);
    frame.push(r#"{"event":"pusher_internal:"#).push(event);
    frame.push(r#"","channel":"#).push_string(channel.as_str());
    frame.push(r#","data":"#).push_string(data).push("}").finish()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::{EventData, EventName};

    fn text(frame: &Frame) -> &str {
        std::str::from_utf8(frame.payload()).unwrap()
    }

    fn channel(name: &str) -> ChannelName {
        ChannelName::parse(name).unwrap()
    }

    #[test]
    fn the_welcome_frame_carries_a_string() {
        assert_eq!(
            text(&connection_established(SocketId::from_random(1 << 32 | 2))),
            r#"{"event":"pusher:connection_established","data":"{\"socket_id\":\"1.2\",\"activity_timeout\":120}"}"#
        );
    }

    #[test]
    fn presence_tells_ids_as_strings_and_infos_as_they_are() {
        let members = [
            Member::from_channel_data(r#"{"user_id":11,"user_info":{"name":"A"}}"#).unwrap(),
            Member::from_channel_data(r#"{"user_id":"b"}"#).unwrap(),
        ];
        let frame = presence_succeeded(&channel("presence-x"), members.iter());
        let outer: serde_json::Value = serde_json::from_str(text(&frame)).unwrap();
        assert_eq!(outer["event"], "pusher_internal:subscription_succeeded");
        assert_eq!(
            outer["data"],
            r#"{"presence":{"count":2,"ids":["11","b"],"hash":{"11":{"name":"A"},"b":null}}}"#
        );
        let added = member_added(&channel("presence-x"), &members[0]);
        assert_eq!(
            text(&added),
            r#"{"event":"pusher_internal:member_added","channel":"presence-x","data":"{\"user_id\":11,\"user_info\":{\"name\":\"A\"}}"}"#
        );
    }

    #[test]
    fn an_event_carries_its_data_untouched_and_its_sender() {
        let body = Bytes::from_static(br#""{\"id\":1}""#);
        let published = Event {
            name: EventName::parse("posted").unwrap(),
            data: EventData::published(serde_json::from_slice(&body).unwrap(), &body, 10_240).unwrap(),
        };
        let sender = Member::from_channel_data(r#"{"user_id":7}"#).unwrap().user_id;
        assert_eq!(
            text(&event(&channel("news"), &published, None)),
            r#"{"event":"posted","channel":"news","data":"{\"id\":1}"}"#
        );
        assert_eq!(
            text(&event(&channel("presence-x"), &published, Some(&sender))),
            r#"{"event":"posted","channel":"presence-x","data":"{\"id\":1}","user_id":7}"#
        );
    }

    #[test]
    fn errors_are_objects() {
        assert_eq!(
            text(&closing(CloseCode::AppDisabled)),
            r#"{"event":"pusher:error","data":{"code":4003,"message":"The app is disabled"}}"#
        );
        assert_eq!(
            text(&subscription_error("private-x", &Refusal::Unauthorized("no \"auth\"".into()))),
            r#"{"event":"pusher:subscription_error","channel":"private-x","data":{"type":"AuthError","error":"no \"auth\"","status":401}}"#
        );
    }
}
