use std::{
    borrow::Cow,
    net::{IpAddr, SocketAddr},
};

use actix_http::header::{HeaderMap, ORIGIN};
use campanile_protocol::{CloseCode, Transport};
use percent_encoding::percent_decode_str;

use crate::{forwarded::is_secure, trusted_proxies::TrustedProxies};

/// What a client says of itself when it connects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectRequest {
    /// The app key in the path.
    pub key: String,
    /// `client` and `version` of the query, for people to read.
    pub client: Option<String>,
    /// How it connects.
    pub transport: Transport,
    /// Where from.
    pub source: Source,
}

/// Where a request comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Whether it came over TLS, as the proxy that ended the TLS says. One that lies fools only itself.
    pub is_secure: bool,
    /// The origin of the page, where a browser asks.
    pub origin: Option<String>,
    /// The client's address, as far as [`TrustedProxies`] tell it.
    pub address: Option<IpAddr>,
}

/// How a client introduces itself: an app key in the path and a query (Pusher reference, sections 1.1 to
/// 1.3).
#[derive(Clone)]
pub(crate) struct Hello {
    pub(crate) request: ConnectRequest,
    /// What is wrong with the protocol or version it names. Judged after the app: an unknown key is told
    /// first.
    pub(crate) fault: Option<CloseCode>,
    protocol: u32,
}

/// The newest protocol, taken where a client names none.
const NEWEST_PROTOCOL: u32 = 7;
/// The oldest one that is spoken here.
const OLDEST_PROTOCOL: u32 = 4;
/// From this one on, clients read close codes.
const CLOSE_CODE_PROTOCOL: u32 = 6;
/// What is kept of a client's name.
const CLIENT_CHARS: usize = 64;

impl Source {
    pub(crate) fn read(headers: &HeaderMap, peer: Option<SocketAddr>, proxies: &TrustedProxies) -> Self {
        let origin = headers.get(ORIGIN).map(|origin| String::from_utf8_lossy(origin.as_bytes()));
        Self {
            is_secure: is_secure(headers),
            origin: origin.map(Cow::into_owned),
            address: peer.map(|peer| proxies.client(peer.ip(), headers)),
        }
    }
}

impl Hello {
    /// `key` as it stands in the path.
    pub(crate) fn read(key: &str, query: &str, transport: Transport, source: Source) -> Self {
        let (protocol, version) = (parameter(query, "protocol"), parameter(query, "version"));
        let client = parameter(query, "client").map(|client| match &version {
            Some(version) => format!("{client} {version}"),
            None => client,
        });
        let spoken = match protocol {
            None => Some(NEWEST_PROTOCOL),
            Some(text) => {
                text.parse().ok().filter(|number| (OLDEST_PROTOCOL..=NEWEST_PROTOCOL).contains(number))
            }
        };
        let fault = match spoken {
            None => Some(CloseCode::UnsupportedProtocol),
            Some(_) if version.is_some_and(|version| !is_version(&version)) => {
                Some(CloseCode::InvalidVersion)
            }
            Some(_) => None,
        };
        let client =
            client.map(|client| client.chars().filter(|c| !c.is_control()).take(CLIENT_CHARS).collect());
        let key = percent_decode_str(key).decode_utf8_lossy().into_owned();
        let request = ConnectRequest { key, client, transport, source };
        Self { request, fault, protocol: spoken.unwrap_or(NEWEST_PROTOCOL) }
    }

    /// Whether the client must be told by a message why it is closed: it reads no close codes.
    pub(crate) fn announces_close(&self) -> bool {
        self.protocol < CLOSE_CODE_PROTOCOL
    }
}

/// `8.6.0`, `7.0.3-beta`: digits first, then anything of the characters versions are made of.
fn is_version(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b".-+_".contains(&byte);
    text.starts_with(|c: char| c.is_ascii_digit()) && text.bytes().all(legal)
}

/// The first non-empty value of a query parameter.
pub(crate) fn parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, value)| *key == name && !value.is_empty())?;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}
