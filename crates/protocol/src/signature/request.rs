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
    parameters: Vec<Parameter<'a>>,
}

#[derive(Debug)]
struct Parameter<'a> {
    name: Cow<'a, str>,
    value: Cow<'a, str>,
    /// The value as it was sent.
    raw: &'a str,
}

/// The parts of a request that its signature covers, beside the query. (The body is covered by its
/// digest in the query, see [`RequestAuth::verify_body`].)
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// In upper case.
    pub method: &'a str,
    /// As it was sent, without query.
    pub path: &'a str,
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
        parameters.sort_by(|a, b| a.name.cmp(&b.name));
        let twice = parameters.windows(2).find(|pair| {
            let name = &pair[0].name;
            *name == pair[1].name && (name.starts_with("auth_") || name == "body_md5")
        });
        match twice {
            Some(pair) => Err(InvalidRequestAuth::Duplicate(pair[0].name.to_string())),
            None => Ok(Self { parameters }),
        }
    }

    /// The first parameter of that name.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|parameter| parameter.name == name).map(|parameter| &*parameter.value)
    }

    /// The names of the parameters that do not belong to the signature.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let own = |name: &&str| !name.starts_with("auth_") && *name != "body_md5";
        self.parameters.iter().map(|parameter| &*parameter.name).filter(own)
    }

    /// All values of a parameter that is an array, `name[]=a&name[]=b`.
    pub fn list(&self, name: &str) -> Vec<&str> {
        let is_named = |parameter: &&Parameter<'_>| parameter.name.strip_suffix("[]") == Some(name);
        self.parameters.iter().filter(is_named).map(|parameter| &*parameter.value).collect()
    }

    /// The key under which the request claims to be signed.
    pub fn key(&self) -> Result<&str, InvalidRequestAuth> {
        self.find("auth_key").ok_or(InvalidRequestAuth::MissingKey)
    }

    /// Verifies version, time and signature, in this order: everything that can be judged before the
    /// body is there. `now` is in seconds since 1970.
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
        self.verify_signature(key, request)
    }

    fn verify_time(&self, now: u64) -> Result<(), InvalidRequestAuth> {
        let given = self.find("auth_timestamp").and_then(|text| text.parse::<u64>().ok());
        let given = given.ok_or(InvalidRequestAuth::MissingTimestamp)?;
        if now.abs_diff(given) < REQUEST_SKEW_SECONDS {
            return Ok(());
        }
        Err(InvalidRequestAuth::Expired { given: iso(given), now: iso(now) })
    }

    fn verify_signature(&self, key: &SigningKey, request: &Request<'_>) -> Result<(), InvalidRequestAuth> {
        let given = self.find("auth_signature").ok_or(InvalidRequestAuth::MissingSignature)?;
        let Request { method, path } = *request;
        let signs = |path: &str, form: Form| {
            key.verifies(given, self.canonical(method, path, form).map(str::as_bytes))
        };
        if signs(path, Form::Decoded) {
            return Ok(());
        }
        // Libraries differ in what they escape in the URL, and in whether they sign what they escaped.
        let decoded = percent_decode_str(path).decode_utf8_lossy();
        let is_escaped = self.parameters.iter().any(|parameter| parameter.raw != parameter.value);
        if (is_escaped && signs(path, Form::Raw)) || (decoded != path && signs(&decoded, Form::Decoded)) {
            return Ok(());
        }
        let signed = self.canonical(method, path, Form::Decoded).collect();
        Err(InvalidRequestAuth::WrongSignature { signed, given: given.to_owned() })
    }

    /// A body needs its digest under the signature; a digest must be right even for an empty body.
    pub fn verify_body(&self, body: &[u8]) -> Result<(), InvalidRequestAuth> {
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
    fn canonical<'b>(&'b self, method: &'b str, path: &'b str, form: Form) -> impl Iterator<Item = &'b str> {
        let parameters = self.parameters.iter().filter(|parameter| parameter.name != "auth_signature");
        let pairs = parameters.enumerate().flat_map(move |(index, parameter)| {
            let value = match form {
                Form::Decoded => &*parameter.value,
                Form::Raw => parameter.raw,
            };
            [if index == 0 { "" } else { "&" }, &*parameter.name, "=", value]
        });
        [method, "\n", path, "\n"].into_iter().chain(pairs)
    }
}

/// How parameters' values stand in the signed text.
#[derive(Clone, Copy)]
enum Form {
    Decoded,
    Raw,
}

fn parameter(pair: &str) -> Parameter<'_> {
    let (name, raw) = pair.split_once('=').unwrap_or((pair, ""));
    let name = decoded(name);
    let name = if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        name
    };
    Parameter { name, value: decoded(raw), raw }
}

/// Nearly nothing in a query needs decoding, and looking for a `%` is cheaper than decoding nothing.
fn decoded(text: &str) -> Cow<'_, str> {
    if text.contains('%') { percent_decode_str(text).decode_utf8_lossy() } else { Cow::Borrowed(text) }
}

fn iso(seconds: u64) -> String {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_else(|| seconds.to_string())
}
