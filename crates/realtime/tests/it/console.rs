use std::time::{Duration, Instant};

use bytes::Bytes;
use campanile_realtime::{
    ActivityFilter, ActivityKind, ActivityType, ChannelPattern, Payload, Watched, Watcher,
};
use serde_json::json;
use tokio::time::timeout;

use crate::harness::{World, until};

async fn next(watcher: &mut Watcher) -> ActivityKind {
    match timeout(Duration::from_secs(10), watcher.next()).await.expect("nothing was told") {
        Watched::Activity(activity) => activity.kind.clone(),
        sampled @ Watched::Sampled { .. } => panic!("{sampled:?}"),
    }
}

#[actix_rt::test]
async fn a_watcher_sees_what_happens_with_what_events_carry() {
    let world = World::new();
    let (app, other) = (world.app(1), world.app(2));
    let mut watcher = app.realm.watch(ActivityFilter::default()).unwrap();
    other.publish("news", "elsewhere");
    let mut ann = app.connect();
    ann.subscribe("presence-a", Some(r#"{"user_id":"ann"}"#)).await;
    ann.request_sign_in(r#"{"id":"ann"}"#);
    assert_eq!(ann.next_event().await, "pusher:signin_success");
    ann.request("private-x", None);
    ann.say(&json!({ "event": "pusher:subscribe", "data": { "channel": "private-y", "auth": "a:b" } }));
    app.publish_data("presence-a", "posted", &"x".repeat(5000));
    while ann.next_event().await != "posted" {}
    ann.vanish();
    let mut told = Vec::new();
    while told.last() != Some(&ActivityType::Disconnected) {
        let kind = next(&mut watcher).await;
        if let ActivityKind::Event { payload, channel, subscribers, .. } = &kind {
            assert_eq!((channel.as_str(), *subscribers), ("presence-a", 1));
            assert_eq!((payload.as_json().len(), payload.bytes()), (Payload::MAX_BYTES, 5002));
            assert!(payload.is_cut());
        }
        told.push(kind.as_type());
    }
    for one in [
        ActivityType::Connected,
        ActivityType::Subscribed,
        ActivityType::MemberAdded,
        ActivityType::SignedIn,
        ActivityType::Refused,
        ActivityType::Event,
    ] {
        assert!(told.contains(&one), "{one:?} {told:?}");
    }
    until(|| app.realm.connections() == 0).await;
}

#[actix_rt::test]
async fn filters_are_applied_before_anything_is_left_out() {
    let world = World::new();
    let app = world.app(1);
    let rooms = ChannelPattern::parse("room-*").ok();
    let filter =
        ActivityFilter { channel: rooms, event: Some("rare".to_owned()), ..ActivityFilter::default() };
    let mut watcher = app.realm.watch(filter).unwrap();
    for _ in 0..2000 {
        app.publish("room-1", "frequent");
        app.publish("lounge", "rare");
    }
    app.publish("room-2", "rare");
    let ActivityKind::Event { channel, name, .. } = next(&mut watcher).await else { panic!("no event") };
    assert_eq!((channel.as_str(), name.as_str()), ("room-2", "rare"));
}

/// What a watcher has seen.
#[derive(Default)]
struct Seen {
    events: u64,
    others: Vec<ActivityType>,
    left_out: u64,
}

impl Seen {
    async fn take(&mut self, watcher: &mut Watcher) {
        match timeout(Duration::from_secs(10), watcher.next()).await.expect("nothing was told") {
            Watched::Activity(activity) => match activity.kind.as_type() {
                ActivityType::Event => self.events += 1,
                other => self.others.push(other),
            },
            Watched::Sampled { shown, of } => self.left_out += of - shown,
        }
    }
}

#[actix_rt::test]
async fn a_flood_is_sampled_and_counted_and_hides_no_refusal() {
    const FLOOD: u64 = 5000;
    let world = World::new();
    let app = world.app(1);
    let client = app.connect();
    client.fence().await;
    let (mut watcher, mut also) = (
        app.realm.watch(ActivityFilter::default()).unwrap(),
        app.realm.watch(ActivityFilter::default()).unwrap(),
    );
    let start = Instant::now();
    for _ in 0..FLOOD {
        app.publish("news", "posted");
    }
    client.say(&json!({ "event": "pusher:subscribe", "data": { "channel": "private-y", "auth": "a:b" } }));
    assert_eq!(client.next_event().await, "pusher:subscription_error");
    for watcher in [&mut watcher, &mut also] {
        let mut seen = Seen::default();
        while seen.events + seen.left_out < FLOOD || seen.others.is_empty() {
            seen.take(watcher).await;
        }
        assert_eq!(seen.events + seen.left_out, FLOOD, "every event is shown or counted");
        assert_eq!(seen.others, [ActivityType::Refused]);
        let most = 200 * (start.elapsed().as_secs() + 2);
        assert!((200..=most).contains(&seen.events), "{} of {FLOOD}", seen.events);
    }
}

#[actix_rt::test]
async fn watchers_share_what_is_made_for_them_and_are_bounded() {
    let world = World::new();
    let app = world.app(1);
    let watch = || app.realm.watch(ActivityFilter::default());
    let mut watchers: Vec<_> = (0..16).map(|_| watch().unwrap()).collect();
    assert!(watch().is_err());
    app.publish("news", "posted");
    let mut rendered = Vec::new();
    for watcher in &mut watchers {
        let Watched::Activity(activity) = watcher.next().await else { panic!("left out") };
        rendered.push(activity.render(|_| Bytes::from(vec![b'x'; 10])).as_ptr());
    }
    assert!(rendered.iter().all(|pointer| *pointer == rendered[0]));
    watchers.pop();
    assert!(watch().is_ok());
}

#[actix_rt::test]
async fn a_timeline_is_kept_while_someone_looks() {
    let world = World::new();
    let app = world.app(1);
    let (mut ann, bob) = (app.connect(), app.connect());
    ann.subscribe("private-a", None).await;
    bob.subscribe("private-a", None).await;
    assert!(app.realm.connection_timeline(ann.socket_id).activities.is_empty());
    ann.say(&json!({ "event": "client-hi", "channel": "private-a", "data": "secret" }));
    assert_eq!(bob.next_event().await, "client-hi");
    bob.say(&json!({ "event": "client-hi", "channel": "private-a", "data": "x" }));
    assert_eq!(ann.next_event().await, "client-hi");
    ann.vanish();
    until(|| app.realm.connections() == 1).await;
    bob.fence().await;
    let activities = app.realm.connection_timeline(ann.socket_id).activities;
    let types: Vec<_> = activities.iter().map(|activity| activity.kind.as_type()).collect();
    assert_eq!(types, [ActivityType::Event, ActivityType::Disconnected, ActivityType::Unsubscribed]);
    let ActivityKind::Event { payload, .. } = &activities[0].kind else { panic!("no event") };
    assert!(payload.as_json().is_empty() && payload.is_cut(), "names only");
}
