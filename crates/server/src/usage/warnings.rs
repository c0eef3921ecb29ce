use std::{collections::HashSet, time::Duration};

use campanile_control::UsageWarning;
use campanile_protocol::{Limit, LimitName};
use campanile_realtime::{Metered, Reading, UsageKind};
use time::OffsetDateTime;

/// Notices limits that are nearly or wholly used up; each is told once a UTC day.
#[derive(Debug)]
pub(super) struct Warnings {
    day: OffsetDateTime,
    told: HashSet<(Metered, LimitName, u8)>,
    /// Not yet stored.
    pending: Vec<UsageWarning>,
}

/// Where limits are told, in hundredths.
const PERCENT: [u8; 2] = [80, 100];

impl Warnings {
    pub(super) fn new(day: OffsetDateTime) -> Self {
        Self { day, told: HashSet::new(), pending: Vec::new() }
    }

    /// Looks at what was used in `elapsed` time of a day.
    pub(super) fn note(&mut self, day: OffsetDateTime, elapsed: Duration, reading: &Reading) {
        if day != self.day {
            self.day = day;
            self.told.clear();
        }
        for limit in reading.limits.iter().filter(|limit| limit.most > 0) {
            let used = used(reading, limit, elapsed);
            for percent in PERCENT {
                let is_reached = u128::from(used) * 100 >= u128::from(limit.most) * u128::from(percent);
                if is_reached && self.told.insert((reading.of, limit.name, percent)) {
                    self.pending.push(self.warning(reading.of, limit, percent, used));
                }
            }
        }
    }

    fn warning(&self, of: Metered, limit: &Limit, percent: u8, used: u64) -> UsageWarning {
        UsageWarning {
            tenant: of.tenant,
            app: of.app,
            limit_name: limit.name.as_str().to_owned(),
            period_at: self.day,
            percent,
            used,
            most: limit.most,
            warned_at: self.day,
        }
    }

    pub(super) fn pending(&self) -> &[UsageWarning] {
        &self.pending
    }

    pub(super) fn stored(&mut self, warning: &UsageWarning) {
        self.pending.retain(|pending| pending != warning);
    }
}

fn used(reading: &Reading, limit: &Limit, elapsed: Duration) -> u64 {
    match limit.name {
        LimitName::MaxConnections => reading.connections.peak.into(),
        LimitName::MaxMessagesPerDay => reading.messages_today,
        // Only a refusal proves that a second was full.
        LimitName::MaxMessagesPerSecond if reading.refused > 0 => limit.most,
        LimitName::MaxMessagesPerSecond => {
            let published = reading.counts[UsageKind::ApiMessages] + reading.counts[UsageKind::ClientEvents];
            let average = published * 1_000 / u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
            average.min(limit.most.saturating_sub(1))
        }
    }
}

#[cfg(test)]
mod tests {
    use campanile_protocol::{LimitScope, TenantId};
    use campanile_realtime::{ConnectionUsage, UsageCounts};
    use uuid::Uuid;

    use super::*;

    fn reading(name: LimitName, most: u64) -> Reading {
        Reading {
            of: Metered::tenant(TenantId(Uuid::nil())),
            counts: UsageCounts::default(),
            connections: ConnectionUsage::default(),
            messages_today: 0,
            refused: 0,
            limits: vec![Limit { name, scope: LimitScope::Tenant, most }],
        }
    }

    fn percents(warnings: &Warnings) -> Vec<u8> {
        warnings.pending().iter().map(|warning| warning.percent).collect()
    }

    const TICK: Duration = Duration::from_secs(5);

    #[test]
    fn a_limit_is_told_at_80_and_at_100_percent_once_a_day() {
        let day = OffsetDateTime::UNIX_EPOCH;
        let mut warnings = Warnings::new(day);
        let at = |messages_today| Reading { messages_today, ..reading(LimitName::MaxMessagesPerDay, 10) };
        for (messages, told) in [(7, &[][..]), (8, &[80]), (9, &[80]), (10, &[80, 100]), (12, &[80, 100])] {
            warnings.note(day, TICK, &at(messages));
            assert_eq!(percents(&warnings), told, "{messages}");
        }
        let first = warnings.pending()[0].clone();
        assert_eq!((first.used, first.most), (8, 10));
        warnings.stored(&first);
        warnings.note(day + time::Duration::DAY, TICK, &at(20));
        assert_eq!(percents(&warnings), [100, 80, 100]);
    }

    #[test]
    fn a_rate_is_full_when_something_was_refused_and_nearly_so_by_its_average() {
        let mut warnings = Warnings::new(OffsetDateTime::UNIX_EPOCH);
        let mut full = reading(LimitName::MaxMessagesPerSecond, 10);
        full.counts = UsageCounts::of(UsageKind::ClientEvents, 39);
        warnings.note(OffsetDateTime::UNIX_EPOCH, TICK, &full);
        assert!(warnings.pending().is_empty());
        full.counts = UsageCounts::of(UsageKind::ApiMessages, 60);
        warnings.note(OffsetDateTime::UNIX_EPOCH, TICK, &full);
        assert_eq!(percents(&warnings), [80]);
        full.refused = 1;
        warnings.note(OffsetDateTime::UNIX_EPOCH, TICK, &full);
        assert_eq!(percents(&warnings), [80, 100]);
    }

    #[test]
    fn a_limit_of_nothing_is_not_used_up_by_nothing() {
        let mut warnings = Warnings::new(OffsetDateTime::UNIX_EPOCH);
        warnings.note(OffsetDateTime::UNIX_EPOCH, TICK, &reading(LimitName::MaxConnections, 0));
        assert!(warnings.pending().is_empty());
    }
}
