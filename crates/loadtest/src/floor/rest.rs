use std::str;

use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha1::{Digest, Sha1};

use super::{Floor, UNREAD_BYTES, peer::PeerId};
use crate::http::find;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\r\n{}";
/// RFC 6455, section 4.2.2.
const ACCEPT_SUFFIX: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

impl Floor {
    /// Takes a complete request, if there is one: what was taken.
    pub(super) fn take_request(&mut self, id: PeerId, bytes: &mut [u8]) -> Result<usize> {
        let Some(head_end) = find(bytes, b"\r\n\r\n") else { return Ok(0) };
        let start = head_end + 4;
        let head = str::from_utf8(&bytes[..head_end])?;
        if let Some(key) = header(head, "Sec-WebSocket-Key") {
            let accept = accept(key);
            self.upgrade(id, &accept);
            let taken = self.take_messages(id, &mut bytes[start..])?;
            return Ok(start + taken);
        }
        let length: usize = header(head, "Content-Length").map_or(Ok(0), str::parse)?;
        let Some(body) = bytes.get(start..start + length) else { return Ok(0) };
        self.publish(body)?;
        if let Some(peer) = &mut self.peers[id] {
            peer.write(ANSWER, UNREAD_BYTES);
        }
        Ok(start + length)
    }

    fn upgrade(&mut self, id: PeerId, accept: &str) {
        let Some(peer) = &mut self.peers[id] else { return };
        peer.is_websocket = true;
        let number = self.next_socket_id;
        self.next_socket_id += 1;
        self.frame.clear();
        self.frame.extend_from_slice(
            format!(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                 Sec-WebSocket-Accept: {accept}\r\n\r\n"
            )
            .as_bytes(),
        );
        let text = format!(
            r#"{{"event":"pusher:connection_established","data":"{{\"socket_id\":\"1.{number}\",\"activity_timeout\":120}}"}}"#
        );
        crate::websocket::push_server_frame(&mut self.frame, crate::websocket::TEXT, text.as_bytes());
        self.send_frame(id);
    }

    /// Name, channel and data are where the generator puts them; no JSON is read.
    fn publish(&mut self, body: &[u8]) -> Result<()> {
        let channel = text_after(body, br#""channels":[""#).context("no channel")?;
        let Some(room) = self.rooms.find(channel) else { return Ok(()) };
        let name = text_after(body, br#""name":""#).context("no name")?;
        let data = text_after(body, br#""data":""#).context("no data")?;
        self.payload.clear();
        let parts: [&[u8]; 7] =
            [br#"{"event":""#, name, br#"","channel":""#, channel, br#"","data":""#, data, br#""}"#];
        parts.iter().for_each(|part| self.payload.extend_from_slice(part));
        self.tell_room(room, None);
        Ok(())
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = head.split("\r\n").filter_map(|line| line.split_once(':'));
    fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

fn accept(key: &str) -> String {
    BASE64_STANDARD.encode(Sha1::new().chain_update(key).chain_update(ACCEPT_SUFFIX).finalize())
}

/// What stands between `prefix` and the next quotation mark that is not escaped.
pub(super) fn text_after<'a>(bytes: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let rest = &bytes[find(bytes, prefix)? + prefix.len()..];
    let mut is_escaped = false;
    let end = rest.iter().position(|byte| {
        let is_end = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_end
    })?;
    Some(&rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 6455, section 1.3.
    #[test]
    fn the_handshake_is_accepted_as_the_rfc_says() {
        assert_eq!(accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn a_text_ends_at_a_quotation_mark_that_is_not_escaped() {
        let body = br#"{"data":"{\"a\":\"b\\\"}","name":"x"}"#;
        assert_eq!(text_after(body, br#""data":""#), Some(&br#"{\"a\":\"b\\\"}"#[..]));
        assert_eq!(text_after(body, br#""name":""#), Some(&b"x"[..]));
        assert_eq!(text_after(body, br#""channel":""#), None);
    }
}
