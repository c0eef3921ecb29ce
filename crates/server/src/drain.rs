//! Draining: the node's clients are told to reconnect elsewhere, so many a second, while the platform goes on.
//! Nobody new is let in meanwhile, and `/ready` says so. It ends when it is taken back; a stop of the platform
//! does not wait for it.

use std::{sync::Arc, time::Duration};

use campanile_protocol::CloseCode;
use campanile_realtime::Node;
use time::OffsetDateTime;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};

/// Whether the node is being drained. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Drain {
    node: Arc<Node>,
    state: Arc<watch::Sender<Option<Draining>>>,
}

/// How far a drain is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Draining {
    /// Connections that are told to go in a second, at most.
    pub(crate) per_second: u32,
    pub(crate) began_at: OffsetDateTime,
    /// Connections that were open when it began.
    pub(crate) connections_at_start: usize,
    /// Connections that were told to go so far.
    pub(crate) told: u64,
    /// When nobody was left for the first time.
    pub(crate) emptied_at: Option<OffsetDateTime>,
}

/// How many may be told to go now.
#[derive(Debug, Default)]
struct Pace {
    /// In thousandths of a connection.
    allowed: u64,
}

/// Between two slices.
const SLICE: Duration = Duration::from_millis(100);

impl Drain {
    pub(crate) fn new(node: Arc<Node>) -> Self {
        Self { node, state: Arc::new(watch::Sender::new(None)) }
    }

    /// How far it is, while there is one.
    pub(crate) fn progress(&self) -> Option<Draining> {
        *self.state.borrow()
    }

    /// Whether new clients are turned away.
    pub(crate) fn is_on(&self) -> bool {
        self.state.borrow().is_some()
    }

    /// Begins one; false if there is one already.
    pub(crate) fn begin(&self, per_second: u32) -> bool {
        let connections = self.node.counters().connections;
        self.state.send_if_modified(|state| {
            let begins = state.is_none();
            if begins {
                *state = Some(Draining {
                    per_second,
                    began_at: OffsetDateTime::now_utc(),
                    connections_at_start: connections,
                    told: 0,
                    emptied_at: None,
                });
            }
            begins
        })
    }

    /// Ends it: who is still connected stays, and new clients are let in. Returns how far it was.
    pub(crate) fn cancel(&self) -> Option<Draining> {
        self.state.send_replace(None)
    }

    /// Does what is asked for, for as long as the process lives.
    pub(crate) async fn work(self) {
        let mut asked = self.state.subscribe();
        while asked.wait_for(Option::is_some).await.is_ok() {
            self.empty().await;
        }
    }

    /// Tells slice after slice to go, also those who were on their way in when it began.
    async fn empty(&self) {
        let (mut pace, mut ticks) = (Pace::default(), interval(SLICE));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for turn in 0_usize.. {
            ticks.tick().await;
            let Some(draining) = self.progress() else { return };
            let most = pace.allow(draining.per_second);
            let told = self.node.close_some(most, turn, CloseCode::Restarting).await;
            pace.spend(told);
            self.note(told);
        }
    }

    fn note(&self, told: usize) {
        let is_empty = self.node.counters().connections == 0;
        self.state.send_if_modified(|state| {
            let Some(draining) = state else { return false };
            draining.told += told as u64;
            let empties = is_empty && draining.emptied_at.is_none();
            if empties {
                draining.emptied_at = Some(OffsetDateTime::now_utc());
                tracing::info!(told = draining.told, "the node is drained");
            }
            empties || told > 0
        });
    }
}

impl Pace {
    /// One more slice's time has passed. What was not used of earlier ones is not made up for: those who come
    /// back elsewhere must not come in a burst.
    fn allow(&mut self, per_second: u32) -> usize {
        let slice = u64::from(per_second) * SLICE.as_millis() as u64;
        self.allowed = (self.allowed + slice).min(slice + 999);
        usize::try_from(self.allowed / 1000).unwrap_or(usize::MAX)
    }

    fn spend(&mut self, told: usize) {
        self.allowed = self.allowed.saturating_sub(told as u64 * 1000);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many go in each of so many slices.
    fn slices(per_second: u32, slices: usize, present: usize) -> Vec<usize> {
        let mut pace = Pace::default();
        let slice = |_| {
            let told = pace.allow(per_second).min(present);
            pace.spend(told);
            told
        };
        (0..slices).map(slice).collect()
    }

    #[test]
    fn so_many_go_in_a_second_and_no_more() {
        assert_eq!(slices(1, 20, 9).iter().sum::<usize>(), 2);
        assert_eq!(slices(15, 10, 9).iter().sum::<usize>(), 15);
        assert_eq!(slices(2000, 3, 1000), [200, 200, 200]);
    }

    #[test]
    fn time_without_connections_is_not_made_up_for() {
        let mut pace = Pace::default();
        (0..100).for_each(|_| {
            pace.allow(50);
        });
        assert_eq!(pace.allow(50), 5);
    }
}
