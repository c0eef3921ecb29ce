//! pusher-js's own HTTP transports, as its client uses them (Pusher reference, section 8.2).

use std::collections::VecDeque;

use campanile_tests::App;
use serde_json::{Value, json};

use crate::{
    exchange::{Answer, Ask},
    session::{finish, new_name},
    signing::sign,
    stage::Stage,
};

/// What the client says of itself when it receives.
pub(crate) const QUERY: &str = "protocol=7&client=js&version=8.6.0&t=1700000000000&n=1";

/// One session of an app.
#[derive(Clone)]
pub(crate) struct PusherJs<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) app: App,
    base: String,
}

/// A streaming answer, read as pusher-js reads it.
pub(crate) struct Stream {
    pub(crate) answer: Answer,
    /// Text that is no whole line yet.
    rest: String,
    lines: VecDeque<String>,
    events: VecDeque<Value>,
    /// All text so far, as browsers count it.
    pub(crate) units: usize,
}

impl<'a> PusherJs<'a> {
    pub(crate) fn new(stage: &'a Stage, app: &App) -> Self {
        let base = format!("/pusher/app/{}/7/{}", app.key, new_name());
        Self { stage, app: app.clone(), base }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.base)
    }

    pub(crate) fn receive(&self, path: &str) -> Ask {
        Ask::post(&format!("{}?{QUERY}", self.url(path)), "").with("Content-Type: application/json")
    }

    pub(crate) fn stream(&self) -> Stream {
        Stream::of(self.stage.send(&self.receive("xhr_streaming")))
    }

    /// A stream that is open, and the `socket_id` of the connection.
    pub(crate) fn open(&self) -> (Stream, String) {
        let mut stream = self.stream();
        assert_eq!(stream.line(), "o");
        let welcome = stream.event("pusher:connection_established");
        (stream, socket_id(&welcome))
    }

    /// One poll, to its end.
    pub(crate) fn poll(&self) -> String {
        finish(self.stage.send(&self.receive("xhr")))
    }

    /// Polls until events come.
    pub(crate) fn poll_events(&self) -> Vec<Value> {
        loop {
            let frame = self.poll();
            if frame != "h\n" {
                return events(frame.trim_end());
            }
        }
    }

    pub(crate) fn post(&self, body: &str) -> Answer {
        let url = format!("{}?t=1700000000000&n=2", self.url("xhr_send"));
        self.stage.send(&Ask::post(&url, body).with("Content-Type: application/json"))
    }

    pub(crate) fn say(&self, message: &Value) {
        let answer = self.post(&json!([message.to_string()]).to_string());
        assert_eq!(answer.status, 204, "{}", answer.head);
    }

    /// Asks to subscribe, signed where that is needed.
    pub(crate) fn subscribe(&self, socket_id: &str, channel: &str, data: Option<&str>) {
        let signed = match data {
            Some(data) => format!("{socket_id}:{channel}:{data}"),
            None => format!("{socket_id}:{channel}"),
        };
        let auth = format!("{}:{}", self.app.key, sign(&self.app.secret, &signed));
        let data = json!({ "channel": channel, "auth": auth, "channel_data": data });
        self.say(&json!({ "event": "pusher:subscribe", "data": data }));
    }

    /// A stream that is subscribed to public channels.
    pub(crate) fn subscribed(&self, channels: &[&str]) -> Stream {
        let (mut stream, socket_id) = self.open();
        for channel in channels {
            self.subscribe(&socket_id, channel, None);
            let frame = stream.event("pusher_internal:subscription_succeeded");
            assert_eq!(frame["channel"], *channel);
        }
        stream
    }

    pub(crate) fn sign_in(&self, socket_id: &str, user: &str) {
        let user_data = json!({ "id": user }).to_string();
        let auth = sign(&self.app.secret, &format!("{socket_id}::user::{user_data}"));
        let data = json!({ "auth": format!("{}:{auth}", self.app.key), "user_data": user_data });
        self.say(&json!({ "event": "pusher:signin", "data": data }));
    }
}

impl Stream {
    fn of(answer: Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.head);
        let (rest, lines, events) = (String::new(), VecDeque::new(), VecDeque::new());
        Self { answer, rest, lines, events, units: 0 }
    }

    /// The next line but the prelude; `None` at the end of the answer.
    pub(crate) fn next_line(&mut self) -> Option<String> {
        while self.lines.is_empty() {
            let chunk = self.answer.chunk()?;
            self.take(&chunk);
        }
        self.lines.pop_front()
    }

    /// The next line, which must come.
    pub(crate) fn line(&mut self) -> String {
        self.next_line().expect("a stream goes on")
    }

    /// The next Pusher event, heartbeats aside.
    pub(crate) fn next(&mut self) -> Value {
        while self.events.is_empty() {
            let line = self.line();
            if line != "h" {
                self.events.extend(events(&line));
            }
        }
        self.events.pop_front().unwrap()
    }

    pub(crate) fn event(&mut self, name: &str) -> Value {
        let frame = self.next();
        assert_eq!(frame["event"], name, "{frame}");
        frame
    }

    /// The close frame that must come, errors before it aside; the answer ends with it.
    pub(crate) fn closed(&mut self) -> (u16, String) {
        loop {
            let line = self.line();
            if let Some(close) = line.strip_prefix('c') {
                assert_eq!(self.next_line(), None, "nothing follows");
                return serde_json::from_str(close).unwrap();
            }
            assert!(line.contains("pusher:error"), "{line}");
        }
    }

    /// Whether all that has come has been understood, which is when pusher-js looks at its length.
    pub(crate) fn is_parsed(&self) -> bool {
        self.rest.is_empty() && self.lines.is_empty() && self.events.is_empty()
    }

    /// Leaves; what comes nevertheless is returned.
    pub(crate) fn leftovers(mut self) -> Vec<Value> {
        let text = self.answer.leftovers();
        self.take(&text);
        let lines = self.lines.iter().filter(|line| line.starts_with('a'));
        self.events.into_iter().chain(lines.flat_map(|line| events(line))).collect()
    }

    fn take(&mut self, text: &str) {
        self.units += text.encode_utf16().count();
        self.rest.push_str(text);
        while let Some((line, rest)) = self.rest.split_once('\n') {
            let is_prelude = line.len() == 2048 && line.bytes().all(|byte| byte == b'h');
            if !is_prelude {
                self.lines.push_back(line.to_owned());
            }
            self.rest = rest.to_owned();
        }
    }
}

/// The Pusher events in a SockJS frame.
pub(crate) fn events(frame: &str) -> Vec<Value> {
    let list = frame.strip_prefix('a').unwrap_or_else(|| panic!("events, not {frame:.300}"));
    let texts: Vec<String> = serde_json::from_str(list).unwrap();
    texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

/// What a welcome tells.
pub(crate) fn socket_id(welcome: &Value) -> String {
    let data: Value = serde_json::from_str(welcome["data"].as_str().unwrap()).unwrap();
    assert_eq!(data["activity_timeout"], 120);
    data["socket_id"].as_str().unwrap().to_owned()
}
