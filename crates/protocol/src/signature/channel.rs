use thiserror::Error;

use super::SigningKey;
use crate::{App, ChannelName, SocketId};

/// Why a subscription's `auth` does not authorise it (Pusher reference, sections 2.1 and 4.1). The
/// texts are those of the live service.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidChannelAuth {
    /// There is none.
    #[error("Auth info required to subscribe to {0}")]
    Missing(ChannelName),
    /// It is not `key:signature`.
    #[error("Auth value for subscription to {0} is invalid: should be of format 'key:signature'")]
    Malformed(ChannelName),
    /// The key is none of the app's active ones.
    #[error("Invalid key in subscription auth data: '{0}'")]
    UnknownKey(String),
    /// The signature belongs to another text or another secret.
    #[error("Invalid signature: Expected HMAC SHA256 hex digest of {signed}, but got {given}")]
    WrongSignature {
        /// What had to be signed.
        signed: String,
        /// What came instead.
        given: String,
    },
}

/// Verifies that the app's own server allowed this socket onto this channel: `auth` is
/// `key:hex(HMAC(secret, socket_id ":" channel [":" channel_data]))`, under any active key.
pub fn verify_channel(
    app: &App,
    socket_id: SocketId,
    channel: &ChannelName,
    auth: Option<&str>,
    channel_data: Option<&str>,
) -> Result<(), InvalidChannelAuth> {
    let auth = auth.ok_or_else(|| InvalidChannelAuth::Missing(channel.clone()))?;
    let (key, signature) =
        auth.split_once(':').ok_or_else(|| InvalidChannelAuth::Malformed(channel.clone()))?;
    let key: &SigningKey = app.find_key(key).ok_or_else(|| InvalidChannelAuth::UnknownKey(key.to_owned()))?;
    let socket_id = socket_id.to_string();
    let parts = [socket_id.as_str(), ":", channel.as_str()];
    let data = channel_data.map(|data| [":", data]);
    let signed = || parts.into_iter().chain(data.into_iter().flatten());
    if key.verifies(signature, signed().map(str::as_bytes)) {
        return Ok(());
    }
    Err(InvalidChannelAuth::WrongSignature { signed: signed().collect(), given: signature.to_owned() })
}
