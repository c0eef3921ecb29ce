use std::{
    cell::Cell,
    ops::{AddAssign, Index, Sub},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// What is counted for whoever pays for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum UsageKind {
    /// Requests of apps' servers, and of the dashboard, that published. Not messages themselves.
    ApiRequests,
    /// Messages in them: one for each event, and one more where it asked for information.
    ApiMessages,
    /// Events that clients sent.
    ClientEvents,
    /// Events of servers, written to subscribers.
    DeliveredEvents,
    /// Client events, written to subscribers.
    DeliveredClientEvents,
    /// Members that came and went, told to subscribers.
    DeliveredPresence,
    /// Remembered events, written to new subscribers.
    DeliveredCached,
    /// Subscription counts, told to subscribers.
    DeliveredCounts,
    /// Requests to webhook endpoints.
    WebhookRequests,
}

/// How many there are of each [`UsageKind`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageCounts([u64; UsageKind::COUNT]);

/// Counts that every thread adds to in a cache line of its own, and that are added up by who asks.
#[derive(Debug)]
pub(super) struct Tally(Box<[Stripe]>);

/// 128 bytes: processors fetch lines in pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Stripe([AtomicU64; UsageKind::COUNT]);

thread_local! {
    /// Which stripe is this thread's. Those that are no workers share the last one.
    static OWN_STRIPE: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// Gives the worker of that index, whose thread this is, a stripe of its own.
pub(crate) fn own_stripe(worker: usize) {
    OWN_STRIPE.set(worker);
}

impl UsageKind {
    const COUNT: usize = 9;
}

impl UsageCounts {
    /// So many of one kind.
    pub fn of(kind: UsageKind, count: u64) -> Self {
        let mut counts = Self::default();
        counts.add(kind, count);
        counts
    }

    /// Adds so many of one kind.
    pub fn add(&mut self, kind: UsageKind, count: u64) {
        self.0[kind as usize] += count;
    }

    /// All that counts as a message (Pusher reference, section 9).
    pub fn messages(&self) -> u64 {
        self.0.iter().sum::<u64>() - self[UsageKind::ApiRequests]
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|count| *count == 0)
    }
}

impl Index<UsageKind> for UsageCounts {
    type Output = u64;

    fn index(&self, kind: UsageKind) -> &u64 {
        &self.0[kind as usize]
    }
}

impl AddAssign for UsageCounts {
    fn add_assign(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(sum, count)| *sum += count);
    }
}

impl Sub for UsageCounts {
    type Output = Self;

    /// What was counted since `earlier`.
    fn sub(mut self, earlier: Self) -> Self {
        self.0.iter_mut().zip(earlier.0).for_each(|(now, then)| *now -= then);
        self
    }
}

impl Tally {
    /// One for so many workers.
    pub(super) fn new(workers: usize) -> Self {
        Self((0..=workers).map(|_| Stripe::default()).collect())
    }

    /// Counts; one relaxed addition for each kind of which there is something.
    pub(super) fn add(&self, counts: &UsageCounts) {
        let Stripe(cells) = &self.0[OWN_STRIPE.get().min(self.0.len() - 1)];
        for (cell, count) in cells.iter().zip(counts.0).filter(|(_, count)| *count > 0) {
            cell.fetch_add(count, Relaxed);
        }
    }

    /// All that was ever counted. Never less than at an earlier reading.
    pub(super) fn read(&self) -> UsageCounts {
        let mut sum = UsageCounts::default();
        for Stripe(cells) in &self.0 {
            sum.0.iter_mut().zip(cells).for_each(|(sum, cell)| *sum += cell.load(Relaxed));
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn what_threads_count_adds_up() {
        let tally = Tally::new(2);
        thread::scope(|scope| {
            for worker in 0..4 {
                let tally = &tally;
                scope.spawn(move || {
                    own_stripe(worker);
                    (0..1000).for_each(|_| tally.add(&UsageCounts::of(UsageKind::ClientEvents, 2)));
                });
            }
        });
        assert_eq!(tally.read()[UsageKind::ClientEvents], 8000);
    }

    #[test]
    fn a_request_is_no_message_but_what_it_publishes_is() {
        let mut counts = UsageCounts::of(UsageKind::ApiRequests, 1);
        counts.add(UsageKind::ApiMessages, 2);
        counts.add(UsageKind::DeliveredEvents, 5);
        counts.add(UsageKind::WebhookRequests, 1);
        assert_eq!(counts.messages(), 8);
        assert_eq!((counts - UsageCounts::of(UsageKind::DeliveredEvents, 4)).messages(), 4);
    }
}
