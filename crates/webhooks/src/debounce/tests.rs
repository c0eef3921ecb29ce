use tokio::sync::mpsc;

use super::*;
use crate::Inbox;

/// Feeds a debounce of three seconds and reads what it tells, in words such as `1:a occupied`.
struct Fixture {
    debounce: Debounce,
    inbox: Inbox,
    receiver: mpsc::UnboundedReceiver<Entry>,
    start: Instant,
    told: Vec<Entry>,
}

impl Fixture {
    fn new() -> Self {
        let (inbox, receiver) = Inbox::new(1 << 20);
        let (start, debounce) = (Instant::now(), Debounce::new(Duration::from_secs(3)));
        Self { debounce, inbox, receiver, start, told: Vec::new() }
    }

    fn push(&mut self, at_ms: u64, app: i64, channel: &str, kind: OccurrenceKind) {
        let channel = ChannelName::parse(channel).unwrap();
        let app_id = AppId::from_number(app).unwrap();
        self.inbox.push(Occurrence { app_id, channel, at_ms, kind });
        let mut entry = self.receiver.try_recv().unwrap();
        entry.arrived = self.start + Duration::from_millis(at_ms);
        self.debounce.push(entry, &mut self.told);
    }

    fn told_by(&mut self, at_ms: u64) -> Vec<String> {
        self.debounce.release(self.start + Duration::from_millis(at_ms), &mut self.told);
        let describe = |entry: Entry| {
            let Occurrence { app_id, channel, kind, .. } = entry.occurrence;
            let what = match kind {
                OccurrenceKind::Occupied => "occupied".to_owned(),
                OccurrenceKind::Vacated => "vacated".to_owned(),
                OccurrenceKind::MemberAdded { user_id } => format!("+{user_id}"),
                OccurrenceKind::MemberRemoved { user_id } => format!("-{user_id}"),
                OccurrenceKind::ClientEvent { event, .. } => event,
                OccurrenceKind::CacheMiss | OccurrenceKind::SubscriptionCount { .. } => "other".to_owned(),
            };
            format!("{app_id}:{channel} {what}")
        };
        self.told.drain(..).map(describe).collect()
    }
}

fn added(user: &str) -> OccurrenceKind {
    OccurrenceKind::MemberAdded { user_id: user.to_owned() }
}

fn removed(user: &str) -> OccurrenceKind {
    OccurrenceKind::MemberRemoved { user_id: user.to_owned() }
}

fn client_event(event: &str) -> OccurrenceKind {
    let (event, data, socket_id) = (event.to_owned(), String::new(), "1.1".to_owned());
    OccurrenceKind::ClientEvent { event, data, socket_id, user_id: None }
}

use OccurrenceKind::{Occupied, Vacated};

#[test]
fn arrivals_pass_at_once_and_removals_after_the_delay_in_their_order() {
    let mut fixture = Fixture::new();
    fixture.push(0, 1, "presence-a", Occupied);
    fixture.push(0, 1, "presence-a", added("u"));
    assert_eq!(fixture.told_by(0), ["1:presence-a occupied", "1:presence-a +u"]);
    fixture.push(1000, 1, "presence-a", removed("u"));
    fixture.push(1000, 1, "presence-a", Vacated);
    assert!(fixture.told_by(3999).is_empty());
    assert_eq!(fixture.told_by(4000), ["1:presence-a -u", "1:presence-a vacated"]);
    assert!(fixture.told_by(u64::from(u32::MAX)).is_empty());
}

#[test]
fn a_return_within_the_delay_cancels_both_edges() {
    let mut fixture = Fixture::new();
    fixture.push(0, 1, "presence-a", removed("u"));
    fixture.push(0, 1, "presence-a", Vacated);
    fixture.push(2999, 1, "presence-a", Occupied);
    fixture.push(2999, 1, "presence-a", added("u"));
    assert!(fixture.told_by(10_000).is_empty());
    assert_eq!(fixture.debounce.next_deadline(), None);
}

#[test]
fn a_return_after_the_delay_is_told_after_the_removal() {
    let mut fixture = Fixture::new();
    fixture.push(0, 1, "a", Vacated);
    fixture.push(3000, 1, "a", Occupied);
    assert_eq!(fixture.told_by(3000), ["1:a vacated", "1:a occupied"]);
}

#[test]
fn a_return_cancels_only_its_own_removal() {
    let mut fixture = Fixture::new();
    fixture.push(0, 1, "presence-a", removed("u"));
    fixture.push(0, 1, "presence-a", Vacated);
    fixture.push(100, 1, "presence-a", Occupied);
    fixture.push(100, 1, "presence-a", added("v"));
    fixture.push(100, 2, "presence-a", added("u"));
    fixture.push(100, 1, "presence-b", added("u"));
    assert_eq!(
        fixture.told_by(10_000),
        ["1:presence-a +v", "2:presence-a +u", "1:presence-b +u", "1:presence-a -u"]
    );
}

#[test]
fn leaving_again_starts_the_delay_anew() {
    let mut fixture = Fixture::new();
    fixture.push(0, 1, "a", Vacated);
    fixture.push(2000, 1, "a", Occupied);
    fixture.push(2500, 1, "a", Vacated);
    assert!(fixture.told_by(5499).is_empty());
    assert_eq!(fixture.told_by(5500), ["1:a vacated"]);
}

#[test]
fn client_events_are_never_held_back() {
    let mut fixture = Fixture::new();
    fixture.push(0, 1, "presence-a", removed("u"));
    fixture.push(1, 1, "presence-a", client_event("client-x"));
    assert_eq!(fixture.told_by(1), ["1:presence-a client-x"]);
}

#[test]
fn at_the_end_all_is_told_in_order() {
    let mut fixture = Fixture::new();
    fixture.push(0, 1, "presence-a", removed("u"));
    fixture.push(5, 1, "presence-a", removed("v"));
    fixture.push(5, 1, "presence-a", Vacated);
    fixture.debounce.release_all(&mut fixture.told);
    assert_eq!(fixture.told_by(5), ["1:presence-a -u", "1:presence-a -v", "1:presence-a vacated"]);
}
