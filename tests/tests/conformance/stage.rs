use std::sync::{Arc, Mutex, PoisonError, Weak};

use campanile_tests::{Platform, Response, request};
use serde_json::{Value, json};

/// A platform with a person who is logged in to its dashboard.
pub(crate) struct Stage {
    pub(crate) platform: Platform,
    pub(crate) tenant: String,
    session: String,
}

impl Stage {
    /// The one that tests share. It lives as long as any of them uses it, because nothing would stop
    /// one in a `static`.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Stage>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let stage = Arc::new(Self::new());
            *shared = Arc::downgrade(&stage);
            stage
        })
    }

    /// One for a test that stops it.
    pub(crate) fn new() -> Self {
        let platform = Platform::spawn().unwrap();
        let account = json!({
            "organisation": "Acme", "email": "owner@example.com", "password": "correct horse battery",
        });
        let mut stage = Self { platform, tenant: String::new(), session: String::new() };
        let welcome = stage.manage("POST", "/signup", &account);
        assert_eq!(welcome.status, 201, "{}", welcome.body);
        let is_cookie = |line: &&str| line.to_lowercase().starts_with("set-cookie:");
        let cookie = welcome.head.lines().find(is_cookie).unwrap();
        stage.session = cookie.split_once(": ").unwrap().1.split(';').next().unwrap().to_owned();
        let me: Value = serde_json::from_str(&stage.manage("GET", "/me", &Value::Null).body).unwrap();
        stage.tenant = me["tenant"]["id"].as_str().unwrap().to_owned();
        stage
    }

    /// A request of the dashboard.
    pub(crate) fn manage(&self, method: &str, path: &str, body: &Value) -> Response {
        let cookie = format!("Cookie: {}", self.session);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let headers = ["Content-Type: application/json", &cookie];
        let target = format!("/api/v1{path}");
        request(&self.platform.authority, method, &target, &headers, body.as_bytes()).unwrap()
    }
}
