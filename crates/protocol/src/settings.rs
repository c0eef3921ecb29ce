use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::{AllowedOrigin, limits};

/// What the owner of an app decided about its behaviour (Pusher reference, section 9). In force at once
/// for every connection, but where a field says otherwise; changing it disconnects nobody.
///
/// Absent members take their default, so that stored settings outlive new ones; unknown members are an
/// error, so that a typing mistake is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AppSettings {
    /// Whether subscribers may send `client-` events to private and presence channels.
    pub client_events: bool,
    /// Whether subscribers are told how many they are.
    pub subscription_count: bool,
    /// Whether signed-in users are told when those on their watchlist come and go; read at sign-in.
    pub watchlist: bool,
    /// Whether a connection must sign in or join a private or presence channel in time; read when it is
    /// opened.
    pub authorized_connections: bool,
    /// How long it may take for that; concerns connections opened afterwards.
    pub authorization_timeout_seconds: u32,
    /// Whether sockets and requests must come over TLS.
    pub force_tls: bool,
    /// The origins of the web pages that may connect, e.g. `https://www.example.com` or
    /// `https://*.example.com`; empty for all. Clients that are no browsers send no origin and are not
    /// concerned. Read when a connection is opened.
    #[schemars(with = "Vec<String>")]
    pub allowed_origins: Vec<AllowedOrigin>,
    /// Whether events are compressed for the clients that offer it (RFC 7692); read when a connection is
    /// opened.
    pub compression: bool,
    /// Largest `data` of one event.
    pub max_event_bytes: u32,
    /// Most events in one batch.
    pub max_batch_events: u32,
    /// Most distinct users in one presence channel.
    pub max_presence_members: u32,
    /// Longest channel name, prefix included.
    pub max_channel_name_bytes: u32,
    /// Client events that one connection may send per second.
    pub max_client_events_per_second: u32,
    /// Most connections at once; none for as many as the tenant may have.
    pub max_connections: Option<u32>,
    /// Most messages per UTC day; none for as many as the tenant may send.
    pub max_messages_per_day: Option<u64>,
    /// Most messages that may be published per second; none for as many as the tenant may publish.
    pub max_messages_per_second: Option<u32>,
    /// Most webhook endpoints; none for as many as the tenant may have.
    pub max_webhook_endpoints: Option<u32>,
    /// How long webhooks wait before they tell that a channel is empty or a member gone: a return in
    /// between cancels both edges.
    pub webhook_debounce_ms: u32,
}

impl Default for AppSettings {
    fn default() -> Self {
        Self {
            client_events: false,
            subscription_count: false,
            watchlist: false,
            authorized_connections: false,
            authorization_timeout_seconds: 30,
            force_tls: false,
            allowed_origins: Vec::new(),
            compression: false,
            max_event_bytes: limits::EVENT_DATA_BYTES,
            max_batch_events: limits::EVENTS_PER_BATCH,
            max_presence_members: limits::PRESENCE_MEMBERS,
            max_channel_name_bytes: limits::CHANNEL_NAME_BYTES as u32,
            max_client_events_per_second: limits::CLIENT_EVENTS_PER_SECOND,
            max_connections: None,
            max_messages_per_day: None,
            max_messages_per_second: None,
            max_webhook_endpoints: None,
            webhook_debounce_ms: 3_000,
        }
    }
}

/// A setting that cannot be as it was given.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidSetting {
    /// Unknown, or of the wrong type; begins with its name: `client_events: …`, `allowed_origins[0]: …`.
    #[error("{0}")]
    Malformed(String),
    /// Outside what the service can keep.
    #[error("{name} must be between {least} and {most}")]
    OutOfRange {
        /// Which.
        name: &'static str,
        /// The smallest value.
        least: u32,
        /// The largest value.
        most: u32,
    },
    /// More than an app may name.
    #[error("allowed_origins may have at most {most} entries")]
    TooManyOrigins {
        /// How many it may.
        most: usize,
    },
}

impl AppSettings {
    /// Whether a page of that origin may connect; a client that names none is no page.
    pub fn allows_origin(&self, origin: Option<&str>) -> bool {
        let Some(origin) = origin else { return true };
        self.allowed_origins.is_empty() || self.allowed_origins.iter().any(|allowed| allowed.allows(origin))
    }

