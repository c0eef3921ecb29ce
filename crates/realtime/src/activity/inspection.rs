use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use campanile_protocol::{ChannelName, SocketId};

use super::{Activity, ActivityKind, pace::Pace};

/// What is looked at closely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Connection(SocketId),
    Channel(ChannelName),
}

/// What happened to a connection or a channel lately, for as long as it has been looked at.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// Since when it is recorded, in milliseconds since 1970.
    pub since_ms: u64,
    /// The last things, oldest first; events without their payload.
    pub activities: Vec<Arc<Activity>>,
}

/// The recording of one subject.
#[derive(Debug)]
pub(super) struct Inspection {
    subject: Subject,
    since_ms: u64,
    pace: Pace,
    record: Mutex<Record>,
}

#[derive(Debug)]
struct Record {
    activities: VecDeque<Arc<Activity>>,
    asked_at: Instant,
}

/// All of an app. Idle connections hold nothing for it.
#[derive(Debug, Default)]
pub(super) struct Inspections(ArcSwap<Vec<Arc<Inspection>>>);

/// Subjects of one app that are recorded at once; one more takes the place of the one that was asked about
/// longest ago.
const SUBJECTS: usize = 32;
const ACTIVITIES: usize = 50;
/// How long a subject is recorded after it was last asked about.
const ATTENTION: Duration = Duration::from_secs(600);

impl Subject {
    fn is_of(&self, kind: &ActivityKind) -> bool {
        match self {
            Self::Connection(socket_id) => kind.socket_id() == Some(*socket_id),
            Self::Channel(channel) => kind.channel() == Some(channel.as_str()),
        }
    }
}

impl Inspections {
    pub(super) fn len(&self) -> usize {
        self.0.load().len()
    }

    /// Those that something concerns and that have room for it.
    pub(super) fn of(&self, kind: &ActivityKind, now: Instant) -> Vec<Arc<Inspection>> {
        let concerned =
            |inspection: &&Arc<Inspection>| inspection.subject.is_of(kind) && inspection.pace.take(now);
        self.0.load().iter().filter(concerned).cloned().collect()
    }

    /// To be called by one at a time, as all that follow.
    pub(super) fn inspect(&self, subject: Subject, now: Instant) -> Timeline {
        let mut all = self.0.load().to_vec();
        if let Some(found) = all.iter().find(|inspection| inspection.subject == subject) {
            return found.ask(now);
        }
        if all.len() >= SUBJECTS
            && let Some(stalest) = (0..all.len()).min_by_key(|index| all[*index].asked_at())
        {
            all.swap_remove(stalest);
        }
        let new = Arc::new(Inspection::new(subject, now));
        all.push(new.clone());
        self.0.store(Arc::new(all));
        new.ask(now)
    }

    /// What is recorded of a subject, if it is; whoever asks so gives it no attention.
    pub(super) fn find(&self, subject: &Subject) -> Option<Timeline> {
        let all = self.0.load();
        all.iter().find(|inspection| inspection.subject == *subject).map(|found| found.timeline())
    }

    pub(super) fn sweep(&self, now: Instant) {
        let all = self.0.load();
        let is_stale = |inspection: &Arc<Inspection>| now.duration_since(inspection.asked_at()) > ATTENTION;
        if all.iter().any(is_stale) {
            self.0.store(Arc::new(all.iter().filter(|one| !is_stale(one)).cloned().collect()));
        }
    }
}

impl Inspection {
    fn new(subject: Subject, now: Instant) -> Self {
        let record = Mutex::new(Record { activities: VecDeque::new(), asked_at: now });
        Self { subject, since_ms: crate::node::now_ms(), pace: Pace::new(now), record }
    }

    pub(super) fn put(&self, activity: &Arc<Activity>) {
        let mut record = self.record.lock().expect("no one panics holding it");
        if record.activities.len() == ACTIVITIES {
            record.activities.pop_front();
        }
        record.activities.push_back(activity.clone());
    }

    fn asked_at(&self) -> Instant {
        self.record.lock().expect("no one panics holding it").asked_at
    }

    fn ask(&self, now: Instant) -> Timeline {
        self.record.lock().expect("no one panics holding it").asked_at = now;
        self.timeline()
    }

    fn timeline(&self) -> Timeline {
        let record = self.record.lock().expect("no one panics holding it");
        Timeline { since_ms: self.since_ms, activities: record.activities.iter().cloned().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(number: u64) -> Subject {
        Subject::Connection(SocketId::from_random(number))
    }

    fn refusal(number: u64) -> ActivityKind {
        let message = Arc::from(number.to_string());
        ActivityKind::Refused { socket_id: Some(SocketId::from_random(number)), channel: None, message }
    }

    #[test]
    fn the_last_fifty_things_are_kept_of_each_subject() {
        let (all, now) = (Inspections::default(), Instant::now());
        assert!(all.inspect(subject(1), now).activities.is_empty());
        assert!(all.of(&refusal(2), now).is_empty());
        for _ in 0..ACTIVITIES + 10 {
            for inspection in all.of(&refusal(1), now) {
                inspection.put(&Arc::new(Activity::new(refusal(1))));
            }
        }
        assert_eq!(all.inspect(subject(1), now).activities.len(), ACTIVITIES);
    }

    #[test]
    fn attention_is_bounded_in_number_and_time() {
        let (all, now) = (Inspections::default(), Instant::now());
        let at = |seconds| now + Duration::from_secs(seconds);
        for number in 0..SUBJECTS as u64 {
            all.inspect(subject(number), at(number));
        }
        all.inspect(subject(0), at(100));
        all.inspect(subject(1000), at(101));
        assert_eq!(all.len(), SUBJECTS);
        assert!(all.of(&refusal(1), now).is_empty() && !all.of(&refusal(0), now).is_empty());
        all.sweep(at(100) + ATTENTION);
        assert_eq!(all.len(), 2);
        all.sweep(at(102) + ATTENTION);
        assert_eq!(all.len(), 0);
    }
}
