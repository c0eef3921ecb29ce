//! What opens something for whoever holds it: 256 random bits, of which only the hash is stored. Reading
//! the database opens nothing, and comparing hashes in an index tells nothing of a token by the time it
//! takes.

use sha2::{Digest, Sha256};

use crate::random::random_hex;

/// A new one, as 64 hex digits.
pub(crate) fn random_bearer() -> String {
    random_hex::<32>()
}

/// What is stored of it.
pub(crate) fn bearer_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}
