use anyhow::Result;
use hmac::{Hmac, Mac};
use md5::{Digest, Md5};
use sha2::Sha256;

use crate::{
    clock::unix_seconds,
    credentials::Credentials,
    mark::{MARK_BYTES, write_digits, write_mark},
    target::Target,
};

/// Digits of a channel's number in its name.
const CHANNEL_DIGITS: usize = 6;
const TIMESTAMP_DIGITS: usize = 10;
const MD5_HEX: usize = 32;
const SIGNATURE_HEX: usize = 64;

/// `POST /apps/ID/events`, written once; for each event only what differs is written over: sequence
/// number, channel, time, body digest and signature. Each request is signed anew, in about a
/// microsecond and without allocating.
#[derive(Debug)]
pub(crate) struct TriggerRequest {
    bytes: Vec<u8>,
    /// The text that is signed.
    canonical: Vec<u8>,
    mac: Hmac<Sha256>,
    places: Places,
}

/// Where the parts that change stand: in the request, or, if so named, in the canonical text.
#[derive(Debug)]
struct Places {
    timestamp: usize,
    digest: usize,
    signature: usize,
    body: usize,
    channel: usize,
    mark: usize,
    canonical_timestamp: usize,
    canonical_digest: usize,
}

/// The name of a channel; those of a run differ only in their number.
pub(crate) fn channel_name(prefix: &str, number: usize) -> String {
    format!("{prefix}{number:0CHANNEL_DIGITS$}")
}

impl TriggerRequest {
    /// A request for channels named by [`channel_name`], with `data_bytes` of data, but at least a mark.
    pub(crate) fn new(
        target: &Target,
        app: &Credentials,
        channel_prefix: &str,
        data_bytes: usize,
    ) -> Result<Self> {
        let (id, key, authority) = (&app.app, &app.key, &target.authority);
        let fill = "x".repeat(data_bytes.saturating_sub(MARK_BYTES));
        let zeros = |count: usize| "0".repeat(count);
        let body_start = format!(r#"{{"name":"loadtest","channels":["{channel_prefix}"#);
        let body_middle = r#""],"data":""#;
        let body =
            format!("{body_start}{}{body_middle}{}{fill}\"}}", zeros(CHANNEL_DIGITS), zeros(MARK_BYTES));
        let query = format!("auth_key={key}&auth_timestamp=");
        let path = format!("/apps/{id}/events");
        let head = [
            format!("POST {path}?{query}"),
            format!("{}&auth_version=1.0&body_md5=", zeros(TIMESTAMP_DIGITS)),
            format!("{}&auth_signature=", zeros(MD5_HEX)),
            format!(
                "{} HTTP/1.1\r\nHost: {authority}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                zeros(SIGNATURE_HEX),
                body.len()
            ),
        ];
        let timestamp = head[0].len();
        let digest = timestamp + head[1].len();
        let signature = digest + head[2].len();
        let body_at = signature + head[3].len();
        let channel = body_at + body_start.len();
        let canonical_start = format!("POST\n{path}\n{query}");
        let canonical_timestamp = canonical_start.len();
        let places = Places {
            timestamp,
            digest,
            signature,
            body: body_at,
            channel,
            mark: channel + CHANNEL_DIGITS + body_middle.len(),
            canonical_timestamp,
            canonical_digest: canonical_timestamp + head[1].len(),
        };
        let canonical = canonical_start + &head[1] + &zeros(MD5_HEX);
        let bytes = (head.concat() + &body).into_bytes();
        Ok(Self { bytes, canonical: canonical.into_bytes(), mac: app.mac()?.clone(), places })
    }

    /// The request for one event.
    pub(crate) fn prepare(&mut self, sequence: u64, channel: usize) -> &[u8] {
        let Places { timestamp, digest, signature, body, channel: channel_at, mark, .. } = self.places;
        write_digits(&mut self.bytes[channel_at..channel_at + CHANNEL_DIGITS], channel as u64);
        write_mark(&mut self.bytes[mark..], sequence);
        let time = &mut self.bytes[timestamp..timestamp + TIMESTAMP_DIGITS];
        write_digits(time, unix_seconds());
        self.canonical[self.places.canonical_timestamp..][..TIMESTAMP_DIGITS].copy_from_slice(time);

        let md5 = Md5::digest(&self.bytes[body..]);
        let hex = &mut self.bytes[digest..digest + MD5_HEX];
        hex::encode_to_slice(md5, hex).expect("the place has its length");
        self.canonical[self.places.canonical_digest..].copy_from_slice(hex);

        let mut mac = self.mac.clone();
        mac.update(&self.canonical);
        let hex = &mut self.bytes[signature..signature + SIGNATURE_HEX];
        hex::encode_to_slice(mac.finalize().into_bytes(), hex).expect("the place has its length");
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_signed_as_documented() {
        let target = Target::parse("http://127.0.0.1:6001", false).unwrap();
        let app = Credentials::new("3".into(), "key".into(), Some("secret"));
        let mut request = TriggerRequest::new(&target, &app, "room-", 30).unwrap();
        request.prepare(1, 2);
        let text = String::from_utf8(request.prepare(42, 17).to_vec()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert_eq!(
            body,
            r#"{"name":"loadtest","channels":["room-000017"],"data":"seq-0000000000000042xxxxxxxxxx"}"#
        );
        assert!(head.contains(&format!("Content-Length: {}", body.len())));
        let query = head.split(['?', ' ']).nth(2).unwrap();
        let (signed, signature) = query.split_once("&auth_signature=").unwrap();
        assert!(signed.ends_with(&format!("&body_md5={}", hex::encode(Md5::digest(body)))));
        let mut mac = app.mac().unwrap().clone();
        mac.update(format!("POST\n/apps/3/events\n{signed}").as_bytes());
        assert_eq!(signature, hex::encode(mac.finalize().into_bytes()));
        assert_eq!(channel_name("room-", 17), "room-000017");
    }
}
