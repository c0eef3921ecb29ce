use std::collections::HashMap;

use serde::Serialize;

/// Holds every subscriber to the same story.
///
/// The first subscriber to see an event at some place of a channel decides what stands at that place; all
/// others must find the same there. So one comparison per delivery checks for loss, duplicates and order
/// at once, and that parallel publishers are seen in *one* order by everybody.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// What each channel delivered, in order.
    orders: Vec<Vec<u32>>,
    /// How much of its channel each subscription has seen.
    cursors: Vec<u32>,
    /// Events that a subscription was passed over with; they may still come, out of order.
    missing: HashMap<usize, Vec<u32>>,
    seen: Bits,
    /// The last event of each publisher per channel.
    last: Vec<u32>,
    publishers: usize,
    duplicated: u64,
    out_of_order: u64,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Tally {
    pub(crate) lost: u64,
    pub(crate) duplicated: u64,
    pub(crate) out_of_order: u64,
}

impl Tally {
    pub(crate) fn is_clean(self) -> bool {
        self == Self::default()
    }
}

/// One event as one subscription got it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delivery {
    pub(crate) subscription: usize,
    pub(crate) channel: usize,
    pub(crate) sequence: u32,
    /// Who sent it: the events of one publisher must stay in order.
    pub(crate) publisher: usize,
}

impl Ledger {
    /// Every channel has `subscribers` subscriptions, numbered channel by channel.
    pub(crate) fn new(channels: usize, subscribers: usize, publishers: usize) -> Self {
        Self {
            orders: vec![Vec::new(); channels],
            cursors: vec![0; channels * subscribers],
            missing: HashMap::new(),
            seen: Bits::default(),
            last: vec![0; channels * publishers],
            publishers,
            duplicated: 0,
            out_of_order: 0,
        }
    }

    /// Notes a delivery; whether the subscription gets it for the first time.
    #[inline]
    pub(crate) fn receive(&mut self, delivery: Delivery) -> bool {
        let cursor = &mut self.cursors[delivery.subscription];
        if self.orders[delivery.channel].get(*cursor as usize) == Some(&delivery.sequence) {
            *cursor += 1;
            return true;
        }
        self.receive_first_or_irregular(delivery)
    }

    fn receive_first_or_irregular(&mut self, delivery: Delivery) -> bool {
        let Delivery { subscription, channel, sequence, .. } = delivery;
        let cursor = self.cursors[subscription] as usize;
        if !self.seen.contains(sequence) {
            let passed_over = self.orders[channel][cursor..].to_vec();
            self.miss(subscription, &passed_over);
            self.append(delivery);
            self.cursors[subscription] = self.orders[channel].len() as u32;
            return true;
        }
        if let Some(ahead) = self.orders[channel][cursor..].iter().position(|it| *it == sequence) {
            let passed_over = self.orders[channel][cursor..cursor + ahead].to_vec();
            self.miss(subscription, &passed_over);
            self.cursors[subscription] += ahead as u32 + 1;
            return true;
        }
        if self.find_missing(subscription, sequence) {
            self.out_of_order += 1;
            return true;
        }
        self.duplicated += 1;
        false
    }

    /// What arrived although it had arrived everywhere.
    pub(crate) fn count_duplicate(&mut self) {
        self.duplicated += 1;
    }

    fn append(&mut self, delivery: Delivery) {
        let Delivery { channel, sequence, publisher, .. } = delivery;
        self.seen.insert(sequence);
        self.orders[channel].push(sequence);
        let last = &mut self.last[channel * self.publishers + publisher];
        if *last > sequence {
            self.out_of_order += 1;
        }
        *last = sequence;
    }

    fn miss(&mut self, subscription: usize, events: &[u32]) {
        if !events.is_empty() {
            self.missing.entry(subscription).or_default().extend_from_slice(events);
        }
    }

    fn find_missing(&mut self, subscription: usize, sequence: u32) -> bool {
        let Some(missing) = self.missing.get_mut(&subscription) else { return false };
        let Some(at) = missing.iter().position(|it| *it == sequence) else { return false };
        missing.remove(at);
        true
    }

