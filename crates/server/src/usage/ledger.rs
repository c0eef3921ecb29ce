use std::collections::BTreeMap;

use campanile_control::{UsageAmounts, UsageRow};
use campanile_protocol::{AppId, TenantId};
use time::OffsetDateTime;
use uuid::Uuid;

/// What was counted and is not known to be stored, minute by minute. A row says what its minute amounts to so
/// far, so that storing it twice counts once.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    rows: BTreeMap<Key, Entry>,
    /// The newest minute. Time only goes on here, whatever the clock does: a minute that is over and stored
    /// is forgotten, and would begin at nothing again.
    minute: i64,
}

/// The minute in seconds since 1970, the tenant, and the app, 0 for all of them.
type Key = (i64, Uuid, i64);

#[derive(Debug, Default)]
struct Entry {
    amounts: UsageAmounts,
    due: Due,
    /// It was handed out to be stored, which may have happened, whatever was heard of it.
    is_tried: bool,
}

/// When a row is to be stored, by what it says more than what is known to be stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// Nothing.
    #[default]
    Stored,
    /// How long connections lasted. It grows all the time, for every app that anyone is connected to: once a
    /// minute is enough.
    WhenOver,
    /// More than that.
    Now,
}

impl Due {
    fn since(stored: &UsageAmounts, amounts: &UsageAmounts) -> Self {
        let but_time = |amounts: &UsageAmounts| UsageAmounts { connection_ms: 0, ..*amounts };
        if stored == amounts {
            Self::Stored
        } else if but_time(stored) == but_time(amounts) {
            Self::WhenOver
        } else {
            Self::Now
        }
    }
}

/// Rows handed out at once.
const BATCH: usize = 2_000;
/// Rows kept while the database is away. Beyond that, a minute that was never handed out becomes part of the
/// next one: what was used stays counted, only when it was gets coarser.
const MAX_ROWS: usize = 200_000;

impl Ledger {
    /// A minute runs; those before it are over.
    pub(super) fn begin(&mut self, minute: i64) {
        self.minute = self.minute.max(minute);
    }

    /// No more is added: everything is to be stored now.
    pub(super) fn close(&mut self) {
        for entry in self.rows.values_mut().filter(|entry| entry.due == Due::WhenOver) {
            entry.due = Due::Now;
        }
    }

    /// Adds what was used in a minute.
    pub(super) fn add(&mut self, minute: i64, tenant: TenantId, app: Option<AppId>, amounts: &UsageAmounts) {
        self.begin(minute);
        let entry = self.rows.entry((self.minute, tenant.0, app.map_or(0, AppId::number))).or_default();
        let before = entry.amounts;
        entry.amounts.add(amounts);
        entry.due = entry.due.max(Due::since(&before, &entry.amounts));
        if self.rows.len() > MAX_ROWS {
            self.coarsen();
        }
    }

    /// Some rows that are to be stored, oldest first; none when all are.
    pub(super) fn batch(&mut self) -> Vec<UsageRow> {
        let running = self.minute;
        let due = self.rows.iter_mut().filter(|(key, entry)| entry.is_ripe(key.0 < running));
        let row = |((minute, tenant, app), entry): (&Key, &mut Entry)| {
            entry.is_tried = true;
            let minute = OffsetDateTime::from_unix_timestamp(*minute).expect("a minute of our clock");
            UsageRow {
                tenant: TenantId(*tenant),
                app: AppId::from_number(*app).ok(),
                minute,
                amounts: entry.amounts,
            }
        };
        due.take(BATCH).map(row).collect()
    }

    /// These rows are stored. What was added to them meanwhile is still due.
    pub(super) fn stored(&mut self, rows: &[UsageRow]) {
        for row in rows {
            let key = (row.minute.unix_timestamp(), row.tenant.0, row.app.map_or(0, AppId::number));
            if let Some(entry) = self.rows.get_mut(&key) {
                entry.due = Due::since(&row.amounts, &entry.amounts);
            }
        }
        let minute = self.minute;
        self.rows.retain(|(of, ..), entry| entry.due != Due::Stored || *of == minute);
    }

    /// How many rows are to be stored now.
    pub(super) fn due(&self) -> usize {
        self.rows.iter().filter(|(key, entry)| entry.is_ripe(key.0 < self.minute)).count()
    }

