use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

use crate::from_object;

/// What a client may say (Pusher reference, section 2). Texts are unescaped but otherwise
/// unchecked: channel names become [`ChannelName`](crate::ChannelName)s where they are used.
#[derive(Debug)]
pub enum ClientMessage<'a> {
    /// `pusher:ping`: answer with a pong.
    Ping,
    /// `pusher:pong`: a sign of life.
    Pong,
    /// `pusher:subscribe`.
    Subscribe(SubscribeRequest<'a>),
    /// `pusher:unsubscribe`.
    Unsubscribe {
        /// The channel to leave.
        channel: Cow<'a, str>,
    },
    /// `pusher:signin`.
    SignIn {
        /// `key:signature`.
        auth: Cow<'a, str>,
        /// The exact text that was signed.
        user_data: Cow<'a, str>,
    },
    /// An event for the other subscribers of a channel; whether it may be sent is not yet decided.
    Event {
        /// Its name, not starting with `pusher`.
        name: Cow<'a, str>,
        /// The channel, if named.
        channel: Option<Cow<'a, str>>,
        /// The data, if any.
        data: Option<&'a RawValue>,
    },
    /// An event of the service's namespace that clients do not send.
    Unsupported {
        /// Its name.
        name: Cow<'a, str>,
    },
}

/// The data of `pusher:subscribe`. Empty texts, `null` and absent members all read as `None`.
#[derive(Debug, Default)]
pub struct SubscribeRequest<'a> {
    /// The channel to join.
    pub channel: Cow<'a, str>,
    /// `key:signature`.
    pub auth: Option<Cow<'a, str>>,
    /// The exact text that was signed with the channel.
    pub channel_data: Option<Cow<'a, str>>,
}

/// Why a message cannot be acted on. The connection stays open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidMessage {
    /// Not JSON, not an object, a member twice, or without a string as `event`.
    #[error("Message must be a JSON object with a string as 'event'")]
    Malformed,
    /// Subscribe or unsubscribe without a channel.
    #[error("Missing parameter: data.channel")]
    MissingChannel,
    /// Sign-in without `auth` or `user_data`.
    #[error("Missing parameter: data.auth and data.user_data are needed to sign in")]
    MissingUser,
    /// `data` has a member of the wrong type.
    #[error("Message has malformed data")]
    MalformedData,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    event: Text<'a>,
    #[serde(borrow)]
    channel: Option<Text<'a>>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct ChannelRequest<'a> {
    #[serde(borrow)]
    channel: Option<Text<'a>>,
    #[serde(borrow)]
    auth: Option<Text<'a>>,
    #[serde(borrow)]
    channel_data: Option<Text<'a>>,
}

/// A string that borrows from the message unless it has escapes. (`Option<Cow<str>>` would always
/// copy.)
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> ClientMessage<'a> {
    /// Reads one text message.
    pub fn parse(text: &'a str) -> Result<Self, InvalidMessage> {
        let Envelope { event: Text(event), channel, data } =
            from_object(text).map_err(|_| InvalidMessage::Malformed)?;
        Ok(match &*event {
            "pusher:ping" => Self::Ping,
            "pusher:pong" => Self::Pong,
            "pusher:subscribe" => Self::Subscribe(subscribe_request(data)?),
            "pusher:unsubscribe" => Self::Unsubscribe { channel: subscribe_request(data)?.channel },
            "pusher:signin" => sign_in(data)?,
            name if name.starts_with("pusher:") || name.starts_with("pusher_internal:") => {
                Self::Unsupported { name: event }
            }
            _ => Self::Event { name: event, channel: channel.map(|Text(channel)| channel), data },
        })
    }
}

#[derive(Deserialize)]
struct SignInRequest {
    auth: Option<String>,
    user_data: Option<String>,
}

fn sign_in<'a>(data: Option<&'a RawValue>) -> Result<ClientMessage<'a>, InvalidMessage> {
    let json = data.ok_or(InvalidMessage::MissingUser)?.get();
    let request: SignInRequest = match serde_json::from_str::<String>(json) {
        Ok(inner) => from_object(&inner),
        Err(_) => from_object(json),
    }
    .map_err(|_| InvalidMessage::MalformedData)?;
    match (request.auth, request.user_data) {
        (Some(auth), Some(user_data)) => {
            Ok(ClientMessage::SignIn { auth: auth.into(), user_data: user_data.into() })
        }
        _ => Err(InvalidMessage::MissingUser),
    }
}

