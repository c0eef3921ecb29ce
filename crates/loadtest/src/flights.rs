use std::collections::VecDeque;

use crate::clock::Nanos;

/// An event from the decision to send it until it was answered and everybody has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flight {
    /// The time from which its latency counts.
    pub(crate) due: Nanos,
    pub(crate) channel: u32,
    pub(crate) publisher: u32,
    /// Deliveries that are still to come.
    remaining: u32,
    /// The answer is still to come.
    is_unanswered: bool,
}

impl Flight {
    pub(crate) fn new(due: Nanos, channel: usize, publisher: usize, receivers: usize) -> Self {
        Self {
            due,
            channel: channel as u32,
            publisher: publisher as u32,
            remaining: receivers as u32,
            is_unanswered: true,
        }
    }

    fn has_landed(&self) -> bool {
        self.remaining == 0 && !self.is_unanswered
    }
}

/// All events under way, by sequence number. The numbers are consecutive, so the table is a queue.
#[derive(Debug, Default)]
pub(crate) struct Flights {
    queue: VecDeque<Flight>,
    /// The number of the first in the queue.
    base: u32,
    in_flight: usize,
}

impl Flights {
    /// Takes one up and returns its number.
    pub(crate) fn launch(&mut self, flight: Flight) -> u32 {
        self.queue.push_back(flight);
        self.in_flight += 1;
        self.base + (self.queue.len() - 1) as u32
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// The number of the next.
    pub(crate) fn next(&self) -> u32 {
        self.base + self.queue.len() as u32
    }

    #[inline]
    pub(crate) fn find(&self, sequence: u32) -> Option<&Flight> {
        self.queue.get(sequence.checked_sub(self.base)? as usize)
    }

    /// The time of the one that has been under way longest.
    pub(crate) fn oldest(&self) -> Option<Nanos> {
        self.queue.front().map(|flight| flight.due)
    }

    /// Those under way, with what they lack.
    pub(crate) fn unlanded(&self) -> impl Iterator<Item = (u32, u32)> {
        let numbered = (self.base..).zip(&self.queue);
        numbered.filter(|(_, flight)| flight.remaining > 0).map(|(number, flight)| (number, flight.remaining))
    }

    /// One more subscriber has it; whether it has landed with that.
    #[inline]
    pub(crate) fn deliver(&mut self, sequence: u32) -> bool {
        self.advance(sequence, |flight| flight.remaining = flight.remaining.saturating_sub(1))
    }

    /// It was answered; whether it has landed with that.
    pub(crate) fn answer(&mut self, sequence: u32) -> bool {
        self.advance(sequence, |flight| flight.is_unanswered = false)
    }

    /// It was refused: nobody will get it.
    pub(crate) fn abandon(&mut self, sequence: u32) {
        self.advance(sequence, |flight| {
            flight.is_unanswered = false;
            flight.remaining = 0;
        });
    }

    #[inline]
    fn advance(&mut self, sequence: u32, change: impl FnOnce(&mut Flight)) -> bool {
        let Some(index) = sequence.checked_sub(self.base) else { return false };
        let Some(flight) = self.queue.get_mut(index as usize) else { return false };
        let had_landed = flight.has_landed();
        change(flight);
        let lands = !had_landed && flight.has_landed();
        if lands {
            self.in_flight -= 1;
            self.clear_landed();
        }
        lands
    }

    fn clear_landed(&mut self) {
        while self.queue.front().is_some_and(Flight::has_landed) {
            self.queue.pop_front();
            self.base += 1;
        }
    }

    /// Gives up what was due before `time`, so that what is lost does not occupy the window for ever.
    /// Each is reported: its number and what it lacks.
    pub(crate) fn expire(&mut self, time: Nanos, mut lost: impl FnMut(u32, u32)) {
        while let Some(flight) = self.queue.front().filter(|flight| flight.due < time) {
            lost(self.base, flight.remaining);
            let sequence = self.base;
            self.abandon(sequence);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flight(due: Nanos) -> Flight {
        Flight::new(due, 0, 0, 2)
    }

    #[test]
    fn an_event_lands_when_it_is_answered_and_everybody_has_it() {
        let mut flights = Flights::default();
        let (first, second) = (flights.launch(flight(1)), flights.launch(flight(2)));
        flights.answer(first);
        flights.deliver(first);
        flights.deliver(second);
        flights.deliver(second);
        assert_eq!(flights.in_flight(), 2);
        flights.answer(second);
        assert_eq!(flights.in_flight(), 1);
        flights.deliver(first);
        assert_eq!((flights.in_flight(), flights.next()), (0, 2));
        assert!(flights.find(second).is_none());
    }

    #[test]
    fn what_is_lost_is_given_up_in_time() {
        let mut flights = Flights::default();
        let lost = flights.launch(flight(1));
        let fresh = flights.launch(flight(10));
        flights.deliver(lost);
        let mut reported = Vec::new();
        flights.expire(5, |sequence, remaining| reported.push((sequence, remaining)));
        assert_eq!(reported, [(lost, 1)]);
        assert!(flights.find(lost).is_none() && flights.find(fresh).is_some());
    }
}
