//! An app with a receiver of its webhooks, and a program that manages them.

use std::time::{Duration, Instant};

use campanile_tests::{App, Platform, ReceivedWebhook, Response, WebhookReceiver};
use serde_json::{Value, json};

use crate::{person::text, program::Program, socket::Client};

/// Shorter than the lease of a delivery whose sender was killed: its successor gives it back.
pub(crate) const PATIENCE: Duration = Duration::from_secs(25);

pub(crate) struct Stage {
    pub(crate) platform: Platform,
    pub(crate) app: App,
    pub(crate) receiver: WebhookReceiver,
    pub(crate) token: String,
}

/// An endpoint and what its deliveries are signed with.
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::on(Platform::spawn().unwrap())
    }

    pub(crate) fn on(platform: Platform) -> Self {
        let tenant = platform.create_tenant("Acme").unwrap();
        // A departure is told at once.
        let settings = ["--setting", "client_events=true", "--setting", "webhook_debounce_ms=0"];
        let app = platform.create_app(&tenant, "Shop", &settings).unwrap();
        let token = platform.create_token(&tenant).unwrap();
        Self { platform, app, receiver: WebhookReceiver::start().unwrap(), token }
    }

    /// An endpoint at the receiver that hears of channels; `more` is merged in.
    pub(crate) fn endpoint(&self, more: &Value) -> Endpoint {
        let mut body = json!({ "url": self.receiver.url(), "event_types": ["channel_occupied"] });
        merge(&mut body, more);
        let made = self.ok("POST", "", &body);
        Endpoint { id: text(&made["id"]), secret: text(&made["signing_secret"]) }
    }

    /// A request about the app's webhooks.
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Response {
        let path = format!("/apps/{}/webhooks{path}", self.app.id);
        Program::new(&self.platform, &self.token).send(method, &path, body, &[])
    }

    pub(crate) fn ok(&self, method: &str, path: &str, body: &Value) -> Value {
        let response = self.send(method, path, body);
        assert!((200..300).contains(&response.status), "{method} {path}: {}", response.body);
        serde_json::from_str(&response.body).unwrap_or_default()
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        self.ok("GET", path, &Value::Null)
    }

    /// Asks again until it holds.
    pub(crate) fn eventually(&self, path: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.get(path);
            if holds(&answer) {
                return answer;
            }
            assert!(Instant::now() < deadline, "it never held: {answer}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Occupies channels, one after the other, for as long as the client lives.
    pub(crate) fn occupy(&self, channels: &[&str]) -> Client {
        let mut client = Client::connect(&self.platform, &self.app);
        channels.iter().for_each(|channel| client.subscribe(channel, None));
        client
    }

    pub(crate) fn next(&self) -> ReceivedWebhook {
        self.receiver.next(PATIENCE).unwrap()
    }

    /// Takes deliveries until one tells of this channel.
    pub(crate) fn next_about(&self, channel: &str) -> ReceivedWebhook {
        loop {
            let delivery = self.next();
            if delivery.events().iter().any(|event| event["channel"] == channel) {
                return delivery;
            }
        }
    }
}

/// A header, empty if it is not there.
pub(crate) fn header<'a>(delivery: &'a ReceivedWebhook, name: &str) -> &'a str {
    delivery.headers.get(name).map_or("", String::as_str)
}

fn merge(into: &mut Value, more: &Value) {
    for (name, value) in more.as_object().into_iter().flatten() {
        into[name] = value.clone();
    }
}