/// `data` is an object, or a string that holds one.
fn subscribe_request(data: Option<&RawValue>) -> Result<SubscribeRequest<'_>, InvalidMessage> {
    let json = data.ok_or(InvalidMessage::MissingChannel)?.get();
    if !json.starts_with('"') {
        return from_parts(from_object(json).map_err(|_| InvalidMessage::MalformedData)?);
    }
    let inner: String = serde_json::from_str(json).map_err(|_| InvalidMessage::MalformedData)?;
    let request = from_parts(from_object(&inner).map_err(|_| InvalidMessage::MalformedData)?)?;
    Ok(SubscribeRequest {
        channel: Cow::Owned(request.channel.into_owned()),
        auth: request.auth.map(|auth| Cow::Owned(auth.into_owned())),
        channel_data: request.channel_data.map(|data| Cow::Owned(data.into_owned())),
    })
}

fn from_parts(parts: ChannelRequest<'_>) -> Result<SubscribeRequest<'_>, InvalidMessage> {
    Ok(SubscribeRequest {
        channel: parts.channel.ok_or(InvalidMessage::MissingChannel)?.0,
        auth: given(parts.auth),
        channel_data: given(parts.channel_data),
    })
}

fn given(text: Option<Text<'_>>) -> Option<Cow<'_, str>> {
    text.map(|Text(text)| text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscribe(text: &str) -> SubscribeRequest<'_> {
        match ClientMessage::parse(text).unwrap() {
            ClientMessage::Subscribe(request) => request,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn empty_null_and_absent_auth_read_alike() {
        for data in [r#"{"channel":"a","auth":""}"#, r#"{"channel":"a","auth":null}"#, r#"{"channel":"a"}"#] {
            let text = format!(r#"{{"event":"pusher:subscribe","data":{data}}}"#);
            let request = subscribe(&text);
            assert_eq!((&*request.channel, request.auth, request.channel_data), ("a", None, None));
        }
    }

    #[test]
    fn data_may_be_a_string_that_holds_the_object() {
        let request =
            subscribe(r#"{"event":"pusher:subscribe","data":"{\"channel\":\"a\",\"auth\":\"k:s\"}"}"#);
        assert_eq!((&*request.channel, request.auth.as_deref()), ("a", Some("k:s")));
    }

    #[test]
    fn pings_are_pings_whatever_they_carry() {
        for text in [
            r#"{"event":"pusher:ping","data":{}}"#,
            r#"{"event":"pusher:ping","data":""}"#,
            r#"{"event":"pusher:ping"}"#,
            r#"{"data":"","event":"pusher:ping","extra":[1,{"a":2}]}"#,
        ] {
            assert!(matches!(ClientMessage::parse(text), Ok(ClientMessage::Ping)), "{text}");
        }
    }

    #[test]
    fn a_sign_in_needs_both_of_its_members() {
        let text = r#"{"event":"pusher:signin","data":{"auth":"k:s","user_data":"{}"}}"#;
        assert!(matches!(ClientMessage::parse(text), Ok(ClientMessage::SignIn { .. })));
        for data in ["{}", r#"{"auth":"k:s"}"#, r#"{"user_data":"{}"}"#] {
            let text = format!(r#"{{"event":"pusher:signin","data":{data}}}"#);
            assert_eq!(ClientMessage::parse(&text).unwrap_err(), InvalidMessage::MissingUser);
        }
    }

    #[test]
    fn what_is_not_a_message_has_a_defined_error() {
        for text in
            ["", "hello", r#"["pusher:ping"]"#, "1", "{}", r#"{"event":1}"#, r#"{"event":"a","event":"b"}"#]
        {
            assert_eq!(ClientMessage::parse(text).unwrap_err(), InvalidMessage::Malformed, "{text}");
        }
        for (data, error) in [
            ("{}", InvalidMessage::MissingChannel),
            ("null", InvalidMessage::MissingChannel),
            (r#"["private-x","key:signature"]"#, InvalidMessage::MalformedData),
            ("7", InvalidMessage::MalformedData),
            (r#""x""#, InvalidMessage::MalformedData),
            (r#"{"channel":7}"#, InvalidMessage::MalformedData),
        ] {
            let text = format!(r#"{{"event":"pusher:subscribe","data":{data}}}"#);
            assert_eq!(ClientMessage::parse(&text).unwrap_err(), error, "{data}");
        }
    }
}
