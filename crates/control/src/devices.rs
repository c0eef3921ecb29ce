//! Browsers that a person has logged in with before. Whoever guesses passwords can have an account slowed down for
//! everyone; its owner, who comes from where they have been before, must get in nevertheless.

use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::{Store, seal::Place};

const PLACE: Place = Place { table: "devices", row: Uuid::nil(), column: "mark" };
/// Longer than any mark.
const MAX_MARK_CHARS: usize = 1_024;

impl Store {
    /// What a browser keeps to be known by for this address. It opens nothing, nobody else can make one, and it
    /// is stored nowhere.
    pub fn mark_device(&self, email: &str) -> String {
        hex::encode(self.master.seal_text(&email.trim().to_lowercase().into(), PLACE))
    }

    /// Whether the mark is one for this address.
    pub fn knows_device(&self, email: &str, mark: &str) -> bool {
        let sealed = (mark.len() <= MAX_MARK_CHARS).then(|| hex::decode(mark).ok()).flatten();
        let known = sealed.and_then(|sealed| self.master.open_text(&sealed, PLACE).ok());
        known.is_some_and(|known| known.expose_secret() == email.trim().to_lowercase())
    }
}
