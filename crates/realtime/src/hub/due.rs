use std::{collections::VecDeque, hash::Hash};

use ahash::AHashMap;

/// What is due, each once, by whom it belongs to: owners take turns, whatever each of them has, and so do the
/// things of one owner.
#[derive(Debug)]
pub(super) struct DueQueue<O, T> {
    order: VecDeque<O>,
    due: AHashMap<O, VecDeque<T>>,
    /// Queues that are empty and will be needed again.
    spare: Vec<VecDeque<T>>,
}

/// One owner's turn. What is not served goes back with it.
#[derive(Debug)]
pub(super) struct Turn<O, T> {
    owner: O,
    due: VecDeque<T>,
}

const SPARE_QUEUES: usize = 64;
/// A queue that has held more is not worth keeping.
const SPARE_ROOM: usize = 64;

impl<O, T> Default for DueQueue<O, T> {
    fn default() -> Self {
        Self { order: VecDeque::new(), due: AHashMap::new(), spare: Vec::new() }
    }
}

impl<O: Copy + Eq + Hash, T> DueQueue<O, T> {
    pub(super) fn push(&mut self, owner: O, thing: T) {
        let due = self.due.entry(owner).or_insert_with(|| {
            self.order.push_back(owner);
            self.spare.pop().unwrap_or_default()
        });
        due.push_back(thing);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// How many have something due.
    pub(super) fn owners(&self) -> usize {
        self.order.len()
    }

    /// The next owner's turn; to be ended by [`Self::end_turn`].
    pub(super) fn begin_turn(&mut self) -> Option<Turn<O, T>> {
        let owner = self.order.pop_front()?;
        let due = self.due.remove(&owner).unwrap_or_default();
        Some(Turn { owner, due })
    }

    pub(super) fn end_turn(&mut self, Turn { owner, due }: Turn<O, T>) {
        if !due.is_empty() {
            self.order.push_back(owner);
            self.due.insert(owner, due);
        } else if self.spare.len() < SPARE_QUEUES && due.capacity() <= SPARE_ROOM {
            self.spare.push(due);
        }
    }
}

impl<O, T> Turn<O, T> {
    pub(super) fn next(&mut self) -> Option<T> {
        self.due.pop_front()
    }

    pub(super) fn push(&mut self, thing: T) {
        self.due.push_back(thing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_with_one_thing_waits_for_one_turn_of_each_other_owner() {
        let mut queue = DueQueue::default();
        (0..10_000).for_each(|thing| queue.push("loud", thing));
        queue.push("quiet", 0);
        queue.push("other", 0);
        let turns = std::iter::from_fn(|| {
            let mut turn = queue.begin_turn()?;
            (0..64).for_each(|_| _ = turn.next());
            let owner = turn.owner;
            queue.end_turn(turn);
            Some(owner)
        });
        assert_eq!(turns.take(5).collect::<Vec<_>>(), ["loud", "quiet", "other", "loud", "loud"]);
    }

    #[test]
    fn things_of_one_owner_take_turns_and_none_is_lost() {
        let mut queue = DueQueue::default();
        ["a", "b"].into_iter().for_each(|thing| queue.push(1, thing));
        let mut turn = queue.begin_turn().unwrap();
        let served = turn.next().unwrap();
        turn.push(served);
        assert!(queue.begin_turn().is_none());
        queue.end_turn(turn);
        let mut turn = queue.begin_turn().unwrap();
        assert_eq!((turn.next(), turn.next(), turn.next()), (Some("b"), Some("a"), None));
        queue.end_turn(turn);
        assert!(queue.is_empty());
    }
}
