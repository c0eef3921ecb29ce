//! What the platform reads of the meters, every few seconds.

use std::collections::HashMap;

use campanile_protocol::{Limit, LimitName, LimitScope};

use crate::{
    ConnectionUsage, Consumption, Metered, Node, UsageCounts,
    quota::{Drained, limit},
};

/// What an app, or all apps of a tenant, used since the last reading, and how they stand.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Whose.
    pub of: Metered,
    /// Messages by kind.
    pub counts: UsageCounts,
    /// Connections.
    pub connections: ConnectionUsage,
    /// Messages of the day that the reading belongs to.
    pub messages_today: u64,
    /// Messages that were refused because too many were published in a second.
    pub refused: u64,
    /// The limits in force, of apps in use.
    pub limits: Vec<Limit>,
}

impl Node {
    /// Takes what was used since the last time. What is taken is forgotten here: nothing is counted twice,
    /// and it is for who takes it to keep it. With `ends_day`, what is used from now on belongs to the next
    /// UTC day.
    pub fn take_usage(&self, ends_day: bool) -> Vec<Reading> {
        let mut limits = self.limits();
        let drained = self.meters().drain(ends_day);
        let reading = |(of, Drained { counts, connections, messages_today, refused })| {
            let limits = limits.remove(&of).unwrap_or_default();
            Reading { of, counts, connections, messages_today, refused, limits }
        };
        drained.into_iter().map(reading).collect()
    }

    /// Continues the day of an earlier start of the process: so many messages were counted then. To be told
    /// before the first client comes.
    pub fn continue_day(&self, messages: impl IntoIterator<Item = (Metered, u64)>) {
        self.meters().continue_day(messages);
    }

    /// How an app, or all apps of a tenant, stand now.
    pub fn consumption(&self, of: Metered) -> Consumption {
        self.meters().consumption(of)
    }

    /// Counts messages that others than sockets and requests carry.
    pub fn count_usage(&self, of: Metered, counts: &UsageCounts) {
        if let Some(app) = of.app {
            self.meters().usage(of.tenant, app).add(counts);
        }
    }

    fn limits(&self) -> HashMap<Metered, Vec<Limit>> {
        let mut limits = HashMap::new();
        for realm in self.realms() {
            let app = realm.app();
            let in_force =
                |scope| LimitName::ALL.into_iter().filter_map(|name| limit(&app, name, scope)).collect();
            limits.insert(Metered::app(app.tenant_id, app.id), in_force(LimitScope::App));
            limits.insert(Metered::tenant(app.tenant_id), in_force(LimitScope::Tenant));
        }
        limits
    }
}
