use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Instant,
};

use ahash::AHashMap;
use campanile_protocol::{AppId, TenantId};

use super::{Drained, Meter, Usage};
use crate::{
    backlog::{Backlog, Share},
    tallies::ByLimit,
};

/// Whose use is counted: an app's, or that of all apps of a tenant together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Metered {
    /// The tenant.
    pub tenant: TenantId,
    /// Its app; none for all of them.
    pub app: Option<AppId>,
}

/// What is used of what, and how it stands now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consumption {
    /// Connections that count.
    pub connections: u32,
    /// Messages of the UTC day.
    pub messages_today: u64,
}

/// All meters of a node. One is kept while someone holds it or it has something that was not drained.
#[derive(Debug)]
pub(crate) struct Meters {
    workers: usize,
    backlog: Backlog,
    exceeded: Arc<ByLimit>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    meters: AHashMap<Metered, Arc<Meter>>,
    shares: AHashMap<TenantId, Arc<Share>>,
    /// Messages of today of those that have no meter now.
    earlier: AHashMap<Metered, u64>,
}

impl Metered {
    /// An app.
    pub fn app(tenant: TenantId, app: AppId) -> Self {
        Self { tenant, app: Some(app) }
    }

    /// All apps of a tenant.
    pub fn tenant(tenant: TenantId) -> Self {
        Self { tenant, app: None }
    }
}

impl Meters {
    pub(crate) fn new(workers: usize) -> Self {
        Self { workers, backlog: Backlog::default(), exceeded: Arc::default(), state: Mutex::default() }
    }

    /// What waits inside the node.
    pub(crate) fn backlog(&self) -> &Backlog {
        &self.backlog
    }

    /// How often which limit stood in the way.
    pub(crate) fn exceeded(&self) -> &ByLimit {
        &self.exceeded
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no one panics holding it")
    }

    /// What an app and its tenant use.
    pub(crate) fn usage(&self, tenant: TenantId, app: AppId) -> Usage {
        let mut state = self.state();
        let State { meters, shares, earlier } = &mut *state;
        let mut meter = |metered| {
            let new = || Arc::new(Meter::new(self.workers, earlier.remove(&metered).unwrap_or(0)));
            meters.entry(metered).or_insert_with(new).clone()
        };
        Usage {
            tenant_id: tenant,
            app: meter(Metered::app(tenant, app)),
            tenant: meter(Metered::tenant(tenant)),
            exceeded: self.exceeded.clone(),
            share: shares.entry(tenant).or_insert_with(|| Arc::new(self.backlog.share())).clone(),
        }
    }

    /// Continues the day: so many messages were counted before.
    pub(crate) fn continue_day(&self, earlier: impl IntoIterator<Item = (Metered, u64)>) {
        self.state().earlier.extend(earlier);
    }

    /// How it stands.
    pub(crate) fn consumption(&self, metered: Metered) -> Consumption {
        let state = self.state();
        match state.meters.get(&metered) {
            Some(meter) => Consumption { connections: meter.open(), messages_today: meter.messages_today() },
            None => Consumption {
                connections: 0,
                messages_today: state.earlier.get(&metered).copied().unwrap_or(0),
            },
        }
    }

    /// Bytes that wait inside the node: those of each tenant that has any.
    pub(crate) fn waiting(&self) -> HashMap<TenantId, usize> {
        let state = self.state();
        let shares = state.shares.iter().map(|(tenant, share)| (*tenant, share.bytes()));
        shares.filter(|(_, bytes)| *bytes > 0).collect()
    }

    /// Takes what was used since the last time, and forgets the meters that nobody needs.
    pub(crate) fn drain(&self, ends_day: bool) -> HashMap<Metered, Drained> {
        let now = Instant::now();
        let mut state = self.state();
        let State { meters, shares, earlier } = &mut *state;
        if ends_day {
            earlier.clear();
        }
        let mut used = HashMap::new();
        meters.retain(|metered, meter| {
            // Before it is read: who holds it now may still count.
            let is_held = Arc::strong_count(meter) > 1;
            let drained = meter.drain(now, ends_day);
            if !is_held && !ends_day && drained.messages_today > 0 {
                earlier.insert(*metered, drained.messages_today);
            }
            if drained.is_used() {
                used.insert(*metered, drained);
            }
            is_held
        });
        shares.retain(|_, share| Arc::strong_count(share) > 1);
        used
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{UsageCounts, UsageKind};

    #[test]
    fn the_day_goes_on_when_an_app_is_forgotten_and_used_again() {
        let (tenant, app) = (TenantId(Uuid::nil()), AppId::from_number(1).unwrap());
        let meters = Meters::new(1);
        meters.continue_day([(Metered::app(tenant, app), 10), (Metered::tenant(tenant), 30)]);
        let today = || {
            [Metered::app(tenant, app), Metered::tenant(tenant)]
                .map(|it| meters.consumption(it).messages_today)
        };
        assert_eq!(today(), [10, 30]);
        meters.usage(tenant, app).add(&UsageCounts::of(UsageKind::ApiMessages, 5));
        assert_eq!(today(), [15, 35]);
        assert_eq!(meters.drain(false).len(), 2);
        assert!(meters.state().meters.is_empty(), "nobody holds them");
        assert_eq!(today(), [15, 35]);
        let usage = meters.usage(tenant, app);
        assert_eq!(usage.app.messages_today(), 15);
        meters.drain(true);
        assert_eq!(today(), [0, 0]);
    }
}
