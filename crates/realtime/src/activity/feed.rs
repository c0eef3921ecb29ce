use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use thiserror::Error;
use tokio::{
    sync::mpsc,
    time::{Interval, MissedTickBehavior, interval},
};

use super::{
    Activity, ActivityFilter, ActivityKind, ActivityType,
    inspection::{Inspection, Inspections, Subject, Timeline},
    pace::Pace,
};
use crate::Realm;

/// Where an app's activity goes: nowhere, at the cost of one load, unless someone watches.
///
/// Whoever watches has a filter and a pace, and both are asked before anything is written down: what the
/// watching of a busy app costs depends on what is shown, not on what happens.
#[derive(Debug, Default)]
pub(crate) struct Feed {
    /// Watchers and inspections together.
    listeners: AtomicUsize,
    watchers: ArcSwap<Vec<Arc<Tap>>>,
    inspections: Inspections,
    changing: Mutex<()>,
}

/// One watcher, as the workers see it.
#[derive(Debug)]
struct Tap {
    filter: ActivityFilter,
    /// Events, and all else: a flood of events must not hide a refusal.
    paces: [Pace; 2],
    queue: mpsc::Sender<Arc<Activity>>,
    /// What was put into the queue since the last report,
    shown: AtomicU64,
    /// and what passed the filter and was not.
    left_out: AtomicU64,
}

/// One who watches an app. Misses activities rather than slowing the app down.
#[derive(Debug)]
pub struct Watcher {
    realm: Arc<Realm>,
    tap: Arc<Tap>,
    queue: mpsc::Receiver<Arc<Activity>>,
    report: Interval,
}

/// What a watcher sees.
#[derive(Debug)]
pub enum Watched {
    /// Something happened.
    Activity(Arc<Activity>),
    /// More happened than is shown.
    Sampled {
        /// How much of it was shown since the last report,
        shown: u64,
        /// and how much passed the filter.
        of: u64,
    },
}

/// An app is watched by as many as may watch it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("at most {} watch an app at once", Self::MOST)]
pub struct TooManyWatchers;

impl TooManyWatchers {
    /// How many may.
    pub const MOST: usize = 16;
}

/// How many activities a watcher may lag behind before it misses some.
const QUEUE: usize = 256;
/// How often a watcher is told what was left out.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);

impl Feed {
    /// Tells whoever wants to know. `kind` must be cheap to make: it is made to be judged.
    pub(crate) fn tell(&self, kind: impl FnOnce() -> ActivityKind) {
        if self.listeners.load(Ordering::Relaxed) == 0 {
            return;
        }
        self.judge(&kind());
    }

    fn judge(&self, kind: &ActivityKind) {
        let now = Instant::now();
        let watchers = self.watchers.load();
        let inspections = self.inspections.of(kind, now);
        let mut takers = watchers.iter().filter(|tap| tap.takes(kind, now)).peekable();
        if takers.peek().is_some() {
            let activity = Arc::new(Activity::new(kind.with_cut_payload()));
            takers.for_each(|tap| tap.put(&activity));
        }
        if !inspections.is_empty() {
            let activity = Arc::new(Activity::new(kind.without_payload()));
            inspections.iter().for_each(|inspection: &Arc<Inspection>| inspection.put(&activity));
        }
    }

    pub(crate) fn watch(realm: &Arc<Realm>, filter: ActivityFilter) -> Result<Watcher, TooManyWatchers> {
        let (sender, queue) = mpsc::channel(QUEUE);
        let paces = [Pace::new(Instant::now()), Pace::new(Instant::now())];
        let (shown, left_out) = (AtomicU64::new(0), AtomicU64::new(0));
        let tap = Arc::new(Tap { filter, paces, queue: sender, shown, left_out });
        realm.feed().add(&tap)?;
        let mut report = interval(REPORT_INTERVAL);
        report.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Watcher { realm: realm.clone(), tap, queue, report })
    }

    /// What has happened to a subject since it was first asked about. It is recorded from now on, for as
    /// long as someone asks again in time.
    pub(crate) fn inspect(&self, subject: Subject) -> Timeline {
        let _turn = self.changing.lock().expect("no one panics holding it");
        let timeline = self.inspections.inspect(subject, Instant::now());
        self.count();
        timeline
    }

    /// What is recorded of a subject that someone has looked at.
    pub(crate) fn find_timeline(&self, subject: &Subject) -> Option<Timeline> {
        self.inspections.find(subject)
    }

    /// Ends inspections that nobody has looked at for a while.
    pub(crate) fn sweep(&self) {
        let _turn = self.changing.lock().expect("no one panics holding it");
        self.inspections.sweep(Instant::now());
        self.count();
    }

    fn add(&self, tap: &Arc<Tap>) -> Result<(), TooManyWatchers> {
        let _turn = self.changing.lock().expect("no one panics holding it");
        let mut watchers = self.watchers.load().to_vec();
        if watchers.len() >= TooManyWatchers::MOST {
            return Err(TooManyWatchers);
        }
        watchers.push(tap.clone());
        self.watchers.store(Arc::new(watchers));
        self.count();
        Ok(())
    }

    fn remove(&self, tap: &Arc<Tap>) {
        let _turn = self.changing.lock().expect("no one panics holding it");
        let others = self.watchers.load().iter().filter(|other| !Arc::ptr_eq(other, tap)).cloned().collect();
        self.watchers.store(Arc::new(others));
        self.count();
    }

    fn count(&self) {
        self.listeners.store(self.watchers.load().len() + self.inspections.len(), Ordering::Relaxed);
    }
}

impl Tap {
    fn takes(&self, kind: &ActivityKind, now: Instant) -> bool {
        if !self.filter.matches(kind) {
            return false;
        }
        let is_shown = self.paces[usize::from(kind.as_type() == ActivityType::Event)].take(now);
        if !is_shown {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
        is_shown
    }

    fn put(&self, activity: &Arc<Activity>) {
        let is_taken = self.queue.try_send(activity.clone()).is_ok();
        let count = if is_taken { &self.shown } else { &self.left_out };
        count.fetch_add(1, Ordering::Relaxed);
    }

    fn report(&self) -> Option<Watched> {
        let [shown, left_out] = [&self.shown, &self.left_out].map(|count| count.swap(0, Ordering::Relaxed));
        (left_out > 0).then_some(Watched::Sampled { shown, of: shown + left_out })
    }
}

impl ActivityKind {
    fn with_cut_payload(&self) -> Self {
        let mut kind = self.clone();
        if let Self::Event { payload, .. } = &mut kind {
            *payload = payload.cut();
        }
        kind
    }

    fn without_payload(&self) -> Self {
        let mut kind = self.clone();
        if let Self::Event { payload, .. } = &mut kind {
            *payload = payload.dropped();
        }
        kind
    }
}

impl Watcher {
    /// What comes next. Nothing is lost when this is dropped while it waits.
    pub async fn next(&mut self) -> Watched {
        loop {
            tokio::select! {
                biased;
                _ = self.report.tick() => if let Some(sampled) = self.tap.report() {
                    return sampled;
                },
                activity = self.queue.recv() => match activity {
                    Some(activity) => return Watched::Activity(activity),
                    // The sender lives in the tap, which this watcher holds.
                    None => std::future::pending().await,
                },
            }
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.realm.feed().remove(&self.tap);
    }
}
