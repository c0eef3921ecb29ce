use std::time::Duration;

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
        let (start, debounce) = (Instant::now(), Debounce::within(1 << 20));
        Self { debounce, inbox, receiver, start, told: Vec::new() }
    }

    /// Apps wait three seconds, but app 9 does not, and app 10 waits ten.
    fn push(&mut self, at_ms: u64, app: i64, channel: &str, kind: OccurrenceKind) {
        let channel = ChannelName::parse(channel).ok();
        let app_id = AppId::from_number(app).unwrap();
        let debounce = Duration::from_secs(match app {
            9 => 0,
            10 => 10,
            _ => 3,
        });
        self.inbox.push(Occurrence { app_id, channel, at_ms, kind }, debounce);
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
                OccurrenceKind::ConnectionClosed { reason, .. } => format!("closed {reason}"),
                OccurrenceKind::CacheMiss
                | OccurrenceKind::SubscriptionCount { .. }
                | OccurrenceKind::ConnectionOpened { .. } => "other".to_owned(),
            };
            let channel = channel.as_ref().map_or("", ChannelName::as_str);
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

#[test]
fn each_app_waits_as_long_as_it_wants() {
    let mut fixture = Fixture::new();
    fixture.push(0, 10, "a", Vacated);
    fixture.push(0, 1, "a", Vacated);
    fixture.push(0, 9, "a", Vacated);
    assert_eq!(fixture.told_by(0), ["9:a vacated"]);
    assert_eq!(fixture.told_by(3000), ["1:a vacated"]);
    fixture.push(9999, 10, "a", Occupied);
    assert!(fixture.told_by(20_000).is_empty());
    fixture.push(20_000, 10, "a", Vacated);
    assert_eq!(fixture.told_by(30_000), ["10:a vacated"]);
}

#[test]
fn the_end_of_a_connection_is_never_held_back() {
    let mut fixture = Fixture::new();
    let socket_id = campanile_protocol::SocketId::from_random(1);
    let closed = OccurrenceKind::ConnectionClosed { socket_id, user_id: None, reason: "left".into() };
    fixture.push(0, 1, "", closed);
    assert_eq!(fixture.told_by(0), ["1: closed left"]);
}

#[test]
fn an_app_that_has_too_much_held_back_tells_its_oldest_early_and_no_one_elses() {
    let mut fixture = Fixture::new();
    fixture.push(0, 2, "other", Vacated);
    fixture.push(0, 1, "a", Vacated);
    let each = fixture.debounce.apps[&AppId::from_number(1).unwrap()].bytes;
    fixture.debounce.held_bytes_per_app = 3 * each;
    fixture.push(1, 1, "b", Vacated);
    fixture.push(2, 1, "c", Vacated);
    assert!(fixture.told_by(2).is_empty());
    fixture.push(3, 1, "d", Vacated);
    assert_eq!(fixture.told_by(3), ["1:a vacated"]);
    // Its news is out, and so the return is news too; what was not told is still cancelled.
    fixture.push(4, 1, "a", Occupied);
    fixture.push(4, 1, "b", Occupied);
    assert_eq!(fixture.told_by(4), ["1:a occupied"]);
    // Room that was given back is used again.
    fixture.push(5, 1, "e", Vacated);
    assert!(fixture.told_by(5).is_empty());
    assert_eq!(fixture.told_by(10_000), ["2:other vacated", "1:c vacated", "1:d vacated", "1:e vacated"]);
    assert!(fixture.debounce.apps.is_empty() && fixture.debounce.places.is_empty());
}
