use std::{borrow::Cow, sync::Arc};

use bytes::Bytes;
use serde_json::value::RawValue;
use thiserror::Error;

use crate::{json::is_harmless, limits::EVENT_NAME_BYTES};

/// The name of an event as an application may publish it: 1 to 200 bytes, outside the service's own
/// `pusher:` and `pusher_internal:` namespaces.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EventName(Arc<str>);

/// What an event carries, as JSON text: a string literal when it was published through the REST
/// API, any JSON value when a client sent it. Never parsed, never re-escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventData(Bytes);

/// Name and data as the application published them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its name.
    pub name: EventName,
    /// Its data.
    pub data: EventData,
}

/// Why an event is refused (Pusher reference, section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidEvent {
    /// The name is empty.
    #[error("Event name must not be empty")]
    EmptyName,
    /// The name is too long.
    #[error("Event name too long: at most {EVENT_NAME_BYTES} bytes are allowed")]
    LongName,
    /// The name belongs to the service.
    #[error("Event names starting with 'pusher:' and 'pusher_internal:' are reserved")]
    ReservedName,
    /// The data is too large.
    #[error("The data content of this event exceeds the allowed maximum ({0} bytes)")]
    LargeData(u32),
    /// The data is nested too deeply, or has an escape that stands for no character.
    #[error("The data content of this event is nested too deeply or has a broken escape")]
    BrokenData,
}

impl EventName {
    /// Checks length and namespace.
    pub fn parse(text: &str) -> Result<Self, InvalidEvent> {
        if text.is_empty() {
            Err(InvalidEvent::EmptyName)
        } else if text.len() > EVENT_NAME_BYTES {
            Err(InvalidEvent::LongName)
        } else if text.starts_with("pusher:") || text.starts_with("pusher_internal:") {
            Err(InvalidEvent::ReservedName)
        } else {
            Ok(Self(text.into()))
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl EventData {
    /// Data published through the REST API. A string stays byte for byte what the publisher sent
    /// and shares the buffer of `body`; any other value is delivered as a string that holds it.
    ///
    /// `raw` must have been parsed from `body`, and `body` be UTF-8.
    pub fn published(raw: &RawValue, body: &Bytes, max_bytes: u32) -> Result<Self, InvalidEvent> {
        let json = raw.get();
        if json.starts_with('"') {
            check_size(string_literal_bytes(json)?, max_bytes)?;
            return Ok(Self(body.slice_ref(json.as_bytes())));
        }
        if !is_harmless(json) {
            return Err(InvalidEvent::BrokenData);
        }
        let compact = compact(json);
        check_size(compact.len(), max_bytes)?;
        Ok(Self(serde_json::to_vec(&compact).expect("a string always serialises").into()))
    }

    /// Data published as plain text.
    pub fn from_text(text: &str, max_bytes: u32) -> Result<Self, InvalidEvent> {
        check_size(text.len(), max_bytes)?;
        Ok(Self(serde_json::to_vec(text).expect("a string always serialises").into()))
    }

    /// Data of a client event: forwarded as it is, an object as an object, a string as a string.
    ///
    /// `raw` must have been parsed from `message`.
    pub fn from_client(raw: &RawValue, message: &Bytes, max_bytes: u32) -> Result<Self, InvalidEvent> {
        let json = raw.get();
        if !json.starts_with('"') && !is_harmless(json) {
            return Err(InvalidEvent::BrokenData);
        }
        check_size(if json.starts_with('"') { string_literal_bytes(json)? } else { json.len() }, max_bytes)?;
        Ok(Self(message.slice_ref(json.as_bytes())))
    }

    /// The JSON text.
    pub fn as_json(&self) -> &str {
        std::str::from_utf8(&self.0).expect("constructors take it from UTF-8 text")
    }

    /// The same, sharing the buffer.
    pub fn to_bytes(&self) -> Bytes {
        self.0.clone()
    }

    /// The data as webhooks tell it: a string's content, or any other value's JSON text.
    pub fn to_text(&self) -> Cow<'_, str> {
        serde_json::from_str::<String>(self.as_json()).map_or(Cow::Borrowed(self.as_json()), Cow::Owned)
    }
}

fn check_size(bytes: usize, max_bytes: u32) -> Result<(), InvalidEvent> {
    if bytes <= max_bytes as usize { Ok(()) } else { Err(InvalidEvent::LargeData(max_bytes)) }
}

/// How long the string is that a valid JSON literal stands for.
fn string_literal_bytes(literal: &str) -> Result<usize, InvalidEvent> {
    if !literal.contains('\\') {
        return Ok(literal.len() - 2);
    }
    serde_json::from_str::<String>(literal).map(|text| text.len()).map_err(|_| InvalidEvent::BrokenData)
}

/// Drops the white space between the tokens of valid JSON. Numbers keep every digit, which a
/// detour over a parsed value would not promise.
fn compact(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    json.chars()
        .filter(|&c| {
            if in_string {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                in_string = !ends;
                return true;
            }
            in_string = c == '"';
            !c.is_ascii_whitespace()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: u32 = 10_240;

    fn published(json: &str) -> Result<EventData, InvalidEvent> {
        let body = Bytes::copy_from_slice(json.as_bytes());
        EventData::published(serde_json::from_slice(&body).unwrap(), &body, MAX)
    }

    #[test]
    fn a_published_string_is_kept_byte_for_byte() {
        for json in [r#""""#, r#""plain""#, r#""{\"a\": 1}""#, "\"\\u00fc ü\""] {
            assert_eq!(published(json).unwrap().as_json(), json);
        }
    }

    #[test]
    fn any_other_published_value_becomes_a_string_that_holds_it() {
        let data =
            published("{ \"a b\" : [ 1.50, \"x \\\" y\" ],\n\"n\": 12345678901234567890123 }").unwrap();
        assert_eq!(data.to_text(), r#"{"a b":[1.50,"x \" y"],"n":12345678901234567890123}"#);
        assert_eq!(published(" null ").unwrap().as_json(), "\"null\"");
    }

    #[test]
    fn size_counts_the_string_that_arrives() {
        let escaped = format!("\"{}\"", "\\n".repeat(MAX as usize));
        assert!(published(&escaped).is_ok());
        assert_eq!(
            published(&format!("\"{}\"", "x".repeat(MAX as usize + 1))),
            Err(InvalidEvent::LargeData(MAX))
        );
        assert_eq!(published(&format!("[{}]", "1".repeat(MAX as usize))), Err(InvalidEvent::LargeData(MAX)));
        assert_eq!(published(r#""\ud800""#), Err(InvalidEvent::BrokenData));
    }

    #[test]
    fn names_of_the_service_are_reserved() {
        assert_eq!(EventName::parse(""), Err(InvalidEvent::EmptyName));
        assert_eq!(EventName::parse("pusher:x"), Err(InvalidEvent::ReservedName));
        assert_eq!(EventName::parse("pusher_internal:x"), Err(InvalidEvent::ReservedName));
        assert_eq!(EventName::parse(&"x".repeat(201)), Err(InvalidEvent::LongName));
        assert!(EventName::parse("pusherish").is_ok());
    }
}