    /// Whether anybody has seen it.
    pub(crate) fn has_seen(&self, sequence: u32) -> bool {
        self.seen.contains(sequence)
    }

    /// What has gone wrong so far, if nothing is under way any more. Subscriptions for which `excused`
    /// holds may have missed events.
    pub(crate) fn tally(&self, excused: impl Fn(usize) -> bool) -> Tally {
        let subscribers = self.cursors.len() / self.orders.len().max(1);
        let behind = |subscription: usize| {
            let seen = self.orders[subscription / subscribers].len() - self.cursors[subscription] as usize;
            seen + self.missing.get(&subscription).map_or(0, Vec::len)
        };
        let counted = (0..self.cursors.len()).filter(|subscription| !excused(*subscription));
        let lost: usize = counted.map(behind).sum();
        Tally { lost: lost as u64, duplicated: self.duplicated, out_of_order: self.out_of_order }
    }
}

/// A set of small numbers.
#[derive(Debug, Default)]
struct Bits(Vec<u64>);

impl Bits {
    fn contains(&self, number: u32) -> bool {
        self.0.get(number as usize / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    fn insert(&mut self, number: u32) {
        let word = number as usize / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1024, 0);
        }
        self.0[word] |= 1 << (number % 64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three subscribers of one channel and two publishers: odd events are of one, even of the other.
    fn ledger_after(deliveries: &[(usize, &[u32])]) -> Tally {
        let mut ledger = Ledger::new(1, 3, 2);
        for (subscription, sequences) in deliveries {
            for &sequence in *sequences {
                let publisher = sequence as usize % 2;
                ledger.receive(Delivery { subscription: *subscription, channel: 0, sequence, publisher });
            }
        }
        ledger.tally(|_| false)
    }

    #[test]
    fn one_order_for_all_is_clean_whatever_it_is() {
        let tally = ledger_after(&[(0, &[2, 1, 4, 3]), (1, &[2, 1, 4, 3]), (2, &[2, 1, 4, 3])]);
        assert!(tally.is_clean(), "{tally:?}");
    }

    #[test]
    fn a_loss_is_noticed_in_the_middle_and_at_the_end() {
        let all = [1, 2, 3, 4];
        let tally = ledger_after(&[(0, &all), (1, &[1, 3, 4]), (2, &[1, 2, 3])]);
        assert_eq!(tally, Tally { lost: 2, ..Tally::default() });
    }

    #[test]
    fn who_misses_the_end_and_is_first_with_the_next_has_lost() {
        let tally = ledger_after(&[(0, &[1, 2]), (1, &[1, 3]), (0, &[3]), (2, &[1, 2, 3])]);
        assert_eq!(tally, Tally { lost: 1, ..Tally::default() });
    }

    #[test]
    fn a_duplicate_is_noticed() {
        let tally = ledger_after(&[(0, &[1, 2, 2]), (1, &[1, 1, 2]), (2, &[1, 2])]);
        assert_eq!(tally, Tally { duplicated: 2, ..Tally::default() });
    }

    #[test]
    fn two_orders_of_the_same_events_are_noticed() {
        let tally = ledger_after(&[(0, &[1, 2, 3]), (1, &[2, 1, 3]), (2, &[1, 2, 3])]);
        assert_eq!(tally, Tally { out_of_order: 1, ..Tally::default() });
    }

    #[test]
    fn a_publisher_whose_events_are_swapped_for_all_is_noticed() {
        let tally = ledger_after(&[(0, &[3, 1]), (1, &[3, 1]), (2, &[3, 1])]);
        assert_eq!(tally, Tally { out_of_order: 1, ..Tally::default() });
    }

    #[test]
    fn nobody_is_blamed_for_an_excused_subscription() {
        let mut ledger = Ledger::new(1, 2, 1);
        ledger.receive(Delivery { subscription: 0, channel: 0, sequence: 1, publisher: 0 });
        assert_eq!(ledger.tally(|_| false).lost, 1);
        assert!(ledger.tally(|subscription| subscription == 1).is_clean());
    }
}
