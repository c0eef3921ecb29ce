//! Envelope encryption: the master key seals each tenant's data key, a data key its tenant's secrets.
//!
//! A sealed value is bound to the place where it is stored, so that a row copied over another's by
//! someone who can write to the database does not open.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use thiserror::Error;
use uuid::Uuid;

use crate::random::random_bytes;

/// The form of sealed values: this byte, the nonce, the ciphertext with its tag.
const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;

/// Why a sealed value does not open. Which of its parts is wrong cannot be told apart.
#[derive(Debug, Error)]
pub enum SealError {
    /// Too short, or of a later version.
    #[error("the sealed value has an unknown form")]
    UnknownForm,
    /// Sealed by another key, for another place, or altered.
    #[error("the sealed value was not sealed by this key for this place")]
    Refused,
    /// It opened, but does not hold what belongs there.
    #[error("the sealed value does not hold what belongs there")]
    Content,
}

/// Where a sealed value is stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) table: &'static str,
    pub(crate) row: Uuid,
    pub(crate) column: &'static str,
}

impl Place {
    fn to_aad(self) -> String {
        format!("{}|{}|{}|{VERSION}", self.table, self.row, self.column)
    }
}

/// A key that seals. Never formatted.
pub(crate) struct SealingKey(SecretBox<[u8; 32]>);

impl SealingKey {
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    pub(crate) fn generate() -> Self {
        Self::new(random_bytes())
    }

    /// Opens a tenant's data key.
    pub(crate) fn open_key(&self, sealed: &[u8], place: Place) -> Result<Self, SealError> {
        let opened = SecretBox::new(Box::new(self.open(sealed, place)?));
        let bytes = opened.expose_secret().as_slice().try_into().map_err(|_| SealError::Content)?;
        Ok(Self::new(bytes))
    }

    /// Seals another key.
    pub(crate) fn seal_key(&self, key: &Self, place: Place) -> Vec<u8> {
        self.seal(key.0.expose_secret(), place)
    }

    /// Seals a text.
    pub(crate) fn seal_text(&self, text: &SecretString, place: Place) -> Vec<u8> {
        self.seal(text.expose_secret().as_bytes(), place)
    }

    /// Opens what [`seal_text`](Self::seal_text) sealed for the same place.
    pub(crate) fn open_text(&self, sealed: &[u8], place: Place) -> Result<SecretString, SealError> {
        let text = String::from_utf8(self.open(sealed, place)?).map_err(|_| SealError::Content)?;
        Ok(text.into())
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.0.expose_secret().into())
    }

    fn seal(&self, plain: &[u8], place: Place) -> Vec<u8> {
        // 192 random bits: no counter to keep, and no repetition to fear.
        let nonce: [u8; NONCE_BYTES] = random_bytes();
        let aad = place.to_aad();
        let payload = Payload { msg: plain, aad: aad.as_bytes() };
        let ciphertext = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .expect("only texts of many gigabytes are refused");
        [&[VERSION], nonce.as_slice(), &ciphertext].concat()
    }

    fn open(&self, sealed: &[u8], place: Place) -> Result<Vec<u8>, SealError> {
        let (&VERSION, rest) = sealed.split_first().ok_or(SealError::UnknownForm)? else {
            return Err(SealError::UnknownForm);
        };
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(SealError::UnknownForm)?;
        let aad = place.to_aad();
        let payload = Payload { msg: ciphertext, aad: aad.as_bytes() };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| SealError::Refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(row: u128) -> Place {
        Place { table: "app_keys", row: Uuid::from_u128(row), column: "secret_sealed" }
    }

    #[test]
    fn a_sealed_text_opens_in_its_place_only() {
        let (key, other) = (SealingKey::generate(), SealingKey::generate());
        let sealed = key.seal_text(&"hush".to_owned().into(), place(1));
        assert_eq!(key.open_text(&sealed, place(1)).unwrap().expose_secret(), "hush");
        assert!(matches!(key.open_text(&sealed, place(2)), Err(SealError::Refused)));
        let column = Place { column: "other_sealed", ..place(1) };
        assert!(matches!(key.open_text(&sealed, column), Err(SealError::Refused)));
        let table = Place { table: "webhook_endpoints", ..place(1) };
        assert!(matches!(key.open_text(&sealed, table), Err(SealError::Refused)));
        assert!(matches!(other.open_text(&sealed, place(1)), Err(SealError::Refused)));
    }

    #[test]
    fn a_sealed_text_shows_nothing_and_is_never_the_same_twice() {
        let key = SealingKey::generate();
        let seal = || key.seal_text(&"hush-hush".to_owned().into(), place(1));
        assert_ne!(seal(), seal());
        assert!(!seal().windows(4).any(|window| window == b"hush"));
    }

    #[test]
    fn an_altered_or_foreign_value_is_an_error() {
        let key = SealingKey::generate();
        let sealed = key.seal_text(&"hush".to_owned().into(), place(1));
        for at in 1..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(matches!(key.open_text(&altered, place(1)), Err(SealError::Refused)), "byte {at}");
        }
        for broken in [&[][..], &[2; 60], &sealed[..20]] {
            assert!(matches!(key.open_text(broken, place(1)), Err(SealError::UnknownForm)));
        }
    }
}
