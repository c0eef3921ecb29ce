use std::collections::VecDeque;

use campanile_protocol::Frame;

/// The messages due to one client, numbered from the session's beginning. Those handed to a receiver
/// stay until it is known that they arrived.
#[derive(Default)]
pub(super) struct Log {
    frames: VecDeque<Frame>,
    /// The number of the first frame.
    base: u64,
    /// How many of the frames have been handed over.
    handed: usize,
    /// What the frames cost.
    bytes: usize,
}

/// What a frame costs beside its content.
const FRAME_BYTES: usize = 64;

impl Log {
    pub(super) fn append(&mut self, frames: &[Frame]) {
        self.bytes += frames.iter().map(cost).sum::<usize>();
        self.frames.extend(frames.iter().cloned());
    }

    /// The number of the first frame that has not been handed over.
    pub(super) fn next(&self) -> u64 {
        self.base + self.handed as u64
    }

    pub(super) fn is_all_handed(&self) -> bool {
        self.handed == self.frames.len()
    }

    pub(super) fn unhanded(&self) -> impl Iterator<Item = &Frame> + Clone {
        self.frames.range(self.handed..)
    }

    pub(super) fn hand_over(&mut self) {
        self.handed = self.frames.len();
    }

    /// Forgets the frames before that number: they have arrived.
    pub(super) fn confirm(&mut self, number: u64) {
        let count = number.min(self.next()).saturating_sub(self.base) as usize;
        self.bytes -= self.frames.drain(..count).map(|frame| cost(&frame)).sum::<usize>();
        self.base += count as u64;
        self.handed -= count;
    }

    /// Whether memory is held, if only for what may be due.
    pub(super) fn holds_memory(&self) -> bool {
        self.frames.capacity() > 0
    }

    /// Gives back what is not used.
    pub(super) fn shrink(&mut self) {
        self.frames.shrink_to_fit();
    }

    /// Hands everything that is still kept over again.
    pub(super) fn rewind(&mut self) {
        self.handed = 0;
    }

    /// The number after the last frame.
    pub(super) fn end(&self) -> u64 {
        self.base + self.frames.len() as u64
    }

    /// Whether all frames from that number on are kept, and those before it have been handed over.
    pub(super) fn keeps(&self, number: u64) -> bool {
        (self.base..=self.next()).contains(&number)
    }

    /// Goes on after so many frames, which the client has received; false if it cannot.
    pub(super) fn resume(&mut self, number: u64) -> bool {
        let keeps = self.keeps(number);
        if keeps {
            self.confirm(number);
            self.rewind();
        }
        keeps
    }

    /// Makes room by forgetting what was handed over first; false if what is left is still more.
    pub(super) fn fit(&mut self, most_bytes: usize) -> bool {
        while self.bytes > most_bytes && self.handed > 0 {
            self.confirm(self.base + 1);
        }
        self.bytes <= most_bytes
    }
}

fn cost(frame: &Frame) -> usize {
    frame.held_bytes() + FRAME_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(texts: &[&str]) -> Vec<Frame> {
        texts.iter().map(|text| Frame::text(text)).collect()
    }

    fn unhanded(log: &Log) -> Vec<String> {
        log.unhanded().map(|frame| String::from_utf8_lossy(frame.payload()).into_owned()).collect()
    }

    #[test]
    fn what_is_not_known_to_have_arrived_can_be_handed_over_again() {
        let mut log = Log::default();
        log.append(&frames(&["a", "b", "c"]));
        log.hand_over();
        log.append(&frames(&["d"]));
        log.confirm(1);
        assert_eq!(unhanded(&log), ["d"]);
        log.rewind();
        assert_eq!(unhanded(&log), ["b", "c", "d"]);
        log.hand_over();
        log.confirm(99);
        assert_eq!((log.next(), log.bytes, log.is_all_handed()), (4, 0, true));
    }

    #[test]
    fn a_client_goes_on_where_it_says_if_that_is_kept() {
        let mut log = Log::default();
        log.append(&frames(&["a", "b", "c"]));
        log.hand_over();
        assert!(log.resume(1));
        assert_eq!(unhanded(&log), ["b", "c"]);
        assert!(!log.resume(0), "forgotten");
        assert!(!log.resume(2), "never handed over");
    }

    #[test]
    fn room_is_made_only_by_what_was_handed_over() {
        let mut log = Log::default();
        log.append(&frames(&["a", "b"]));
        log.hand_over();
        log.append(&frames(&["c"]));
        assert!(log.fit(cost(&Frame::text("c"))));
        assert_eq!(unhanded(&log), ["c"]);
        assert!(!log.fit(1));
    }
}
