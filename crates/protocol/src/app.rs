use std::{fmt, str::FromStr, sync::Arc};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::{AppSettings, OccurrenceTypes, TenantQuotas, signature::SigningKey};

/// The organisation that signs up and owns apps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct TenantId(pub Uuid);

/// Names one app in REST paths. Decimal digits only, because client libraries parse it as a number;
/// a string in JSON, because it is a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AppId(i64);

/// The text is not a canonical decimal number between 1 and 2⁶³ − 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an app id is a decimal number without leading zeros, at most {}", i64::MAX)]
pub struct InvalidAppId;

impl AppId {
    /// Takes a number that is known to be an id, e.g. from the database.
    pub fn from_number(number: i64) -> Result<Self, InvalidAppId> {
        if number > 0 { Ok(Self(number)) } else { Err(InvalidAppId) }
    }

    /// The id as a number, always positive.
    pub fn number(self) -> i64 {
        self.0
    }
}

impl FromStr for AppId {
    type Err = InvalidAppId;

    fn from_str(text: &str) -> Result<Self, InvalidAppId> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        let number = text.parse().map_err(|_| InvalidAppId)?;
        if digits { Self::from_number(number) } else { Err(InvalidAppId) }
    }
}

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl JsonSchema for AppId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AppId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "Names one app: a decimal number, as text.",
            "pattern": "^[1-9][0-9]{0,18}$",
        })
    }
}

impl Serialize for AppId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AppId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The public identifier that clients connect with and requests are signed under.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AppKey(Arc<str>);

/// The text is not 1–64 characters of `A-Z a-z 0-9 _ - .`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an app key is 1 to 64 letters, digits, '_', '-' or '.'")]
pub struct InvalidAppKey;

impl AppKey {
    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AppKey {
    type Err = InvalidAppKey;

    fn from_str(text: &str) -> Result<Self, InvalidAppKey> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        if (1..=64).contains(&text.len()) && text.bytes().all(legal) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidAppKey)
        }
    }
}

impl fmt::Display for AppKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One isolated realtime world of a tenant, as the data plane sees it.
#[derive(Clone, Debug)]
pub struct App {
    /// Its id.
    pub id: AppId,
    /// Who owns it.
    pub tenant_id: TenantId,
    /// A disabled app takes no connections and no requests. Nor does any app of a suspended tenant.
    pub enabled: bool,
    /// Whether it is its tenant's suspension that keeps it from being enabled.
    pub is_suspended: bool,
    /// Its settings.
    pub settings: AppSettings,
    /// The active keys, oldest first: the oldest signs webhooks.
    pub keys: Vec<SigningKey>,
    /// What its tenant may use. Of what concerns one event or channel, `settings` say the lower value
    /// already.
    pub tenant_quotas: TenantQuotas,
    /// What its webhook endpoints must be told of: for each edge that one wants to hear, both sides,
    /// because who hears only of departures must not hear of one twice.
    pub webhook_types: OccurrenceTypes,
}

impl App {
    /// The active key with that public identifier.
    pub fn find_key(&self, key: &str) -> Option<&SigningKey> {
        self.keys.iter().find(|candidate| candidate.key().as_str() == key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_id_is_a_canonical_positive_decimal() {
        assert_eq!("3".parse::<AppId>().map(AppId::number), Ok(3));
        assert!("9223372036854775807".parse::<AppId>().is_ok());
        for text in ["", "0", "007", "+1", "-1", "1.0", "abc", "9223372036854775808", " 1"] {
            assert_eq!(text.parse::<AppId>(), Err(InvalidAppId), "{text:?}");
        }
    }
}
