use std::fmt;

use serde::{Deserialize, Deserializer, de::Error};
use url::{Origin, Url};

/// The origin under which people and clients reach the platform, e.g. `https://push.example.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(Origin);

impl PublicUrl {
    /// Whether browsers come by TLS; cookies are then marked `Secure`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        matches!(&self.0, Origin::Tuple(scheme, ..) if scheme == "https")
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.ascii_serialization())
    }
}

impl<'de> Deserialize<'de> for PublicUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let url = Url::parse(&text).map_err(|error| D::Error::custom(format!("not a URL: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(D::Error::custom("must begin with http:// or https://"));
        }
        if url.path() != "/"
            || url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
        {
            return Err(D::Error::custom("must be only a scheme, a host and perhaps a port"));
        }
        Ok(Self(url.origin()))
    }
}
