use std::collections::{HashMap, VecDeque};

use crate::clock::Nanos;

/// An event from the decision to send it until it was answered and everybody has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flight {
    /// The time from which its latency counts.
    pub(crate) due: Nanos,
    /// When it was sent: above the server's capacity, long after it was due.
    sent: Nanos,
    pub(crate) channel: u32,
    pub(crate) publisher: u32,
    /// Deliveries that are still to come.
    remaining: u32,
    /// The answer is still to come.
    is_unanswered: bool,
}

impl Flight {
    pub(crate) fn new(times: Times, channel: usize, publisher: usize, receivers: usize) -> Self {
        Self {
            due: times.due,
            sent: times.sent,
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

/// When a flight begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    /// From here its latency counts.
    pub(crate) due: Nanos,
    /// From here it may be awaited. Never earlier than that of the flight before.
    pub(crate) sent: Nanos,
}

/// All events under way, by sequence number. The numbers are consecutive, so the table is a queue.
#[derive(Debug, Default)]
pub(crate) struct Flights {
    queue: VecDeque<Flight>,
    /// The number of the first in the queue.
    base: u32,
    in_flight: usize,
    /// Those that are no longer waited for. They may still come: that is late, neither lost nor twice.
    given_up: HashMap<u32, Flight>,
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

    /// One that is under way or was given up.
    #[inline]
    pub(crate) fn find(&self, sequence: u32) -> Option<&Flight> {
        match sequence.checked_sub(self.base) {
            Some(index) => self.queue.get(index as usize),
            None => self.given_up.get(&sequence),
        }
    }

    /// When the one was sent that has been under way longest.
    pub(crate) fn oldest(&self) -> Option<Nanos> {
        self.queue.front().map(|flight| flight.sent)
    }

    /// Those under way or given up.
    fn open(&self) -> impl Iterator<Item = (u32, &Flight)> {
        let given_up = self.given_up.iter().map(|(number, flight)| (*number, flight));
        (self.base..).zip(&self.queue).chain(given_up)
    }

    /// Those that have not reached everybody, with what they lack.
    pub(crate) fn undelivered(&self) -> impl Iterator<Item = (u32, u32)> {
        self.open()
            .filter(|(_, flight)| flight.remaining > 0)
            .map(|(number, flight)| (number, flight.remaining))
    }

    /// How many still have no answer.
    pub(crate) fn unanswered(&self) -> usize {
        self.open().filter(|(_, flight)| flight.is_unanswered).count()
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
        let Some(index) = sequence.checked_sub(self.base) else {
            if let Some(flight) = self.given_up.get_mut(&sequence) {
                change(flight);
            }
            return false;
        };
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

    /// Gives up what was sent before `time`, so that what is lost does not occupy the window for ever.
    pub(crate) fn expire(&mut self, time: Nanos) {
        while let Some(flight) = self.queue.front().copied().filter(|flight| flight.sent < time) {
            let sequence = self.base;
            self.abandon(sequence);
            self.given_up.insert(sequence, flight);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flight(sent: Nanos) -> Flight {
        Flight::new(Times { due: 0, sent }, 0, 0, 2)
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
        flights.expire(5);
        assert_eq!((flights.in_flight(), flights.oldest()), (1, Some(10)));
        let undelivered: Vec<(u32, u32)> = flights.undelivered().collect();
        assert_eq!(undelivered, [(fresh, 2), (lost, 1)]);
    }

    /// Above capacity an event is sent long after it was due, and is not lost for that.
    #[test]
    fn what_waited_before_it_was_sent_is_not_given_up() {
        let mut flights = Flights::default();
        flights.launch(Flight::new(Times { due: 1, sent: 10 }, 0, 0, 2));
        flights.expire(5);
        assert_eq!((flights.in_flight(), flights.oldest()), (1, Some(10)));
    }

    #[test]
    fn what_was_given_up_may_still_come() {
        let mut flights = Flights::default();
        let late = flights.launch(flight(1));
        flights.expire(5);
        assert_eq!((flights.in_flight(), flights.unanswered()), (0, 1));
        assert!(flights.find(late).is_some());
        flights.answer(late);
        flights.deliver(late);
        flights.deliver(late);
        assert_eq!((flights.unanswered(), flights.undelivered().count()), (0, 0));
    }
}
