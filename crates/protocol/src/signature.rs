//! Who may say what: the three signatures of the Pusher protocol (reference, section 4).
//!
//! All are HMAC-SHA256 under an app's secret, written as lower-case hex. Given digests are decoded
//! and compared as bytes, in constant time.

mod channel;
mod request;
mod token;
mod user;

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::{AppKey, ChannelName, SocketId};

pub use channel::{InvalidChannelAuth, verify_channel};
pub use request::{InvalidRequestAuth, Request, RequestAuth};
pub use token::{InvalidToken, Token, TokenClaims};
pub use user::{InvalidUserAuth, verify_user};

/// An app's public key together with its secret, ready to sign: the key schedule is done once.
#[derive(Clone)]
pub struct SigningKey {
    key: AppKey,
    secret: SecretString,
    prepared: Hmac<Sha256>,
}

impl SigningKey {
    /// Prepares a key. HMAC takes secrets of every length.
    pub fn new(key: AppKey, secret: SecretString) -> Self {
        let prepared =
            Hmac::new_from_slice(secret.expose_secret().as_bytes()).expect("HMAC takes any length");
        Self { key, secret, prepared }
    }

    /// The public identifier.
    pub fn key(&self) -> &AppKey {
        &self.key
    }

    /// The secret, to be shown to its owner on request.
    pub fn secret(&self) -> &SecretString {
        &self.secret
    }

    /// Signs the concatenation of `parts`, as lower-case hex.
    pub fn sign<'a>(&self, parts: impl IntoIterator<Item = &'a [u8]>) -> String {
        hex::encode(self.mac(parts).finalize().into_bytes())
    }

    /// What authorises a socket to join a channel (Pusher reference, section 4.1).
    pub fn authorize_channel(
        &self,
        socket_id: SocketId,
        channel: &ChannelName,
        channel_data: Option<&str>,
    ) -> String {
        let socket_id = socket_id.to_string();
        let data = channel_data.map(|data| [":", data]);
        let parts = [socket_id.as_str(), ":", channel.as_str()].into_iter().chain(data.into_iter().flatten());
        format!("{}:{}", self.key, self.sign(parts.map(str::as_bytes)))
    }

    /// Whether `signature` is the lower-case hex of ours over the concatenation of `parts`.
    fn verifies<'a>(&self, signature: &str, parts: impl IntoIterator<Item = &'a [u8]>) -> bool {
        let mut given = [0; 32];
        let is_lower_hex = signature.bytes().all(|byte| !byte.is_ascii_uppercase())
            && hex::decode_to_slice(signature, &mut given).is_ok();
        // The MAC is computed in either case: time must not tell a malformed from a wrong one.
        let matches = self.mac(parts).verify_slice(&given).is_ok();
        is_lower_hex && matches
    }

    fn mac<'a>(&self, parts: impl IntoIterator<Item = &'a [u8]>) -> Hmac<Sha256> {
        let mut mac = self.prepared.clone();
        for part in parts {
            mac.update(part);
        }
        mac
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("key", &self.key.as_str()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
