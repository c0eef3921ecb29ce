//! Signing requests as an app's server does, written against the published description and not with
//! the platform's own code.

use std::time::{SystemTime, UNIX_EPOCH};

use campanile_tests::{App, Platform, Response, request};
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use serde_json::Value;
use sha2::Sha256;

pub(crate) fn sign(secret: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// A REST request that can be spoiled before it is sent.
pub(crate) struct SignedRequest {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) key: String,
    pub(crate) secret: String,
    pub(crate) timestamp: u64,
    pub(crate) body: String,
}

impl SignedRequest {
    pub(crate) fn post(app: &App, resource: &str, body: &(impl ToString + ?Sized)) -> Self {
        Self { method: "POST", body: body.to_string(), ..Self::get(app, resource) }
    }

    pub(crate) fn get(app: &App, resource: &str) -> Self {
        Self {
            method: "GET",
            path: format!("/apps/{}/{resource}", app.id),
            parameters: Vec::new(),
            key: app.key.clone(),
            secret: app.secret.clone(),
            timestamp: now(),
            body: String::new(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The signed query.
    pub(crate) fn query(&self) -> String {
        let mut parameters = self.parameters.clone();
        parameters.push(("auth_key".to_owned(), self.key.clone()));
        parameters.push(("auth_timestamp".to_owned(), self.timestamp.to_string()));
        parameters.push(("auth_version".to_owned(), "1.0".to_owned()));
        if !self.body.is_empty() {
            parameters.push(("body_md5".to_owned(), hex::encode(Md5::digest(&self.body))));
        }
        parameters.sort();
        let pairs: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let query = pairs.join("&");
        let signature = sign(&self.secret, &format!("{}\n{}\n{query}", self.method, self.path));
        format!("{query}&auth_signature={signature}")
    }

    pub(crate) fn send(&self, platform: &Platform) -> Response {
        self.send_with(platform, &self.query(), &self.body)
    }

    /// Sends another query or body than was signed.
    pub(crate) fn send_with(&self, platform: &Platform, query: &str, body: &str) -> Response {
        let target = format!("{}?{query}", self.path);
        let headers = ["Content-Type: application/json"];
        request(&platform.authority, self.method, &target, &headers, body.as_bytes()).unwrap()
    }
}

/// Publishes an event and insists that it is accepted.
pub(crate) fn trigger(platform: &Platform, app: &App, channel: &str, name: &str) {
    let body = serde_json::json!({ "name": name, "channels": [channel], "data": "x" });
    let response = SignedRequest::post(app, "events", &body).send(platform);
    assert_eq!((response.status, response.body.as_str()), (200, "{}"));
}

/// What a successful query answers.
pub(crate) fn query(platform: &Platform, app: &App, resource: &str, parameters: &[(&str, &str)]) -> Value {
    let request = SignedRequest::get(app, resource);
    let request = parameters.iter().fold(request, |request, (name, value)| request.with(name, value));
    let response = request.send(platform);
    assert_eq!(response.status, 200, "{}", response.body);
    serde_json::from_str(&response.body).unwrap()
}
