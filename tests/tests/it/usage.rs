//! What the meter says against what a client saw, to the message; across restarts and crashes.

use std::{
    thread,
    time::{Duration, Instant},
};

use campanile_tests::{App, Options, Platform, Response, WebhookReceiver, request};
use serde_json::{Value, json};

use crate::{
    signing::{SignedRequest, query},
    socket::Client,
};

/// One tenant with one app, and a program that may ask.
pub(crate) struct Scene {
    pub(crate) platform: Platform,
    pub(crate) app: App,
    pub(crate) token: String,
}

/// What a client and a server of the app did and saw.
#[derive(Debug, Default, PartialEq)]
struct Ledger {
    api_requests: u64,
    api_messages: u64,
    client_events: u64,
    delivered_events: u64,
    delivered_client_events: u64,
    delivered_presence: u64,
    delivered_cached: u64,
    delivered_counts: u64,
    webhook_requests: u64,
}

/// Readings of the meter are five seconds apart.
const PATIENCE: Duration = Duration::from_secs(20);

impl Scene {
    pub(crate) fn new(settings: &[&str]) -> Self {
        Self::with(settings, Options::default())
    }

    fn with(settings: &[&str], options: Options) -> Self {
        let platform = Platform::spawn_with(options).unwrap();
        let tenant = platform.create_tenant("Acme").unwrap();
        let flags: Vec<_> = settings.iter().flat_map(|setting| ["--setting", setting]).collect();
        let app = platform.create_app(&tenant, "Shop", &flags).unwrap();
        let token = platform.create_token(&tenant).unwrap();
        Self { platform, app, token }
    }

    fn ask(&self, path: &str, headers: &[&str]) -> Response {
        let bearer = format!("Authorization: Bearer {}", self.token);
        let headers = [&[bearer.as_str()], headers].concat();
        request(&self.platform.authority, "GET", &format!("/api/v1{path}"), &headers, b"").unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let response = self.ask(path, &[]);
        assert_eq!(response.status, 200, "{path}: {}", response.body);
        serde_json::from_str(&response.body).unwrap()
    }

    /// Everything that is stored of the app, by the sums of days: the test may run over midnight.
    fn metered(&self) -> Ledger {
        Ledger::read(&self.get(&format!("/apps/{}/usage?step=day", self.app.id))["total"])
    }

    pub(crate) fn publish(&self, body: &Value) -> Response {
        self.post("events", body)
    }

    fn post(&self, resource: &str, body: &Value) -> Response {
        SignedRequest::post(&self.app, resource, body).send(&self.platform)
    }

    pub(crate) fn restart(&mut self) {
        assert!(self.platform.stop().unwrap().success());
        self.platform.start().unwrap();
    }

