//! A person in the dashboard, seen as the requests that it makes.

use campanile_tests::{App, Platform, Response, request};
use serde_json::{Value, json};

/// A person with a session.
pub(crate) struct Person<'a> {
    pub(crate) platform: &'a Platform,
    pub(crate) cookie: String,
}

pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) fn sign_up<'a>(platform: &'a Platform, email: &str) -> Person<'a> {
    let body = json!({ "organisation": "Acme", "email": email, "password": PASSWORD });
    let response = post(platform, "/signup", &[], &body);
    assert_eq!(response.status, 201, "{}", response.body);
    Person { platform, cookie: cookie(&response) }
}

pub(crate) fn log_in<'a>(platform: &'a Platform, email: &str) -> Person<'a> {
    let response = post(platform, "/login", &[], &json!({ "email": email, "password": PASSWORD }));
    assert_eq!(response.status, 200, "{}", response.body);
    Person { platform, cookie: cookie(&response) }
}

pub(crate) fn cookie(response: &Response) -> String {
    let line = response.head.lines().find(|line| line.to_lowercase().starts_with("set-cookie:")).unwrap();
    assert!(line.contains("HttpOnly") && line.contains("SameSite=Lax") && line.contains("Path=/"), "{line}");
    let value = line.split_once(": ").unwrap().1.split(';').next().unwrap();
    assert!(value.split_once('=').unwrap().1.len() >= 43, "256 bits need that many characters");
    value.to_owned()
}

pub(crate) fn post(platform: &Platform, path: &str, headers: &[&str], body: &Value) -> Response {
    let headers = [&["Content-Type: application/json"], headers].concat();
    request(&platform.authority, "POST", &format!("/api/v1{path}"), &headers, body.to_string().as_bytes())
        .unwrap()
}

pub(crate) fn code(response: &Response) -> String {
    let body: Value = serde_json::from_str(&response.body).unwrap();
    body["error"]["code"].as_str().unwrap().to_owned()
}

impl Person<'_> {
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Response {
        let cookie = format!("Cookie: {}", self.cookie);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let headers = ["Content-Type: application/json", &cookie];
        let target = format!("/api/v1{path}");
        request(&self.platform.authority, method, &target, &headers, body.as_bytes()).unwrap()
    }

    pub(crate) fn ok(&self, method: &str, path: &str, body: &Value) -> Value {
        let response = self.send(method, path, body);
        assert!((200..300).contains(&response.status), "{method} {path}: {}", response.body);
        serde_json::from_str(&response.body).unwrap_or_default()
    }

    pub(crate) fn create_app(&self) -> (App, String) {
        let app = self.ok("POST", "/apps", &json!({ "name": "Chat" }));
        let (id, key_id) = (text(&app["id"]), text(&app["keys"][0]["id"]));
        let shown = self.ok("POST", &format!("/apps/{id}/keys/{key_id}/reveal"), &json!({}));
        (App { id, key: text(&shown["key"]), secret: text(&shown["secret"]) }, key_id)
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
