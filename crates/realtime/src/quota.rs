//! What apps and tenants use, and what they may.

mod bucket;
mod gauge;
mod meters;
mod tally;

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use campanile_protocol::{App, Limit, LimitName, LimitScope, TenantId};
use thiserror::Error;

use self::{bucket::Bucket, gauge::Gauge, tally::Tally};
pub use self::{
    gauge::ConnectionUsage,
    meters::{Consumption, Metered},
    tally::{UsageCounts, UsageKind},
};
pub(crate) use self::{gauge::Counted, meters::Meters, tally::own_stripe};
use crate::{backlog::Share, tallies::ByLimit};

/// A limit of the app or of its tenant is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{limit}{}", Retry(*.retry_after))]
pub struct OverQuota {
    /// Which.
    pub limit: Limit,
    /// When to try again, where time heals.
    pub retry_after: Option<Duration>,
}

/// `; try again in 5 s`.
struct Retry(Option<Duration>);

impl fmt::Display for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(wait) => write!(f, "; try again in {} s", whole_seconds(wait)),
            None => Ok(()),
        }
    }
}

impl OverQuota {
    /// When to try again, in whole seconds: `Retry-After`.
    pub fn retry_after_seconds(&self) -> Option<u64> {
        self.retry_after.map(whole_seconds)
    }
}

fn whole_seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX).max(1)
}

/// What an app, or all apps of a tenant, use on this node.
#[derive(Debug)]
pub(crate) struct Meter {
    connections: Gauge,
    tally: Tally,
    /// What the tally said of messages when the day began, less those of the day that it does not know of:
    /// what an earlier start of the process has counted. Wraps.
    before_today: AtomicU64,
    rate: Bucket,
    /// Messages refused because too many were published in a second.
    refused: AtomicU64,
    drained: Mutex<UsageCounts>,
}

/// What was used since the last reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drained {
    pub(crate) counts: UsageCounts,
    pub(crate) connections: ConnectionUsage,
    pub(crate) messages_today: u64,
    pub(crate) refused: u64,
}

impl Drained {
    fn is_used(&self) -> bool {
        !self.counts.is_empty() || self.connections != ConnectionUsage::default() || self.refused > 0
    }
}

/// The meters of an app and of its tenant, and the room that the tenant has inside the node.
#[derive(Debug)]
pub(crate) struct Usage {
    pub(crate) tenant_id: TenantId,
    pub(crate) app: Arc<Meter>,
    pub(crate) tenant: Arc<Meter>,
    pub(crate) share: Arc<Share>,
    /// Where it is counted that a limit stood in the way, of whomever.
    exceeded: Arc<ByLimit>,
}

/// The two places of one connection.
pub(crate) type Places = (Counted, Counted);

const DAY_SECONDS: u64 = 24 * 3600;
/// The meters are read within so many seconds.
const READING_SECONDS: u64 = 5;

impl Meter {
    /// One that continues a day of which so many messages were counted already.
    pub(crate) fn new(workers: usize, messages_today: u64) -> Self {
        Self {
            connections: Gauge::default(),
            tally: Tally::new(workers),
            before_today: AtomicU64::new(0_u64.wrapping_sub(messages_today)),
            rate: Bucket::default(),
            refused: AtomicU64::new(0),
            drained: Mutex::default(),
        }
    }

    pub(crate) fn open(&self) -> u32 {
        self.connections.open()
    }

    pub(crate) fn messages_today(&self) -> u64 {
        let today = self.tally.read().messages().wrapping_sub(self.before_today.load(Relaxed));
        // The day may have ended between the two: what is then less than nothing is nothing.
        today.cast_signed().max(0).cast_unsigned()
    }

    /// Takes what was used since the last time; with it the day may end.
    pub(crate) fn drain(&self, now: Instant, ends_day: bool) -> Drained {
        let read = self.tally.read();
        let mut drained = self.drained.lock().expect("no one panics holding it");
        let counts = read - std::mem::replace(&mut *drained, read);
        let messages_today = read.messages().wrapping_sub(self.before_today.load(Relaxed));
        if ends_day {
            self.before_today.store(read.messages(), Relaxed);
        }
        let (connections, refused) = (self.connections.take(now), self.refused.swap(0, Relaxed));
        Drained { counts, connections, messages_today, refused }
    }

    fn take(&self, now: u64, messages: u64, limit: Option<Limit>) -> Result<(), OverQuota> {
        let Some(limit) = limit else { return Ok(()) };
        self.rate.take(now, messages, per_second(limit)).map_err(|wait| {
            self.refused.fetch_add(messages, Relaxed);
            OverQuota { limit, retry_after: Some(wait) }
        })
    }
}

impl Usage {
    pub(crate) fn add(&self, counts: &UsageCounts) {
        self.app.tally.add(counts);
        self.tenant.tally.add(counts);
    }

