use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use campanile_tests::{ReceivedWebhook, Webhook, WebhookReceiver};
use serde_json::{Value, json};

use crate::scene::Scene;

/// Longer than the debounce and a few retries.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A webhook endpoint of an app, and the server behind it.
pub(crate) struct Hooks {
    pub(crate) webhook: Webhook,
    pub(crate) receiver: WebhookReceiver,
}

impl Hooks {
    pub(crate) fn new(scene: &Scene, more: &[&str]) -> Self {
        let receiver = WebhookReceiver::start().unwrap();
        let webhook = scene.platform().create_webhook(&scene.app, receiver.url(), more).unwrap();
        Self { webhook, receiver }
    }

    /// The next request.
    pub(crate) fn next(&self) -> ReceivedWebhook {
        self.receiver.next(PATIENCE).unwrap()
    }

    /// Everything that is told up to a channel being occupied or vacated, that included, each as
    /// `[name, channel, user_id, subscription_count]` without what is absent.
    pub(crate) fn until(&self, name: &str, channel: &str) -> Vec<Value> {
        let mut told = Vec::new();
        loop {
            let events = self.next().events();
            let is_last = |event: &Value| event["name"] == name && event["channel"] == channel;
            let found = events.iter().any(is_last);
            told.extend(events.iter().map(summary));
            if found {
                return told;
            }
        }
    }
}

fn summary(event: &Value) -> Value {
    let members = ["name", "channel", "user_id", "subscription_count"];
    json!(members.map(|member| &event[member]).into_iter().filter(|it| !it.is_null()).collect::<Vec<_>>())
}

/// A server that takes the first request without ever answering, and answers all later ones at once.
pub(crate) struct SleepyReceiver {
    pub(crate) url: String,
    received: mpsc::Receiver<Instant>,
}

impl SleepyReceiver {
    pub(crate) fn start() -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap(), true)
    }

    /// One that is awake from the start.
    pub(crate) fn awake(listener: TcpListener) -> Self {
        Self::on(listener, false)
    }

    fn on(listener: TcpListener, mut sleeps: bool) -> Self {
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let (sender, received) = mpsc::channel();
        thread::spawn(move || {
            let mut sleepers = Vec::new();
            for stream in listener.incoming().flatten() {
                take_request(&stream);
                // The test may have ended.
                let _ = sender.send(Instant::now());
                if sleeps {
                    sleepers.push(stream);
                } else {
                    let _ = (&stream)
                        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                }
                sleeps = false;
            }
        });
        Self { url, received }
    }

    /// When the next request came.
    pub(crate) fn next(&self) -> Instant {
        self.received.recv_timeout(PATIENCE).unwrap()
    }
}

/// Reads one request to its end.
fn take_request(stream: &TcpStream) {
    let mut reader = BufReader::new(stream);
    let mut headers = HashMap::new();
    for line in reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()) {
        if let Some((name, value)) = line.split_once(": ") {
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
    }
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let _ = reader.take(length).read_to_end(&mut Vec::new());
}
