use std::net::IpAddr;

use campanile_protocol::Transport;

use crate::key_uses::KeyConnection;

/// What is known of a connection from its beginning. Kept for every one of them: small.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) key: KeyConnection,
    pub(crate) client: Option<Box<str>>,
    pub(crate) transport: Transport,
    pub(crate) origin: Option<Box<str>>,
    pub(crate) address: Option<IpAddr>,
    /// In milliseconds since 1970.
    pub(crate) connected_at_ms: u64,
}
