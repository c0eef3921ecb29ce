//! A platform with endpoints of several kinds, and the audit at the end.

use std::{
    thread,
    time::{Duration, Instant},
};

use campanile_tests::{App, Options, Platform, Response, request};
use serde_json::{Value, json};

use crate::{
    book::{ADDED, Book, CLIENT_EVENT, Departures, Line, OCCUPIED, REMOVED, VACATED},
    check::{Received, check},
    client::Client,
    recorder::Recorder,
    spoil,
};

/// Within this, everything has been told: longer than leases and pauses between tries.
const PATIENCE: Duration = Duration::from_secs(90);
const POLL: Duration = Duration::from_millis(100);

pub(crate) struct Stage {
    pub(crate) platform: Platform,
    pub(crate) app: App,
    pub(crate) book: Book,
    pub(crate) endpoints: Vec<Endpoint>,
    token: String,
}

pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) recorder: Recorder,
    lanes: usize,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(Options::default(), Departures::Told)
    }

    /// One endpoint in one order, an event at a time; one with several lanes that batches.
    pub(crate) fn with(options: Options, departures: Departures) -> Self {
        let platform = Platform::spawn_with(options).unwrap();
        let tenant = platform.create_tenant("Acme").unwrap();
        let debounce = match departures {
            Departures::Told => "webhook_debounce_ms=0",
            Departures::Late => "webhook_debounce_ms=500",
            Departures::HeldBack => "webhook_debounce_ms=60000",
        };
        let settings = ["client_events=true", "max_client_events_per_second=1000", debounce];
        let flags: Vec<&str> = settings.iter().flat_map(|setting| ["--setting", setting]).collect();
        let app = platform.create_app(&tenant, "Shop", &flags).unwrap();
        let token = platform.create_token(&tenant).unwrap();
        let mut stage = Self { platform, app, book: Book::new(departures), endpoints: Vec::new(), token };
        stage.add_endpoint(1, false);
        stage.add_endpoint(4, true);
        stage
    }

    fn add_endpoint(&mut self, lanes: usize, batching: bool) {
        let recorder = Recorder::start();
        let body = json!({
            "url": recorder.url(), "event_types": [OCCUPIED, VACATED, ADDED, REMOVED, CLIENT_EVENT],
            "lanes": lanes, "batching": batching, "timeout_ms": 2000,
        });
        let made = self.ok("POST", "", &body);
        let id = made["id"].as_str().unwrap().to_owned();
        self.endpoints.push(Endpoint { id, recorder, lanes });
    }

    /// A request about the app's webhooks.
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> anyhow::Result<Response> {
        let headers = [&format!("Authorization: Bearer {}", self.token), "Content-Type: application/json"];
        let target = format!("/api/v1/apps/{}/webhooks{path}", self.app.id);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        request(&self.platform.authority, method, &target, &headers, body.as_bytes())
    }

    pub(crate) fn ok(&self, method: &str, path: &str, body: &Value) -> Value {
        let response = self.send(method, path, body).unwrap();
        assert!((200..300).contains(&response.status), "{method} {path}: {}", response.body);
        serde_json::from_str(&response.body).unwrap_or_default()
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        let received =
            |endpoint: &Endpoint| Received { requests: endpoint.recorder.requests(), lanes: endpoint.lanes };
        self.endpoints.iter().map(received).collect()
    }

    /// Waits until everything has been told, and insists that it was told right, and that the checker would
    /// have noticed if it had not.
    pub(crate) fn audit(&self) {
        // Twice, because nothing may come when all has been told.
        for _ in 0..2 {
            self.settle();
            // What a dead predecessor left, and who left just now, is told in its own time.
            let deadline = Instant::now() + PATIENCE;
            while !self.faults().is_empty() && Instant::now() < deadline {
                thread::sleep(POLL);
            }
            let faults = self.faults();
            assert!(faults.is_empty(), "{}{}", faults.join("\n"), self.refusal());
        }
        spoil::must_be_noticed(&self.received(), &self.book);
    }

    /// What PostgreSQL refused last, if it did: nothing is told while its disk is full.
    fn refusal(&self) -> String {
        let log = self.platform.log();
        let refusal = log.lines().rfind(|line| line.contains("error returned from database"));
        refusal.map(|line| format!("\nthe database refused: {line}")).unwrap_or_default()
    }

    /// What is wrong with what has been received so far.
    pub(crate) fn faults(&self) -> Vec<String> {
        check(&self.received(), &self.book)
    }

    /// Waits until every endpoint has been told of something that happens now, and nothing waits.
    pub(crate) fn settle(&self) {
        let deadline = Instant::now() + PATIENCE;
        let number: usize = self.endpoints.iter().map(|endpoint| endpoint.recorder.count()).sum();
        let channel = format!("fence-{}-{number}", self.book.era());
        let mut client = Client::connect(&self.platform, &self.app).unwrap();
        self.book.begin(&channel, &[Line::new(OCCUPIED, "")]);
        client.subscribe(&channel, None).unwrap();
        self.book.begin(&channel, &[Line::new(VACATED, "")]);
        client.unsubscribe(&channel).unwrap();
        for endpoint in &self.endpoints {
            let path = format!("/{}", endpoint.id);
            let is_told = || endpoint.recorder.has(&channel);
            let has_nothing = || self.ok("GET", &path, &Value::Null)["pending"] == 0;
            while !(is_told() && has_nothing()) {
                if Instant::now() > deadline {
                    let queue = self.ok("GET", &format!("{path}/queue?limit=3"), &Value::Null);
                    panic!("after {} requests, this waits: {queue:#}", endpoint.recorder.count());
                }
                thread::sleep(POLL);
            }
        }
    }
}
