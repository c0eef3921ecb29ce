//! Lets removals wait out a short absence: who returns in time never left.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use campanile_protocol::{AppId, ChannelName, Occurrence, OccurrenceKind};
use tokio::time::Instant;

use crate::inbox::Entry;

/// Holds `Vacated` and `MemberRemoved` back for a while; an `Occupied` or `MemberAdded` of the same
/// channel or member that comes in between cancels both. All else passes at once. What passes keeps
/// the order in which it came, and so does what was held back.
///
/// Time is passed in, and must not run backwards.
pub(crate) struct Debounce {
    delay: Duration,
    /// By the order in which they came, which is also that of their deadlines.
    waiting: BTreeMap<u64, (Instant, Entry)>,
    places: HashMap<Absence, u64>,
    count: u64,
}

/// Whose absence it is: a channel's, or a member's in it.
type Absence = (AppId, ChannelName, Option<String>);

enum Effect {
    Leaves(Absence),
    Returns(Absence),
    Neither,
}

impl Debounce {
    pub(crate) fn new(delay: Duration) -> Self {
        Self { delay, waiting: BTreeMap::new(), places: HashMap::new(), count: 0 }
    }

    /// Takes what happened at `entry.arrived`, and appends what is to be told by then to `told`.
    pub(crate) fn push(&mut self, entry: Entry, told: &mut Vec<Entry>) {
        self.release(entry.arrived, told);
        match effect_of(&entry.occurrence) {
            Effect::Leaves(absence) if !self.delay.is_zero() => self.hold(absence, entry),
            Effect::Returns(absence) if self.cancel(&absence) => {}
            Effect::Leaves(_) | Effect::Returns(_) | Effect::Neither => told.push(entry),
        }
    }

    /// Appends what has waited long enough.
    pub(crate) fn release(&mut self, now: Instant, told: &mut Vec<Entry>) {
        while self.next_deadline().is_some_and(|deadline| deadline <= now) {
            self.release_first(told);
        }
    }

    /// Appends all that waits: nobody returns any more.
    pub(crate) fn release_all(&mut self, told: &mut Vec<Entry>) {
        while !self.waiting.is_empty() {
            self.release_first(told);
        }
    }

    /// When something will have waited long enough.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.waiting.first_key_value().map(|(_, (deadline, _))| *deadline)
    }

    fn hold(&mut self, absence: Absence, entry: Entry) {
        self.count += 1;
        let place = self.places.insert(absence, self.count);
        // Two departures without a return: the first one was told by nobody, and is the same news.
        place.map(|place| self.waiting.remove(&place));
        self.waiting.insert(self.count, (entry.arrived + self.delay, entry));
    }

    fn cancel(&mut self, absence: &Absence) -> bool {
        let place = self.places.remove(absence);
        place.is_some_and(|place| self.waiting.remove(&place).is_some())
    }

    fn release_first(&mut self, told: &mut Vec<Entry>) {
        if let Some((_, (_, entry))) = self.waiting.pop_first() {
            if let Effect::Leaves(absence) = effect_of(&entry.occurrence) {
                self.places.remove(&absence);
            }
            told.push(entry);
        }
    }
}

fn effect_of(occurrence: &Occurrence) -> Effect {
    let absence = |user: Option<&String>| (occurrence.app_id, occurrence.channel.clone(), user.cloned());
    match &occurrence.kind {
        OccurrenceKind::Vacated => Effect::Leaves(absence(None)),
        OccurrenceKind::MemberRemoved { user_id } => Effect::Leaves(absence(Some(user_id))),
        OccurrenceKind::Occupied => Effect::Returns(absence(None)),
        OccurrenceKind::MemberAdded { user_id } => Effect::Returns(absence(Some(user_id))),
        OccurrenceKind::ClientEvent { .. }
        | OccurrenceKind::CacheMiss
        | OccurrenceKind::SubscriptionCount { .. } => Effect::Neither,
    }
}

#[cfg(test)]
mod tests;
