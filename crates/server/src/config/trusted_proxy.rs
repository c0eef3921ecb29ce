use campanile_transport::TrustedProxy;
use serde::{Deserialize, Deserializer, de::Error};

/// One proxy as text, so that a fault names its place in the list.
struct Entry(TrustedProxy);

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map(Self).map_err(D::Error::custom)
    }
}

/// A list of addresses and networks: `["127.0.0.1", "10.0.0.0/8"]`.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<TrustedProxy>, D::Error> {
    let entries = Vec::<Entry>::deserialize(deserializer)?;
    Ok(entries.into_iter().map(|Entry(proxy)| proxy).collect())
}
