use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::{
    behind::Behind,
    exchange::{Ask, Exchange},
    stream::{Stream, Style, messages},
};

/// A session over HTTP, as pusher-js holds one: it receives by one request and sends by others.
pub(crate) struct Session<'a> {
    behind: &'a Behind,
    base: String,
}

impl<'a> Session<'a> {
    /// On the paths of pusher-js' own transports.
    pub(crate) fn of_pusher_js(behind: &'a Behind) -> Self {
        Self::at(behind, "/pusher/app")
    }

    /// On the paths of SockJS.
    pub(crate) fn of_sockjs(behind: &'a Behind) -> Self {
        Self::at(behind, "/sockjs/app")
    }

    fn at(behind: &'a Behind, mount: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let (process, count) = (std::process::id() % 10_000, COUNT.fetch_add(1, Ordering::Relaxed));
        let base = format!("{mount}/{}/{}/s{process:04}{count:03}", behind.app.key, count % 1000);
        Self { behind, base }
    }

    /// The request of a receiver.
    pub(crate) fn receive(&self, transport: &str) -> Ask {
        let target = format!("{}/{transport}?protocol=7&client=js&version=8.6.0&t=1&n=1", self.base);
        match transport {
            "eventsource" => Ask::new("GET", &target),
            _ => Ask::new("POST", &target).json(""),
        }
    }

    pub(crate) fn stream(&self) -> Stream {
        Stream::new(self.behind.ask(&self.receive("xhr_streaming")), Style::Lines)
    }

    /// One poll, to its end: a SockJS frame.
    pub(crate) fn poll(&self) -> String {
        finish(self.behind.ask(&self.receive("xhr")))
    }

    /// Polls until messages come, which they must.
    pub(crate) fn poll_messages(&self) -> Vec<Value> {
        loop {
            let frame = self.poll();
            if frame != "h" {
                return messages(&frame);
            }
        }
    }

    pub(crate) fn subscribe(&self, channel: &str) {
        self.send(&json!({ "event": "pusher:subscribe", "data": { "channel": channel } }));
    }

    pub(crate) fn send(&self, message: &Value) {
        let body = json!([message.to_string()]).to_string();
        let target = format!("{}/xhr_send?t=1&n=2", self.base);
        let answer = self.behind.ask(&Ask::new("POST", &target).json(&body));
        assert_eq!(answer.status, 204, "{}", answer.head);
    }
}

/// The frame that ends a poll.
pub(crate) fn finish(mut answer: Exchange) -> String {
    assert_eq!(answer.status, 200, "{}", answer.head);
    answer.rest().trim_end_matches('\n').to_owned()
}