    /// Places for one connection, if the quotas leave one.
    pub(crate) fn connect(&self, app: &App) -> Result<Places, OverQuota> {
        let now = Instant::now();
        let enter = |meter, scope| {
            let most = limit(app, LimitName::MaxConnections, scope);
            let places = most.map(|limit| u32::try_from(limit.most).unwrap_or(u32::MAX));
            let full = || OverQuota { limit: most.expect("none is full without a limit"), retry_after: None };
            Counted::enter(meter, places, now).ok_or_else(full)
        };
        let places = || Ok((enter(&self.app, LimitScope::App)?, enter(&self.tenant, LimitScope::Tenant)?));
        places().inspect_err(|over| self.count(over))
    }

    /// Lets so many messages be published, if the quotas of the day and of the second allow it. They are
    /// counted when they are published.
    pub(crate) fn allow(&self, app: &App, messages: u64) -> Result<(), OverQuota> {
        self.check(app, messages).inspect_err(|over| self.count(over))
    }

    fn count(&self, over: &OverQuota) {
        self.exceeded.add(over.limit.name, over.limit.scope);
    }

    fn check(&self, app: &App, messages: u64) -> Result<(), OverQuota> {
        for (meter, scope) in [(&self.app, LimitScope::App), (&self.tenant, LimitScope::Tenant)] {
            match limit(app, LimitName::MaxMessagesPerDay, scope) {
                Some(limit) if meter.messages_today() >= limit.most => {
                    return Err(OverQuota {
                        limit,
                        retry_after: Some(until_the_next_day(seconds_since_1970())),
                    });
                }
                Some(_) | None => {}
            }
        }
        let rate = |scope| limit(app, LimitName::MaxMessagesPerSecond, scope);
        let (of_app, of_tenant) = (rate(LimitScope::App), rate(LimitScope::Tenant));
        if of_app.is_none() && of_tenant.is_none() {
            return Ok(());
        }
        let now = bucket::now();
        self.app.take(now, messages, of_app)?;
        self.tenant.take(now, messages, of_tenant).inspect_err(|_| {
            if let Some(limit) = of_app {
                self.app.rate.put_back(messages, per_second(limit));
            }
        })
    }
}

/// A limit, if there is one.
pub(crate) fn limit(app: &App, name: LimitName, scope: LimitScope) -> Option<Limit> {
    let (settings, quotas) = (&app.settings, &app.tenant_quotas);
    let most = match (name, scope) {
        (LimitName::MaxConnections, LimitScope::App) => settings.max_connections.map(u64::from),
        (LimitName::MaxConnections, LimitScope::Tenant) => quotas.max_connections.map(u64::from),
        (LimitName::MaxMessagesPerDay, LimitScope::App) => settings.max_messages_per_day,
        (LimitName::MaxMessagesPerDay, LimitScope::Tenant) => quotas.max_messages_per_day,
        (LimitName::MaxMessagesPerSecond, LimitScope::App) => settings.max_messages_per_second.map(u64::from),
        (LimitName::MaxMessagesPerSecond, LimitScope::Tenant) => {
            quotas.max_messages_per_second.map(u64::from)
        }
    };
    most.map(|most| Limit { name, scope, most })
}

fn per_second(limit: Limit) -> u32 {
    u32::try_from(limit.most).unwrap_or(u32::MAX)
}

/// Until a day's messages are counted anew. That is when the meters are read after midnight, UTC: whoever comes
/// back at the stroke of it must not be sent away for another day.
fn until_the_next_day(now: u64) -> Duration {
    let past = now % DAY_SECONDS;
    let left = if past < READING_SECONDS { 0 } else { DAY_SECONDS - past };
    Duration::from_secs(left + READING_SECONDS)
}

fn seconds_since_1970() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(meter: &Meter, messages: u64) {
        meter.tally.add(&UsageCounts::of(UsageKind::ApiMessages, messages));
    }

    #[test]
    fn a_day_continues_from_what_was_counted_before() {
        let meter = Meter::new(1, 40);
        count(&meter, 2);
        assert_eq!(meter.messages_today(), 42);
        let drained = meter.drain(Instant::now(), false);
        assert_eq!(
            (drained.counts.messages(), drained.messages_today),
            (2, 42),
            "what was stored is not stored again"
        );
    }

    #[test]
    fn who_comes_back_at_midnight_is_not_sent_away_for_a_day() {
        let seconds = |now| until_the_next_day(now).as_secs();
        assert_eq!([seconds(DAY_SECONDS - 1), seconds(DAY_SECONDS), seconds(DAY_SECONDS + 4)], [6, 5, 5]);
        assert_eq!(seconds(DAY_SECONDS + 5), DAY_SECONDS);
    }

    #[test]
    fn a_new_day_begins_at_nothing_and_loses_nothing() {
        let meter = Meter::new(1, 40);
        count(&meter, 2);
        assert_eq!(meter.drain(Instant::now(), true).counts.messages(), 2);
        assert_eq!(meter.messages_today(), 0);
        count(&meter, 3);
        assert_eq!(meter.messages_today(), 3);
        assert_eq!(meter.drain(Instant::now(), false).counts.messages(), 3);
        assert_eq!(meter.drain(Instant::now(), false).counts, UsageCounts::default());
    }
}
