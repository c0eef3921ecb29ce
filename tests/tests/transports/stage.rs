use campanile_tests::{App, Options, Platform, request};
use serde_json::{Value, json};

use crate::{
    exchange::{Answer, Ask, Connection},
    signing::SignedRequest,
};

/// The platform that all tests share, with a tenant. Each test that needs apps makes its own.
pub(crate) struct Stage {
    pub(crate) platform: Platform,
    tenant: String,
    /// The cookie of the tenant's owner.
    cookie: String,
}

impl Stage {
    /// Two workers, so that requests of one session land on either.
    pub(crate) fn new() -> Self {
        let environment =
            vec![("CAMPANILE_WORKERS", "2".to_owned()), ("CAMPANILE_CONFORMANCE_ECHO", "true".to_owned())];
        Self::with(Platform::spawn_with(Options { environment, ..Options::default() }).unwrap())
    }

    /// On a platform that nobody has used.
    pub(crate) fn with(platform: Platform) -> Self {
        let mut stage = Self { platform, tenant: String::new(), cookie: String::new() };
        let account = json!({
            "organisation": "Acme", "email": "owner@example.com", "password": "correct horse battery",
        });
        let answer = stage.dashboard(|target| Ask::post(target, account.to_string()), "/signup");
        assert_eq!(answer.status, 201, "{}", answer.head);
        let session =
            answer.head.lines().find_map(|line| line.strip_prefix("set-cookie: campanile_session="));
        stage.cookie = format!("campanile_session={}", session.unwrap().split(';').next().unwrap());
        stage.tenant = stage.manage("GET", "/me", &Value::Null)["tenant"]["id"].as_str().unwrap().to_owned();
        stage
    }

    pub(crate) fn send(&self, ask: &Ask) -> Answer {
        ask.send(&self.platform.authority)
    }

    /// Sends a request whose answer is read later.
    pub(crate) fn say(&self, ask: &Ask) -> Connection {
        let mut connection = Connection::open(&self.platform.authority);
        connection.say(ask);
        connection
    }

    pub(crate) fn get(&self, target: &str) -> Answer {
        self.send(&Ask::get(target))
    }

    pub(crate) fn post(&self, target: &str, body: &str) -> Answer {
        self.send(&Ask::post(target, body))
    }

    /// An app with these settings (`NAME=VALUE`).
    pub(crate) fn app(&self, settings: &[&str]) -> App {
        let more: Vec<_> = settings.iter().flat_map(|setting| ["--setting", setting]).collect();
        self.platform.create_app(&self.tenant, "Test", &more).unwrap()
    }

    /// Changes an app as its owner does.
    pub(crate) fn change(&self, app: &App, change: &Value) {
        self.manage("PATCH", &format!("/apps/{}", app.id), change);
    }

    /// Publishes an event.
    pub(crate) fn publish(&self, app: &App, channel: &str, name: &str, data: &str) {
        let body = json!({ "name": name, "channels": [channel], "data": data });
        let answer = SignedRequest::post(app, "events", &body).send(&self.platform);
        assert_eq!((answer.status, answer.body.as_str()), (200, "{}"));
    }

    fn dashboard(&self, ask: impl FnOnce(&str) -> Ask, path: &str) -> Answer {
        self.send(&ask(&format!("/api/v1{path}")).with("Content-Type: application/json"))
    }

    fn manage(&self, method: &str, path: &str, body: &Value) -> Value {
        let cookie = format!("Cookie: {}", self.cookie);
        let headers = ["Content-Type: application/json", &cookie];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let target = format!("/api/v1{path}");
        let answer = request(&self.platform.authority, method, &target, &headers, body.as_bytes()).unwrap();
        assert!((200..300).contains(&answer.status), "{method} {path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }
}