    /// Waits until something holds of what is stored.
    pub(crate) fn eventually(&self, mut holds: impl FnMut(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds(self) {
            assert!(Instant::now() < deadline, "it never came: {:?}", self.metered());
            thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Ledger {
    fn read(total: &Value) -> Self {
        let amount = |name: &str| total[name].as_u64().unwrap();
        let ledger = Self {
            api_requests: amount("api_requests"),
            api_messages: amount("api_messages"),
            client_events: amount("client_events"),
            delivered_events: amount("delivered_events"),
            delivered_client_events: amount("delivered_client_events"),
            delivered_presence: amount("delivered_presence"),
            delivered_cached: amount("delivered_cached"),
            delivered_counts: amount("delivered_counts"),
            webhook_requests: amount("webhook_requests"),
        };
        assert_eq!(amount("messages"), ledger.messages());
        ledger
    }

    fn messages(&self) -> u64 {
        self.api_messages
            + self.client_events
            + self.delivered_events
            + self.delivered_client_events
            + self.delivered_presence
            + self.delivered_cached
            + self.delivered_counts
            + self.webhook_requests
    }

    /// A request that was accepted, with so many messages in it.
    fn accepted(&mut self, response: &Response, messages: u64) {
        assert_eq!(response.status, 200, "{}", response.body);
        self.api_requests += 1;
        self.api_messages += messages;
    }

    /// What one frame counts as.
    fn count(&mut self, frame: &Value) {
        match frame["event"].as_str().unwrap() {
            "posted" | "fence" => self.delivered_events += 1,
            "client-said" => self.delivered_client_events += 1,
            "pusher_internal:member_added" | "pusher_internal:member_removed" => self.delivered_presence += 1,
            "pusher_internal:subscription_count" => self.delivered_counts += 1,
            "pusher_internal:subscription_succeeded"
            | "pusher:cache_miss"
            | "pusher:error"
            | "pusher:pong" => {}
            other => panic!("{other}"),
        }
    }

    /// Takes frames until one fits.
    fn until(&mut self, client: &mut Client, fits: impl Fn(&Value) -> bool) {
        loop {
            let frame = client.next();
            self.count(&frame);
            if fits(&frame) {
                return;
            }
        }
    }

    fn subscribe(&mut self, client: &mut Client, channel: &str, user: Option<&str>) {
        let data = user.map(|user| json!({ "user_id": user }).to_string());
        client.request(channel, data.as_deref());
        let succeeded = "pusher_internal:subscription_succeeded";
        self.until(client, |frame| frame["event"] == succeeded && frame["channel"] == channel);
    }

    /// Publishes a last event to a channel, and waits until each of its subscribers has it: with it, all that
    /// came before.
    fn fence(&mut self, scene: &Scene, channel: &str, subscribers: &mut [Client]) {
        let fence = json!({ "name": "fence", "channel": channel, "data": "" });
        self.accepted(&scene.publish(&fence), 1);
        for client in subscribers {
            self.until(client, |frame| frame["event"] == "fence" && frame["channel"] == channel);
        }
    }
}

pub(crate) fn posted(channel: &str) -> Value {
    json!({ "name": "posted", "channel": channel, "data": "x" })
}

pub(crate) fn said(channel: &str) -> Value {
    json!({ "event": "client-said", "channel": channel, "data": "x" })
}

/// Clients that listen to `news`, and some who talk in the hall.
struct Crowd {
    fans: Vec<Client>,
    guests: Vec<Client>,
}

/// Some of everything that counts, and of what does not.
fn play(scene: &Scene, ledger: &mut Ledger) -> Crowd {
    let mut fans: Vec<_> = (0..5).map(|_| Client::connect(&scene.platform, &scene.app)).collect();
    fans.iter_mut().for_each(|fan| ledger.subscribe(fan, "news", None));
    publish_all(scene, ledger, &fans[0].socket_id);
    refuse_all(scene);

    let mut guests: Vec<_> = (0..4).map(|_| Client::connect(&scene.platform, &scene.app)).collect();
    for (index, guest) in guests.iter_mut().enumerate() {
        ledger.subscribe(guest, "private-talk", None);
        ledger.subscribe(guest, "presence-hall", Some(&index.to_string()));
    }
    for _ in 0..3 {
        guests[0].say(&said("private-talk"));
        ledger.client_events += 1;
    }
    // Neither is accepted: it is not subscribed, and the channel is public.
    fans[0].say(&said("private-talk"));
    fans[0].say(&said("news"));
    (0..2).for_each(|_| ledger.until(&mut fans[0], |frame| frame["event"] == "pusher:error"));

    recall(scene, ledger);
    ledger.fence(scene, "news", &mut fans);
    ledger.fence(scene, "private-talk", &mut guests);
    ledger.fence(scene, "presence-hall", &mut guests);
    // Gone without a word. The others see it, and from then on nothing is sent to it.
    drop(guests.pop());
    ledger.until(&mut guests[0], |frame| frame["event"] == "pusher_internal:member_removed");
    while count_subscribers(scene, "private-talk") > 3 {}
    ledger.fence(scene, "private-talk", &mut guests);
    ledger.fence(scene, "presence-hall", &mut guests);
    Crowd { fans, guests }
}

/// Every way to publish to `news`.
fn publish_all(scene: &Scene, ledger: &mut Ledger, excluded: &str) {
    for _ in 0..20 {
        ledger.accepted(&scene.publish(&posted("news")), 1);
    }
    let with = |member: &str, value: Value| {
        let mut event = posted("news");
        event[member] = value;
        event
    };
    let asking = with("info", json!("subscription_count"));
    ledger.accepted(&scene.publish(&asking), 2);
    let batch = json!({ "batch": [posted("news"), posted("nobody"), asking] });
    ledger.accepted(&scene.post("batch_events", &batch), 4);
    ledger.accepted(&scene.publish(&with("socket_id", json!(excluded))), 1);
    let many = json!({ "name": "posted", "channels": ["news", "nobody"], "data": "x" });
    ledger.accepted(&scene.publish(&many), 1);
}

fn refuse_all(scene: &Scene) {
    let large = json!({ "name": "x", "channel": "news", "data": "x".repeat(10_241) });
    for refused in [json!({}), posted("no space"), large] {
        assert!(matches!(scene.publish(&refused).status, 400 | 413));
    }
    let signed = SignedRequest::post(&scene.app, "events", &posted("news"));
    let unsigned = SignedRequest { secret: "wrong".to_owned(), ..signed };
    assert_eq!(unsigned.send(&scene.platform).status, 401);
    query(&scene.platform, &scene.app, "channels", &[]);
}

/// Subscribers of a cache channel that come too late, and of one that remembers nothing.
fn recall(scene: &Scene, ledger: &mut Ledger) {
    let (last, empty) = ("private-cache-last", "private-cache-empty");
    ledger.accepted(&scene.publish(&posted(last)), 1);
    for _ in 0..3 {
        let mut late = Client::connect(&scene.platform, &scene.app);
        ledger.subscribe(&mut late, empty, None);
        ledger.until(&mut late, |frame| frame["event"] == "pusher_internal:subscription_count");
        ledger.subscribe(&mut late, last, None);
        let recalled = late.next();
        assert_eq!((recalled["event"].as_str(), recalled["channel"].as_str()), (Some("posted"), Some(last)));
        ledger.delivered_cached += 1;
        ledger.until(&mut late, |frame| frame["event"] == "pusher_internal:subscription_count");
        drop(late);
        while count_subscribers(scene, last) + count_subscribers(scene, empty) > 0 {}
    }
}

fn count_subscribers(scene: &Scene, channel: &str) -> u64 {
    let resource = format!("channels/{channel}");
    let info = query(&scene.platform, &scene.app, &resource, &[("info", "subscription_count")]);
    info["subscription_count"].as_u64().unwrap_or(0)
}

#[test]
fn the_meter_agrees_with_a_clients_ledger_to_the_message_across_a_restart() {
    let settings = ["client_events=true", "subscription_count=true", "webhook_debounce_ms=0"];
    let environment = vec![("CAMPANILE_WORKERS", "2".to_owned())];
    let mut scene = Scene::with(&settings, Options { environment, ..Options::default() });
    let receiver = WebhookReceiver::start().unwrap();
    scene.platform.create_webhook(&scene.app, receiver.url(), &[]).unwrap();
    let mut ledger = Ledger::default();
    for _ in 0..2 {
        let Crowd { fans, guests } = play(&scene, &mut ledger);
        scene.restart();
        for mut client in fans.into_iter().chain(guests) {
            client.rest().iter().for_each(|frame| ledger.count(frame));
        }
        let metered = Ledger { webhook_requests: 0, ..scene.metered() };
        assert_eq!(metered, ledger);
    }
    // What webhooks had yet to be told is told after the restart.
    scene.eventually(|scene| {
        while receiver.next(Duration::from_millis(300)).is_ok() {
            ledger.webhook_requests += 1;
        }
        scene.metered() == ledger
    });
    assert!(ledger.webhook_requests > 0);

    let total = scene.get("/usage?step=day")["total"].clone();
    assert_eq!(Ledger::read(&total), ledger, "the organisation has one app");
    assert_eq!(total["connections_peak"], 10, "five, four, and one that came late");
    assert!(total["connection_seconds"].as_f64().unwrap() > 0.0);
    let today = scene.get("/limits")["limits"][1]["used"].as_u64();
    assert_eq!(today, Some(ledger.messages()), "the day goes on where it was");
}

#[test]
fn a_crash_loses_no_more_than_the_last_seconds_and_doubles_nothing() {
    let mut scene = Scene::new(&[]);
    (0..20).for_each(|_| assert_eq!(scene.publish(&posted("news")).status, 200));
    scene.eventually(|scene| scene.metered().api_messages == 20);
    (0..7).for_each(|_| assert_eq!(scene.publish(&posted("news")).status, 200));
    scene.platform.crash_and_restart().unwrap();
    let kept = scene.metered().api_messages;
    assert!((20..=27).contains(&kept), "{kept}");
    // The next life ends at the worst moments: what it had stored counts once.
    for (boundary, is_stored) in [("usage.written", false), ("usage.committed", true)] {
        let before = scene.metered().api_messages;
        scene.platform.stop().unwrap();
        scene.platform.abort_at(boundary, 1);
        scene.platform.start().unwrap();
        (0..3).for_each(|_| assert_eq!(scene.publish(&posted("news")).status, 200));
        assert!(scene.platform.wait_for_end(PATIENCE).unwrap().is_some(), "{boundary} was not passed");
        scene.platform.start().unwrap();
        let after = scene.metered().api_messages - before;
        // A reading may fall between the three.
        assert!(if is_stored { (1..=3).contains(&after) } else { after == 0 }, "{boundary}: {after}");
        assert_eq!(scene.publish(&posted("news")).status, 200);
        scene.restart();
        assert_eq!(scene.metered().api_messages, before + after + 1);
    }
}

#[test]
fn usage_comes_as_points_without_gaps_or_as_a_table_for_its_tenant_only() {
    let mut scene = Scene::new(&[]);
    assert_eq!(scene.publish(&posted("news")).status, 200);
    scene.restart();
    let path = format!("/apps/{}/usage?step=minute", scene.app.id);
    let usage = scene.get(&path);
    let points = usage["points"].as_array().unwrap();
    assert_eq!((points.len(), usage["step"].as_str()), (60, Some("minute")));
    let messages: u64 = points.iter().map(|point| point["messages"].as_u64().unwrap()).sum();
    assert_eq!((messages, usage["total"]["api_requests"].as_u64()), (1, Some(1)));
    for (path, headers) in [(format!("{path}&format=csv"), &[][..]), (path.clone(), &["Accept: text/csv"])] {
        let table = scene.ask(&path, headers);
        assert!(table.head.to_lowercase().contains("content-type: text/csv"), "{}", table.head);
        let lines: Vec<&str> = table.body.lines().collect();
        assert!(lines[0].starts_with("at,connections_peak,connections_average,"), "{}", lines[0]);
        assert!(lines.len() >= 60 && lines[1].contains("Z,0,0,0,"), "{}", lines[1]);
    }
    assert_eq!(scene.ask("/usage?step=minute&from=2020-01-01T00:00:00Z", &[]).status, 422);
    let rival = scene.platform.create_tenant("Rival").unwrap();
    let token = scene.platform.create_token(&rival).unwrap();
    let rival = Scene { token, app: scene.app.clone(), platform: scene.platform };
    assert_eq!(rival.ask(&path, &[]).status, 404);
    assert_eq!(rival.get("/usage")["total"]["messages"], 0);
}
