use thiserror::Error;

use crate::{App, SocketId};

/// Why a sign-in's `auth` does not authenticate it (Pusher reference, sections 2.5 and 4.2).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidUserAuth {
    /// It is not `key:signature`.
    #[error("Auth value for sign-in is invalid: should be of format 'key:signature'")]
    Malformed,
    /// The key is none of the app's active ones.
    #[error("Invalid key in sign-in auth data: '{0}'")]
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

/// Verifies that the app's own server vouches for this user on this socket: `auth` is
/// `key:hex(HMAC(secret, socket_id "::user::" user_data))`, under any active key.
pub fn verify_user(
    app: &App,
    socket_id: SocketId,
    auth: &str,
    user_data: &str,
) -> Result<(), InvalidUserAuth> {
    let (key, signature) = auth.split_once(':').ok_or(InvalidUserAuth::Malformed)?;
    let key = app.find_key(key).ok_or_else(|| InvalidUserAuth::UnknownKey(key.to_owned()))?;
    let socket_id = socket_id.to_string();
    let signed = [socket_id.as_str(), "::user::", user_data];
    if key.verifies(signature, signed.map(str::as_bytes)) {
        return Ok(());
    }
    Err(InvalidUserAuth::WrongSignature { signed: signed.concat(), given: signature.to_owned() })
}
