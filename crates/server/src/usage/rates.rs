//! What tenants use at the moment, for operators: read off the books, kept nowhere.

use std::{collections::HashMap, time::Duration};

use campanile_protocol::TenantId;
use campanile_realtime::Reading;
use time::OffsetDateTime;

/// What tenants used between the last two readings.
#[derive(Clone, Debug)]
pub(crate) struct Rates {
    elapsed: Duration,
    by_tenant: HashMap<TenantId, Counted>,
    day: OffsetDateTime,
    throttled_today: HashMap<TenantId, u64>,
}

/// What one of them did.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct TenantRate {
    pub(crate) messages_per_second: f64,
    /// Its part of what all did, in hundredths.
    pub(crate) share_percent: f64,
    /// Messages refused because too many were published in a second.
    pub(crate) throttled_per_second: f64,
    /// The same since the UTC day or the process began, whichever was later.
    pub(crate) throttled_today: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    messages: u64,
    throttled: u64,
}

impl Rates {
    pub(super) fn new(day: OffsetDateTime) -> Self {
        Self { elapsed: Duration::ZERO, by_tenant: HashMap::new(), day, throttled_today: HashMap::new() }
    }

    /// Takes a reading's place: what was used on that day, in so much time.
    pub(super) fn read(&mut self, day: OffsetDateTime, elapsed: Duration, readings: &[Reading]) {
        if day != self.day {
            self.day = day;
            self.throttled_today.clear();
        }
        self.elapsed = elapsed;
        self.by_tenant.clear();
        for reading in readings {
            let counted = self.by_tenant.entry(reading.of.tenant).or_default();
            // A message counts for its app and its tenant; it is refused by either.
            if reading.of.app.is_none() {
                counted.messages += reading.counts.messages();
            }
            counted.throttled += reading.refused;
            if reading.refused > 0 {
                *self.throttled_today.entry(reading.of.tenant).or_default() += reading.refused;
            }
        }
    }

    /// Who did anything lately, or is connected.
    pub(crate) fn tenants(&self) -> impl Iterator<Item = TenantId> {
        self.by_tenant.keys().chain(self.throttled_today.keys()).copied()
    }

    /// All messages per second.
    pub(crate) fn messages_per_second(&self) -> f64 {
        self.per_second(self.messages())
    }

    pub(crate) fn of(&self, tenant: TenantId) -> TenantRate {
        let Counted { messages, throttled } = self.by_tenant.get(&tenant).copied().unwrap_or_default();
        let all = self.messages().max(1);
        TenantRate {
            messages_per_second: self.per_second(messages),
            share_percent: messages as f64 * 100.0 / all as f64,
            throttled_per_second: self.per_second(throttled),
            throttled_today: self.throttled_today.get(&tenant).copied().unwrap_or_default(),
        }
    }

    fn messages(&self) -> u64 {
        self.by_tenant.values().map(|counted| counted.messages).sum()
    }

    fn per_second(&self, count: u64) -> f64 {
        if self.elapsed.is_zero() { 0.0 } else { count as f64 / self.elapsed.as_secs_f64() }
    }
}

#[cfg(test)]
mod tests {
    use campanile_protocol::AppId;
    use campanile_realtime::{ConnectionUsage, Metered, UsageCounts, UsageKind};
    use uuid::Uuid;

    use super::*;

    fn reading(tenant: u128, app: Option<i64>, messages: u64, refused: u64) -> Reading {
        let app = app.map(|id| AppId::from_number(id).unwrap());
        Reading {
            of: Metered { tenant: TenantId(Uuid::from_u128(tenant)), app },
            counts: UsageCounts::of(UsageKind::ApiMessages, messages),
            connections: ConnectionUsage::default(),
            messages_today: 0,
            refused,
            limits: Vec::new(),
        }
    }

    #[test]
    fn a_tenants_part_is_of_all_and_counts_no_message_twice() {
        let mut rates = Rates::new(OffsetDateTime::UNIX_EPOCH);
        let readings = [
            reading(1, None, 30, 2),
            reading(1, Some(7), 30, 3),
            reading(2, None, 10, 0),
            reading(2, Some(8), 10, 0),
        ];
        rates.read(OffsetDateTime::UNIX_EPOCH, Duration::from_secs(5), &readings);
        let one = rates.of(TenantId(Uuid::from_u128(1)));
        assert_eq!((one.messages_per_second, one.share_percent), (6.0, 75.0));
        assert_eq!((one.throttled_per_second, one.throttled_today), (1.0, 5));
        assert_eq!(rates.messages_per_second(), 8.0);
    }

    #[test]
    fn a_reading_takes_the_place_of_the_one_before_and_the_day_adds_up() {
        let mut rates = Rates::new(OffsetDateTime::UNIX_EPOCH);
        let one = TenantId(Uuid::from_u128(1));
        let second = Duration::from_secs(1);
        rates.read(OffsetDateTime::UNIX_EPOCH, second, &[reading(1, None, 5, 4)]);
        rates.read(OffsetDateTime::UNIX_EPOCH, second, &[]);
        assert_eq!(rates.of(one), TenantRate { throttled_today: 4, ..TenantRate::default() });
        assert_eq!(rates.tenants().collect::<Vec<_>>(), [one]);
        rates.read(OffsetDateTime::UNIX_EPOCH + time::Duration::DAY, second, &[]);
        assert_eq!(rates.of(one).throttled_today, 0);
    }
}