    /// Moves the oldest minute that may move into the next one that is kept.
    fn coarsen(&mut self) {
        let may_move = |(key, entry): &(&Key, &Entry)| key.0 < self.minute && !entry.is_tried;
        let Some(oldest) = self.rows.iter().find(may_move).map(|(key, _)| key.0) else { return };
        let Some(next) = self.rows.keys().map(|key| key.0).find(|minute| *minute > oldest) else { return };
        let moving: Vec<Key> = self
            .rows
            .range((oldest, Uuid::nil(), 0)..(oldest + 1, Uuid::nil(), 0))
            .filter(|(_, entry)| !entry.is_tried)
            .map(|(key, _)| *key)
            .collect();
        for key in moving {
            if let Some(entry) = self.rows.remove(&key) {
                let into = self.rows.entry((next, key.1, key.2)).or_default();
                into.amounts.add(&entry.amounts);
                into.due = Due::Now;
            }
        }
    }
}

impl Entry {
    fn is_ripe(&self, is_over: bool) -> bool {
        self.due == Due::Now || is_over && self.due == Due::WhenOver
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: TenantId = TenantId(Uuid::from_u128(1));

    fn used(messages: u64) -> UsageAmounts {
        UsageAmounts { api_messages: messages, connections_peak: messages, ..UsageAmounts::default() }
    }

    fn app(number: i64) -> Option<AppId> {
        AppId::from_number(number).ok()
    }

    fn told(rows: &[UsageRow]) -> Vec<(i64, u64)> {
        rows.iter().map(|row| (row.minute.unix_timestamp(), row.amounts.api_messages)).collect()
    }

    #[test]
    fn a_row_says_what_its_minute_amounts_to_until_that_is_stored() {
        let mut ledger = Ledger::default();
        ledger.add(60, TENANT, app(1), &used(2));
        let first = ledger.batch();
        ledger.add(60, TENANT, app(1), &used(3));
        ledger.stored(&first);
        assert_eq!((told(&first), told(&ledger.batch())), (vec![(60, 2)], vec![(60, 5)]));
        // An answer that was lost: the same again.
        let again = ledger.batch();
        ledger.stored(&again);
        assert!(ledger.batch().is_empty());
        ledger.add(60, TENANT, app(1), &used(1));
        assert_eq!(told(&ledger.batch()), [(60, 6)], "the minute is not over");
    }

    #[test]
    fn how_long_connections_lasted_is_stored_when_the_minute_is_over_or_with_what_else_changed() {
        let mut ledger = Ledger::default();
        let lasted =
            |connection_ms| UsageAmounts { connection_ms, connections_peak: 1, ..UsageAmounts::default() };
        let stored = |ledger: &mut Ledger| {
            let rows = ledger.batch();
            ledger.stored(&rows);
            rows.iter().map(|row| row.amounts.connection_ms).collect::<Vec<_>>()
        };
        ledger.add(60, TENANT, app(1), &lasted(5));
        assert_eq!(stored(&mut ledger), [5], "the peak is new");
        ledger.add(60, TENANT, app(1), &lasted(5));
        assert_eq!((stored(&mut ledger), ledger.due()), (vec![], 0));
        ledger.add(60, TENANT, app(1), &UsageAmounts { client_events: 1, ..lasted(5) });
        assert_eq!(stored(&mut ledger), [15]);
        ledger.add(60, TENANT, app(1), &lasted(5));
        ledger.begin(120);
        assert_eq!((ledger.due(), stored(&mut ledger)), (1, vec![20]));
        ledger.add(120, TENANT, app(1), &lasted(5));
        stored(&mut ledger);
        ledger.add(120, TENANT, app(1), &lasted(5));
        ledger.close();
        assert_eq!(stored(&mut ledger), [10], "the end");
    }

    #[test]
    fn a_minute_that_is_over_and_stored_is_forgotten_even_if_the_clock_goes_back() {
        let mut ledger = Ledger::default();
        ledger.add(60, TENANT, app(1), &used(2));
        ledger.add(120, TENANT, None, &used(1));
        let rows = ledger.batch();
        ledger.stored(&rows);
        assert_eq!((ledger.rows.len(), ledger.due()), (1, 0));
        ledger.add(60, TENANT, app(1), &used(7));
        assert_eq!(told(&ledger.batch()), [(120, 7)]);
    }

    #[test]
    fn while_nothing_can_be_stored_minutes_get_coarser_and_no_message_is_lost() {
        let mut ledger = Ledger::default();
        let apps = 40_000;
        for minute in 1..=8 {
            (1..=apps).for_each(|number| ledger.add(minute * 60, TENANT, app(number), &used(1)));
            if minute == 1 {
                assert_eq!(ledger.batch().len(), BATCH);
            }
        }
        assert!(ledger.rows.len() <= MAX_ROWS, "{}", ledger.rows.len());
        let kept: u64 = ledger.rows.values().map(|entry| entry.amounts.api_messages).sum();
        assert_eq!(kept, 8 * apps.unsigned_abs());
        let tried = ledger.rows.range(..(61, Uuid::nil(), 0));
        assert_eq!(tried.count(), BATCH, "what may be stored stays what it was");
    }
}
