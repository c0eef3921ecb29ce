use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
};

use campanile_protocol::SocketId;

/// A map by connection. Half the size of one with a seeded hasher, and there are three for each channel.
pub(crate) type SocketMap<V> = HashMap<SocketId, V, BuildHasherDefault<OwnHash>>;

/// A set of connections.
pub(crate) type SocketSet = HashSet<SocketId, BuildHasherDefault<OwnHash>>;

/// Socket ids are random numbers that this server made, so they are their own hash. Those that others
/// name are only looked up, never stored.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OwnHash(u64);

impl Hasher for OwnHash {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
