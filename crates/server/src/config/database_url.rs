use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, de::Error};
use url::Url;

/// The URL of a PostgreSQL database, `postgres://user:password@host:5432/name`. A secret, because most
/// hold a password; `Display` leaves that out.
#[derive(Clone, Debug)]
pub struct DatabaseUrl(SecretString);

impl DatabaseUrl {
    /// For the one who connects.
    #[must_use]
    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut url = Url::parse(self.0.expose_secret()).expect("checked when it was read");
        if url.password().is_some() {
            // Fails only for URLs without a host, which cannot hold a password either.
            let _ = url.set_password(Some("***"));
        }
        // The driver also takes a password as a parameter.
        if url.query_pairs().any(|(name, _)| name == "password") {
            url.set_query(Some("***"));
        }
        url.fmt(f)
    }
}

impl<'de> Deserialize<'de> for DatabaseUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = SecretString::deserialize(deserializer)?;
        // The text stays out of the messages.
        let url = Url::parse(text.expose_secret()).map_err(|_| D::Error::custom("not a URL"))?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(D::Error::custom("must begin with postgres://"));
        }
        Ok(Self(text))
    }
}
