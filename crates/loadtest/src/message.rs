use std::borrow::Cow;

use serde::Deserialize;

/// What a server says beside the events of the test. Read only then, so it may cost a little.
#[derive(Debug, Deserialize)]
pub(crate) struct Message<'a> {
    #[serde(borrow)]
    pub(crate) event: Cow<'a, str>,
}

impl<'a> Message<'a> {
    pub(crate) fn parse(payload: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(payload).ok()
    }
}

/// The socket id in a `connection_established`, whether `data` is a string or an object.
pub(crate) fn socket_id(payload: &[u8]) -> Option<&str> {
    const NAME: &[u8] = b"socket_id";
    let at = payload.windows(NAME.len()).position(|window| window == NAME)? + NAME.len();
    let start = at + payload[at..].iter().position(u8::is_ascii_digit)?;
    let is_part = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    let length = payload[start..].iter().position(|byte| !is_part(byte))?;
    std::str::from_utf8(&payload[start..start + length]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_id_is_found_in_a_string_and_in_an_object() {
        for payload in [
            r#"{"event":"pusher:connection_established","data":"{\"socket_id\":\"12.345\",\"activity_timeout\":120}"}"#,
            r#"{"data":{"activity_timeout":30,"socket_id":"12.345"},"event":"pusher:connection_established"}"#,
        ] {
            assert_eq!(socket_id(payload.as_bytes()), Some("12.345"));
            assert_eq!(Message::parse(payload.as_bytes()).unwrap().event, "pusher:connection_established");
        }
        assert_eq!(socket_id(b"{}"), None);
    }
}
