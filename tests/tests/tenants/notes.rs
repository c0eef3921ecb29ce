//! What an actor brings home.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    thread,
    time::Duration,
};

use crate::register::{HOUSES, Witness};

/// Of more wrong answers the first ones say enough.
const WRONGS: usize = 20;

#[derive(Default)]
pub(crate) struct Notes {
    pub(crate) witnesses: [Witness; HOUSES],
    /// Operations by family.
    pub(crate) tally: BTreeMap<&'static str, u64>,
    /// Those of them that used what is another's.
    pub(crate) foreign: u64,
    /// Answers that should have been others.
    pub(crate) wrong: Vec<String>,
    /// By house and app.
    pub(crate) usage: [[Usage; 2]; HOUSES],
}

/// What the meter of an app should show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) api_requests: u64,
    pub(crate) api_messages: u64,
    pub(crate) client_events: u64,
    /// A remembered event looks like any other.
    pub(crate) delivered_events: u64,
    pub(crate) delivered_client_events: u64,
    pub(crate) delivered_presence: u64,
}

impl Notes {
    pub(crate) fn count(&mut self, family: &'static str) {
        *self.tally.entry(family).or_default() += 1;
    }

    pub(crate) fn wrong(&mut self, text: impl FnOnce() -> String) {
        if self.wrong.len() < WRONGS {
            self.wrong.push(text());
        }
    }

    pub(crate) fn total(&self) -> u64 {
        self.tally.values().sum()
    }

    /// A request of one house that names what is another's: both may be told of those names from now on.
    pub(crate) fn names(&mut self, attacker: usize, victim: usize, text: &str) {
        self.foreign += 1;
        self.witnesses[attacker].names(text);
        self.witnesses[victim].names(text);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (mine, theirs) in self.witnesses.iter_mut().zip(other.witnesses) {
            mine.merge(theirs);
        }
        other.tally.into_iter().for_each(|(family, count)| *self.tally.entry(family).or_default() += count);
        self.foreign += other.foreign;
        self.wrong.extend(other.wrong);
        for (mine, theirs) in self.usage.iter_mut().flatten().zip(other.usage.into_iter().flatten()) {
            mine.api_requests += theirs.api_requests;
            mine.api_messages += theirs.api_messages;
            mine.client_events += theirs.client_events;
            mine.delivered_events += theirs.delivered_events;
            mine.delivered_client_events += theirs.delivered_client_events;
            mine.delivered_presence += theirs.delivered_presence;
        }
    }
}

/// Keeps actors together, each with its share, so that all surfaces are busy all the time.
pub(crate) struct Pace {
    shares: Vec<(AtomicU64, u64)>,
    is_abandoned: AtomicBool,
}

/// Ends the work of all when the one who holds it panics: nobody waits for who is gone.
pub(crate) struct Bond<'a>(pub(crate) &'a Pace);

impl Drop for Bond<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.is_abandoned.store(true, Relaxed);
        }
    }
}

impl Pace {
    pub(crate) fn new(shares: impl IntoIterator<Item = u64>) -> Self {
        let shares = shares.into_iter().map(|share| (AtomicU64::new(0), share)).collect();
        Self { shares, is_abandoned: AtomicBool::new(false) }
    }

    /// Waits for who is behind; false when the actor's share is done.
    pub(crate) fn goes_on(&self, actor: usize, done: u64) -> bool {
        self.shares[actor].0.store(done, Relaxed);
        let mine = self.permille(actor);
        while mine < 1000 && (0..self.shares.len()).any(|other| self.permille(other) + 20 < mine) {
            if self.is_abandoned() {
                return false;
            }
            thread::sleep(Duration::from_millis(1));
        }
        mine < 1000 && !self.is_abandoned()
    }

    pub(crate) fn is_abandoned(&self) -> bool {
        self.is_abandoned.load(Relaxed)
    }

    fn permille(&self, actor: usize) -> u64 {
        let (done, share) = &self.shares[actor];
        done.load(Relaxed) * 1000 / share.max(&1)
    }
}
