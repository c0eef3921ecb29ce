//! Clients without a library: server-sent events and long polling.

use std::collections::{BTreeSet, VecDeque};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use campanile_tests::App;
use serde_json::{Value, json};

use crate::{
    exchange::{Answer, Ask},
    expect::{expect, expect_not_cached},
    session::finish,
    signing::{now, sign},
    stage::Stage,
};

/// Where an app's events are.
pub(crate) fn url(app: &App, kind: &str, query: &str) -> String {
    format!("/apps/{}/{kind}?{query}", app.id)
}

/// The query of a client that needs no token.
pub(crate) fn public(app: &App, channels: &str) -> String {
    format!("key={}&channels={channels}", app.key)
}

/// A token of the app's server with these claims, valid for a minute unless they say otherwise.
pub(crate) fn token(app: &App, mut claims: Value) -> String {
    if claims["exp"].is_null() {
        claims["exp"] = (now() + 60).into();
    }
    signed_token(&app.secret, &json!({ "alg": "HS256", "typ": "JWT", "kid": app.key }), &claims)
}

pub(crate) fn signed_token(secret: &str, header: &Value, claims: &Value) -> String {
    let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", encode(header), encode(claims));
    let signature = hex::decode(sign(secret, &text)).unwrap();
    format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

/// A stream of server-sent events.
pub(crate) struct Sse {
    pub(crate) answer: Answer,
    rest: String,
    events: VecDeque<(String, Value)>,
    /// The id of the last event.
    pub(crate) last: String,
}

impl Sse {
    pub(crate) fn open(stage: &Stage, app: &App, query: &str) -> Self {
        Self::of(stage.get(&url(app, "sse", query)))
    }

    /// One that goes on after an event, as browsers ask for it.
    pub(crate) fn resume(stage: &Stage, app: &App, query: &str, last: &str) -> Self {
        let ask = Ask::get(&url(app, "sse", query)).with(&format!("Last-Event-ID: {last}"));
        Self { last: last.to_owned(), ..Self::of(stage.send(&ask)) }
    }

    pub(crate) fn of(answer: Answer) -> Self {
        expect(&answer, "text/event-stream");
        expect_not_cached(&answer);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        Self { answer, rest: String::new(), events: VecDeque::new(), last: String::new() }
    }

    /// One that is welcomed and subscribed.
    pub(crate) fn subscribed(stage: &Stage, app: &App, query: &str) -> Self {
        let mut sse = Self::open(stage, app, query);
        sse.welcomed();
        sse.event("pusher_internal:subscription_succeeded");
        sse
    }

    /// The welcome that must come next; says which session this is.
    pub(crate) fn welcomed(&mut self) -> String {
        self.event("pusher:connection_established");
        self.last.rsplit_once('.').unwrap().0.to_owned()
    }

    /// Subscriptions, in whichever order they succeed: channels have owners of their own.
    pub(crate) fn joined(&mut self, channels: &[&str]) {
        let joined = channels.iter().map(|_| {
            let frame = self.event("pusher_internal:subscription_succeeded");
            frame["channel"].as_str().unwrap().to_owned()
        });
        assert_eq!(joined.collect::<BTreeSet<_>>(), channels.iter().map(ToString::to_string).collect());
    }

    /// The next event; `None` at the end of the answer.
    pub(crate) fn try_next(&mut self) -> Option<Value> {
        while self.events.is_empty() {
            let chunk = self.answer.chunk()?;
            self.take(&chunk);
        }
        let (id, event) = self.events.pop_front().unwrap();
        self.last = id;
        Some(event)
    }

    pub(crate) fn next(&mut self) -> Value {
        self.try_next().expect("a stream goes on")
    }

    pub(crate) fn event(&mut self, name: &str) -> Value {
        let event = self.next();
        assert_eq!(event["event"], name, "{event}");
        event
    }

    /// What came after the client said that it leaves.
    pub(crate) fn leftovers(&mut self) -> Vec<Value> {
        let text = self.answer.leftovers();
        self.take(&text);
        let mut left = Vec::new();
        while let Some((id, event)) = self.events.pop_front() {
            self.last = id;
            left.push(event);
        }
        left
    }

    fn take(&mut self, text: &str) {
        self.rest.push_str(text);
        while let Some((event, rest)) = self.rest.split_once("\n\n") {
            let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
            if let (Some(id), Some(data)) = (field("id: "), field("data: ")) {
                self.events.push_back((id.to_owned(), serde_json::from_str(data).unwrap()));
            } else {
                assert!([":", "retry: 1000"].contains(&event), "{event}");
            }
            self.rest = rest.to_owned();
        }
    }
}

/// A client that polls.
pub(crate) struct Polls<'a> {
    stage: &'a Stage,
    app: App,
    query: String,
    pub(crate) cursor: Option<String>,
}

impl<'a> Polls<'a> {
    pub(crate) fn new(stage: &'a Stage, app: &App, query: &str) -> Self {
        Self { stage, app: app.clone(), query: query.to_owned(), cursor: None }
    }

    pub(crate) fn url(&self) -> String {
        let cursor = self.cursor.as_ref().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        url(&self.app, "poll", &format!("{}{cursor}", self.query))
    }

    /// What the next poll tells; the cursor stays, as if the answer were lost.
    pub(crate) fn peek(&self) -> (String, Vec<Value>) {
        read(self.stage.get(&self.url()))
    }

    /// What the next poll tells.
    pub(crate) fn poll(&mut self) -> Vec<Value> {
        let (cursor, events) = self.peek();
        self.cursor = Some(cursor);
        events
    }

    /// Polls until this event has come, and returns the names of all until then.
    pub(crate) fn until(&mut self, name: &str) -> Vec<String> {
        let mut names = Vec::new();
        while names.last().is_none_or(|last| last != name) {
            names.extend(self.poll().iter().map(|event| event["event"].as_str().unwrap().to_owned()));
        }
        names
    }
}

/// The cursor and the events of an answer.
pub(crate) fn read(answer: Answer) -> (String, Vec<Value>) {
    expect(&answer, "application/json");
    expect_not_cached(&answer);
    let body: Value = serde_json::from_str(&finish(answer)).unwrap();
    (body["cursor"].as_str().unwrap().to_owned(), body["events"].as_array().unwrap().clone())
}
