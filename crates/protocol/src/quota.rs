use std::fmt;

use serde::{Deserialize, Serialize};

use crate::AppSettings;

/// What a tenant may use; none for no limit of its own. An app's settings can only say less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TenantQuotas {
    /// Connections of all apps at once.
    pub max_connections: Option<u32>,
    /// Messages of all apps per UTC day.
    pub max_messages_per_day: Option<u64>,
    /// Messages that all apps may publish per second, on average; as many may come at once.
    pub max_messages_per_second: Option<u32>,
    /// Distinct users in one presence channel.
    pub max_presence_members: Option<u32>,
    /// Largest `data` of one event.
    pub max_event_bytes: Option<u32>,
    /// Webhook endpoints of all apps.
    pub max_webhook_endpoints: Option<u32>,
}

impl TenantQuotas {
    /// Each limit with its name, as settings and answers have it.
    #[must_use]
    pub fn named(&self) -> [(&'static str, Option<u64>); 6] {
        [
            ("max_connections", self.max_connections.map(u64::from)),
            ("max_messages_per_day", self.max_messages_per_day),
            ("max_messages_per_second", self.max_messages_per_second.map(u64::from)),
            ("max_presence_members", self.max_presence_members.map(u64::from)),
            ("max_event_bytes", self.max_event_bytes.map(u64::from)),
            ("max_webhook_endpoints", self.max_webhook_endpoints.map(u64::from)),
        ]
    }

    /// These, and where they say nothing, others.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self {
            max_connections: self.max_connections.or(others.max_connections),
            max_messages_per_day: self.max_messages_per_day.or(others.max_messages_per_day),
            max_messages_per_second: self.max_messages_per_second.or(others.max_messages_per_second),
            max_presence_members: self.max_presence_members.or(others.max_presence_members),
            max_event_bytes: self.max_event_bytes.or(others.max_event_bytes),
            max_webhook_endpoints: self.max_webhook_endpoints.or(others.max_webhook_endpoints),
        }
    }
}

impl AppSettings {
    /// The settings with what concerns each event and channel lowered to what the tenant may use. What is
    /// used together is kept apart: it is counted for the app and for the tenant.
    #[must_use]
    pub fn within(mut self, quotas: &TenantQuotas) -> Self {
        self.max_event_bytes =
            quotas.max_event_bytes.map_or(self.max_event_bytes, |most| self.max_event_bytes.min(most));
        self.max_presence_members = quotas
            .max_presence_members
            .map_or(self.max_presence_members, |most| self.max_presence_members.min(most));
        self
    }
}

/// Whose limit it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitScope {
    /// One app's.
    App,
    /// That of all apps of an organisation together.
    Tenant,
}

/// What is limited, of those limits that are used up by many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitName {
    /// Connections at once.
    MaxConnections,
    /// Messages per UTC day.
    MaxMessagesPerDay,
    /// Messages published per second.
    MaxMessagesPerSecond,
}

/// A limit that is in force. Its text names it, its owner and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limit {
    /// Which.
    pub name: LimitName,
    /// Whose.
    pub scope: LimitScope,
    /// The most that is allowed.
    pub most: u64,
}

impl LimitName {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::MaxConnections, Self::MaxMessagesPerDay, Self::MaxMessagesPerSecond];

    /// As it is called wherever it is set.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MaxConnections => "max_connections",
            Self::MaxMessagesPerDay => "max_messages_per_day",
            Self::MaxMessagesPerSecond => "max_messages_per_second",
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let owner = match self.scope {
            LimitScope::App => "app",
            LimitScope::Tenant => "organisation",
        };
        write!(f, "{} of the {owner} is {}", self.name.as_str(), self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenants_limits_lower_an_apps_and_never_raise_them() {
        let quotas = TenantQuotas {
            max_event_bytes: Some(500),
            max_presence_members: Some(900),
            ..Default::default()
        };
        let settings = AppSettings::default().within(&quotas);
        assert_eq!((settings.max_event_bytes, settings.max_presence_members), (500, 100));
    }

    #[test]
    fn what_an_override_does_not_say_its_plan_does() {
        let plan =
            TenantQuotas { max_connections: Some(100), max_messages_per_day: Some(7), ..Default::default() };
        let own = TenantQuotas { max_connections: Some(500), ..Default::default() };
        let limits = own.or(plan);
        assert_eq!((limits.max_connections, limits.max_messages_per_day), (Some(500), Some(7)));
    }

    #[test]
    fn a_limit_says_its_name_its_owner_and_its_value() {
        let limit = Limit { name: LimitName::MaxConnections, scope: LimitScope::Tenant, most: 5 };
        assert_eq!(limit.to_string(), "max_connections of the organisation is 5");
    }
}
