//! Lets removals wait out a short absence: who returns in time never left.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use campanile_control::boundary;
use campanile_protocol::{AppId, ChannelName, Occurrence, OccurrenceKind};
use tokio::time::Instant;

use crate::inbox::Entry;

/// Holds `Vacated` and `MemberRemoved` back, each for as long as its app wants; an `Occupied` or
/// `MemberAdded` of the same channel or member that comes in between cancels both. All else passes at once.
/// What passes keeps the order in which it came, and so does what one app had held back.
///
/// What one app has held back is bounded in bytes, whatever it wants: beyond that its oldest are told early,
/// as if their time were up. A return that comes afterwards is told too.
///
/// Time is passed in, and must not run backwards.
pub(crate) struct Debounce {
    /// In the order in which they are due.
    waiting: BTreeMap<Place, Entry>,
    places: HashMap<Absence, Place>,
    apps: HashMap<AppId, Held>,
    held_bytes_per_app: usize,
    count: u64,
}

/// What one app has held back.
#[derive(Default)]
struct Held {
    bytes: usize,
    places: BTreeSet<Place>,
}

/// The part of the inbox that one app's removals may occupy.
const SHARE_OF_INBOX: usize = 16;

/// When it is due, and how many were held back before.
type Place = (Instant, u64);
/// Whose absence it is: a channel's, or a member's in it.
type Absence = (AppId, Option<ChannelName>, Option<String>);

enum Effect {
    Leaves(Absence),
    Returns(Absence),
    Neither,
}

impl Debounce {
    /// For an inbox of that size.
    pub(crate) fn within(inbox_bytes: usize) -> Self {
        Self {
            waiting: BTreeMap::new(),
            places: HashMap::new(),
            apps: HashMap::new(),
            held_bytes_per_app: inbox_bytes / SHARE_OF_INBOX,
            count: 0,
        }
    }

    /// Takes what happened at `entry.arrived`, and appends what is to be told by then to `told`.
    pub(crate) fn push(&mut self, entry: Entry, told: &mut Vec<Entry>) {
        self.release(entry.arrived, told);
        match effect_of(&entry.occurrence) {
            Effect::Leaves(absence) if !entry.debounce.is_zero() => {
                let app = entry.occurrence.app_id;
                self.hold(absence, entry);
                self.release_excess(app, told);
            }
            Effect::Returns(absence) if self.cancel(&absence) => boundary("debounce.cancelled"),
            Effect::Leaves(_) | Effect::Returns(_) | Effect::Neither => told.push(entry),
        }
    }

    /// Appends what has waited long enough.
    pub(crate) fn release(&mut self, now: Instant, told: &mut Vec<Entry>) {
        while let Some(place) = self.first().filter(|(deadline, _)| *deadline <= now) {
            told.extend(self.take(place));
            boundary("debounce.released");
        }
    }

    /// Appends all that waits: nobody returns any more.
    pub(crate) fn release_all(&mut self, told: &mut Vec<Entry>) {
        while let Some(place) = self.first() {
            told.extend(self.take(place));
        }
    }

    /// When something will have waited long enough.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.first().map(|(deadline, _)| deadline)
    }

    fn first(&self) -> Option<Place> {
        self.waiting.first_key_value().map(|(place, _)| *place)
    }

    fn hold(&mut self, absence: Absence, entry: Entry) {
        self.count += 1;
        let place = (entry.arrived + entry.debounce, self.count);
        // Two departures without a return: the first one was told by nobody, and is the same news.
        if let Some(earlier) = self.places.get(&absence) {
            self.take(*earlier);
        }
        self.places.insert(absence, place);
        let held = self.apps.entry(entry.occurrence.app_id).or_default();
        held.bytes += entry.size_bytes();
        held.places.insert(place);
        self.waiting.insert(place, entry);
        boundary("debounce.held");
    }

    fn cancel(&mut self, absence: &Absence) -> bool {
        let place = self.places.get(absence).copied();
        place.is_some_and(|place| self.take(place).is_some())
    }

    fn release_excess(&mut self, app: AppId, told: &mut Vec<Entry>) {
        while let Some(held) = self.apps.get(&app).filter(|held| held.bytes > self.held_bytes_per_app)
            && let Some(place) = held.places.first().copied()
        {
            told.extend(self.take(place));
        }
    }

    /// Ends the waiting of one.
    fn take(&mut self, place: Place) -> Option<Entry> {
        let entry = self.waiting.remove(&place)?;
        if let Effect::Leaves(absence) = effect_of(&entry.occurrence) {
            self.places.remove(&absence);
        }
        let app = entry.occurrence.app_id;
        if let Some(held) = self.apps.get_mut(&app) {
            held.bytes -= entry.size_bytes();
            held.places.remove(&place);
            if held.places.is_empty() {
                self.apps.remove(&app);
            }
        }
        Some(entry)
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
        | OccurrenceKind::SubscriptionCount { .. }
        | OccurrenceKind::ConnectionOpened { .. }
        | OccurrenceKind::ConnectionClosed { .. } => Effect::Neither,
    }
}

#[cfg(test)]
mod tests;