    /// Refuses values that the service cannot keep.
    pub fn check(&self) -> Result<(), InvalidSetting> {
        if self.allowed_origins.len() > limits::ALLOWED_ORIGINS {
            return Err(InvalidSetting::TooManyOrigins { most: limits::ALLOWED_ORIGINS });
        }
        let ranges = [
            ("authorization_timeout_seconds", self.authorization_timeout_seconds, 1, 600),
            ("max_event_bytes", self.max_event_bytes, 1, 32 * 1024),
            ("max_batch_events", self.max_batch_events, 1, 100),
            ("max_presence_members", self.max_presence_members, 1, 1_000),
            ("max_channel_name_bytes", self.max_channel_name_bytes, 1, limits::CHANNEL_NAME_BYTES as u32),
            ("max_client_events_per_second", self.max_client_events_per_second, 1, 1_000),
            ("max_messages_per_second", self.max_messages_per_second.unwrap_or(1), 1, u32::MAX),
            ("webhook_debounce_ms", self.webhook_debounce_ms, 0, 60_000),
        ];
        match ranges.into_iter().find(|(_, value, least, most)| !(least..=most).contains(&value)) {
            Some((name, _, least, most)) => Err(InvalidSetting::OutOfRange { name, least, most }),
            None => Ok(()),
        }
    }
}

/// Some settings that are to become as given, checked; the others stay.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct SettingsChange(Map<String, Value>);

impl SettingsChange {
    /// Checks the given members. No rule concerns two settings at once, so what is valid here stays
    /// valid beside whatever the others are.
    pub fn parse(given: Map<String, Value>) -> Result<Self, InvalidSetting> {
        let settings: AppSettings = serde_path_to_error::deserialize(Value::Object(given.clone()))
            .map_err(|error| InvalidSetting::Malformed(error.to_string()))?;
        settings.check()?;
        Ok(Self(given))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<SettingsChange, InvalidSetting> {
        SettingsChange::parse(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn an_unknown_setting_is_an_error_and_an_absent_one_its_default() {
        assert!(matches!(parse(r#"{"client_event":true}"#), Err(InvalidSetting::Malformed(_))));
        assert!(matches!(parse(r#"{"client_events":1}"#), Err(InvalidSetting::Malformed(_))));
        assert_eq!(serde_json::from_str::<AppSettings>("{}").unwrap(), AppSettings::default());
        assert_eq!(AppSettings::default().check(), Ok(()));
    }

    #[test]
    fn whatever_is_wrong_with_a_setting_is_told_with_its_name() {
        for (json, expected) in [
            (r#"{"client_event":true}"#, "client_event: unknown field"),
            (r#"{"client_events":1}"#, "client_events: invalid type: integer `1`, expected a boolean"),
            (r#"{"allowed_origins":"https://a.example"}"#, "allowed_origins: invalid type: string"),
            (
                r#"{"allowed_origins":["https://a.example","b.example/"]}"#,
                "allowed_origins[1]: \"b.example/\" is no origin such as https://www.example.com or ",
            ),
        ] {
            let text = parse(json).unwrap_err().to_string();
            assert!(text.starts_with(expected), "{text}");
        }
        let origins = vec!["https://a.example"; limits::ALLOWED_ORIGINS + 1];
        let error = parse(&serde_json::json!({ "allowed_origins": origins }).to_string()).unwrap_err();
        assert_eq!(error.to_string(), "allowed_origins may have at most 100 entries");
    }

    #[test]
    fn a_value_out_of_range_names_its_range() {
        let error = parse(r#"{"max_batch_events":101}"#).unwrap_err();
        assert_eq!(error.to_string(), "max_batch_events must be between 1 and 100");
        assert!(parse(r#"{"max_batch_events":100,"max_connections":null}"#).is_ok());
        assert!(parse(r#"{"webhook_debounce_ms":0}"#).is_ok());
        assert!(parse(r#"{"webhook_debounce_ms":60001}"#).is_err());
    }
}
