use std::borrow::Cow;

use md5::{Digest, Md5};
use percent_encoding::percent_decode_str;
use subtle::ConstantTimeEq;
use thiserror::Error;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::SigningKey;
use crate::limits::REQUEST_SKEW_SECONDS;

/// The query of a signed REST request (Pusher reference, section 4.3): parameters with lower-case
/// names, percent-decoded, sorted by name.
#[derive(Debug)]
pub struct RequestAuth<'a> {
    parameters: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// The parts of a request that its signature covers, beside the query.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// In upper case.
    pub method: &'a str,
    /// As it was sent, without query.
    pub path: &'a str,
    /// The exact bytes.
    pub body: &'a [u8],
}

/// Why a request is not authentic. The texts are those of the live service where known.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidRequestAuth {
    /// One of the `auth_` parameters, or `body_md5`, stands twice: which one would be signed?
    #[error("Duplicate parameter: {0}")]
    Duplicate(String),
    /// No `auth_key`.
    #[error("Missing parameter: auth_key")]
    MissingKey,
    /// The key is none of the app's active ones.
    #[error("Unknown auth_key")]
    UnknownKey,
    /// No `auth_version`.
    #[error("Version required")]
    MissingVersion,
    /// An `auth_version` other than 1.0.
    #[error("Version not supported")]
    UnsupportedVersion,
    /// No `auth_timestamp`, or not a number.
    #[error("Timestamp required")]
    MissingTimestamp,
    /// Too far from our clock.
    #[error(
        "Timestamp expired: Given timestamp ({given}) not within {REQUEST_SKEW_SECONDS}s of server time ({now})"
    )]
    Expired {
        /// The request's time.
        given: String,
        /// Ours.
        now: String,
    },
    /// No `auth_signature`.
    #[error("Missing parameter: auth_signature")]
    MissingSignature,
    /// The signature belongs to another request or another secret.
    #[error(
        "Invalid signature: you should have sent HmacSHA256Hex({signed:?}, your_secret_key), but you sent {given:?}"
    )]
    WrongSignature {
        /// What had to be signed.
        signed: String,
        /// What came instead.
        given: String,
    },
    /// The body is not the one that was signed, or none was.
    #[error("Invalid body_md5: it must be the hex MD5 of the request body")]
    WrongBody,
}

impl<'a> RequestAuth<'a> {
    /// Reads a raw query string.
    pub fn parse(query: &'a str) -> Result<Self, InvalidRequestAuth> {
        let mut parameters: Vec<_> =
            query.split('&').filter(|pair| !pair.is_empty()).map(parameter).collect();
        parameters.sort_by(|a, b| a.0.cmp(&b.0));
        let twice = parameters.windows(2).find(|pair| {
            pair[0].0 == pair[1].0 && (pair[0].0.starts_with("auth_") || pair[0].0 == "body_md5")
        });
        match twice {
            Some(pair) => Err(InvalidRequestAuth::Duplicate(pair[0].0.to_string())),
            None => Ok(Self { parameters }),
        }
    }

    /// The first parameter of that name.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }

    /// The names of the parameters that do not belong to the signature.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let own = |name: &&str| !name.starts_with("auth_") && *name != "body_md5";
        self.parameters.iter().map(|(name, _)| &**name).filter(own)
    }

    /// The key under which the request claims to be signed.
    pub fn key(&self) -> Result<&str, InvalidRequestAuth> {
        self.find("auth_key").ok_or(InvalidRequestAuth::MissingKey)
    }

    /// Verifies version, time, signature and body, in this order. `now` is in seconds since 1970.
    pub fn verify(
        &self,
        key: &SigningKey,
        request: &Request<'_>,
        now: u64,
    ) -> Result<(), InvalidRequestAuth> {
        match self.find("auth_version") {
            None => return Err(InvalidRequestAuth::MissingVersion),
            Some("1.0") => {}
            Some(_) => return Err(InvalidRequestAuth::UnsupportedVersion),
        }
        self.verify_time(now)?;
        self.verify_signature(key, request.method, request.path)?;
        self.verify_body(request.body)
    }

    fn verify_time(&self, now: u64) -> Result<(), InvalidRequestAuth> {
        let given = self.find("auth_timestamp").and_then(|text| text.parse::<u64>().ok());
        let given = given.ok_or(InvalidRequestAuth::MissingTimestamp)?;
        if now.abs_diff(given) < REQUEST_SKEW_SECONDS {
            return Ok(());
        }
        Err(InvalidRequestAuth::Expired { given: iso(given), now: iso(now) })
    }

    fn verify_signature(&self, key: &SigningKey, method: &str, path: &str) -> Result<(), InvalidRequestAuth> {
        let given = self.find("auth_signature").ok_or(InvalidRequestAuth::MissingSignature)?;
        if key.verifies(given, self.canonical(method, path).map(str::as_bytes)) {
            return Ok(());
        }
        // Node leaves user ids in paths unescaped, others escape them: both sign what they mean.
        let decoded = percent_decode_str(path).decode_utf8_lossy();
        if decoded != path && key.verifies(given, self.canonical(method, &decoded).map(str::as_bytes)) {
            return Ok(());
        }
        let signed = self.canonical(method, path).collect();
        Err(InvalidRequestAuth::WrongSignature { signed, given: given.to_owned() })
    }

    /// A body needs its digest under the signature; a digest must be right even for an empty body.
    fn verify_body(&self, body: &[u8]) -> Result<(), InvalidRequestAuth> {
        let mut given = [0; 16];
        let text = match self.find("body_md5") {
            None if body.is_empty() => return Ok(()),
            None => return Err(InvalidRequestAuth::WrongBody),
            Some(text) => text,
        };
        hex::decode_to_slice(text, &mut given).map_err(|_| InvalidRequestAuth::WrongBody)?;
        let matches: bool = Md5::digest(body).as_slice().ct_eq(&given).into();
        if matches { Ok(()) } else { Err(InvalidRequestAuth::WrongBody) }
    }

    /// The signed text in pieces: method, path and `name=value` pairs joined by `&`.
    fn canonical<'b>(&'b self, method: &'b str, path: &'b str) -> impl Iterator<Item = &'b str> {
        let pairs = self.parameters.iter().filter(|(name, _)| name != "auth_signature");
        let pairs = pairs
            .enumerate()
            .flat_map(|(index, (name, value))| [if index == 0 { "" } else { "&" }, &**name, "=", &**value]);
        [method, "\n", path, "\n"].into_iter().chain(pairs)
    }
}

fn parameter(pair: &str) -> (Cow<'_, str>, Cow<'_, str>) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let name = percent_decode_str(name).decode_utf8_lossy();
    let name = if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        name
    };
    (name, percent_decode_str(value).decode_utf8_lossy())
}

fn iso(seconds: u64) -> String {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_else(|| seconds.to_string())
}
