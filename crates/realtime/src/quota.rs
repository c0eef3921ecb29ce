use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use thiserror::Error;

/// The app or its tenant has all the connections it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the connection quota is used up")]
pub struct OverQuota;

/// What an app, or all apps of a tenant, use of their quotas on this node.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    connections: AtomicUsize,
    /// The day since 1970 in the upper 24 bits, the messages of that day in the lower 40: one word, so
    /// that no message is counted to the wrong day.
    messages: AtomicU64,
}

/// A connection that counts; gives its place back when dropped.
#[derive(Debug)]
pub(crate) struct Counted(Arc<Meter>);

const COUNT_BITS: u32 = 40;
const DAY_SECONDS: u64 = 24 * 3600;

impl Meter {
    /// Takes a place, if one is left.
    pub(crate) fn connect(self: &Arc<Self>, most: Option<u32>) -> Result<Counted, OverQuota> {
        let one_more = |open: usize| most.is_none_or(|most| open < most as usize).then_some(open + 1);
        match self.connections.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more) {
            Ok(_) => Ok(Counted(self.clone())),
            Err(_) => Err(OverQuota),
        }
    }

    /// Counts messages of today.
    pub(crate) fn add(&self, messages: u64) {
        self.add_on(today(), messages);
    }

    /// Whether today's messages have reached a limit.
    pub(crate) fn is_over(&self, most: Option<u64>) -> bool {
        most.is_some_and(|most| self.on(today()) >= most)
    }

    /// Whether something of today would be forgotten with it.
    pub(crate) fn is_used_today(&self) -> bool {
        self.on(today()) > 0
    }

    fn add_on(&self, day: u64, messages: u64) {
        let count = |word: u64| {
            let counted = if word >> COUNT_BITS == day { word & ((1 << COUNT_BITS) - 1) } else { 0 };
            Some(day << COUNT_BITS | (counted + messages).min((1 << COUNT_BITS) - 1))
        };
        // Never fails: `count` always has an answer.
        let _ = self.messages.fetch_update(Ordering::Relaxed, Ordering::Relaxed, count);
    }

    fn on(&self, day: u64) -> u64 {
        let word = self.messages.load(Ordering::Relaxed);
        if word >> COUNT_BITS == day { word & ((1 << COUNT_BITS) - 1) } else { 0 }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The number of the UTC day.
fn today() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() / DAY_SECONDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_its_connection_ends() {
        let meter = Arc::new(Meter::default());
        let first = meter.connect(Some(1)).unwrap();
        assert!(meter.connect(Some(1)).is_err());
        drop(first);
        assert!(meter.connect(Some(1)).is_ok());
        assert!(meter.connect(None).is_ok());
        assert_eq!(meter.connections.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn messages_are_counted_by_day() {
        let meter = Meter::default();
        meter.add_on(7, 3);
        meter.add_on(7, 2);
        assert_eq!((meter.on(7), meter.on(8)), (5, 0));
        meter.add_on(8, 1);
        assert_eq!((meter.on(7), meter.on(8)), (0, 1));
    }
}
