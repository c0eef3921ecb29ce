use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use campanile_tests::{App, Platform, Response};
use serde_json::{Value, json};

use crate::{
    client::Client,
    hooks::Hooks,
    raw::RawSocket,
    signing::{self, SignedRequest},
    stage::Stage,
};

/// An app for one test, and everything an owner does with it.
pub(crate) struct Scene {
    pub(crate) stage: Arc<Stage>,
    pub(crate) app: App,
}

/// The query of an ordinary client.
pub(crate) const QUERY: &str = "?protocol=7&client=js&version=8.6.0&flash=false";

impl Scene {
    /// An app with these settings (`NAME=VALUE`), otherwise as apps are by default.
    pub(crate) fn new(settings: &[&str]) -> Self {
        Self::on(Stage::shared(), settings)
    }

    pub(crate) fn on(stage: Arc<Stage>, settings: &[&str]) -> Self {
        let more: Vec<_> = settings.iter().flat_map(|setting| ["--setting", setting]).collect();
        let app = stage.platform.create_app(&stage.tenant, "Test", &more).unwrap();
        Self { stage, app }
    }

    pub(crate) fn platform(&self) -> &Platform {
        &self.stage.platform
    }

    /// A client that has been welcomed.
    pub(crate) fn connect(&self) -> Client {
        self.open(QUERY, &[]).welcomed()
    }

    /// A client that has been upgraded, whatever comes then.
    pub(crate) fn open(&self, query: &str, headers: &[(&str, &str)]) -> Client {
        Client::open(&self.platform().authority, &self.app, query, headers)
    }

    /// The same byte by byte.
    pub(crate) fn raw(&self) -> RawSocket {
        let target = format!("/app/{}{QUERY}", self.app.key);
        let mut socket = RawSocket::open(&self.platform().authority, &target, b"");
        assert!(socket.text().contains("pusher:connection_established"));
        socket
    }

    pub(crate) fn get(&self, resource: &str, parameters: &[(&str, &str)]) -> Response {
        let request = SignedRequest::get(&self.app, resource);
        let request = parameters.iter().fold(request, |request, (name, value)| request.with(name, value));
        request.send(self.platform())
    }

    pub(crate) fn post(&self, resource: &str, body: &Value) -> Response {
        SignedRequest::post(&self.app, resource, body).send(self.platform())
    }

    /// What a successful query answers.
    pub(crate) fn query(&self, resource: &str, parameters: &[(&str, &str)]) -> Value {
        signing::query(self.platform(), &self.app, resource, parameters)
    }

    pub(crate) fn is_occupied(&self, channel: &str) -> bool {
        self.query(&format!("channels/{channel}"), &[])["occupied"] == true
    }

    pub(crate) fn publish(&self, channel: &str, name: &str, data: &str) {
        let response = self.post("events", &json!({ "name": name, "channels": [channel], "data": data }));
        assert_eq!((response.status, response.body.as_str()), (200, "{}"));
    }

    /// Proves that nothing else was sent to these subscribers of a channel: what is published now is
    /// what each of them gets next.
    pub(crate) fn fence<'a>(&self, channel: &str, clients: impl IntoIterator<Item = &'a mut Client>) {
        signing::trigger(self.platform(), &self.app, channel, "fence");
        for client in clients {
            let frame = client.next();
            assert_eq!((&frame["event"], &frame["channel"]), (&json!("fence"), &json!(channel)), "{frame}");
        }
    }

    /// Changes the app as its owner does in the dashboard.
    pub(crate) fn change(&self, change: &Value) {
        let response = self.stage.manage("PATCH", &format!("/apps/{}", self.app.id), change);
        assert_eq!(response.status, 200, "{}", response.body);
    }

    /// A webhook endpoint of the app; `more` are flags of `campanile webhook create`.
    pub(crate) fn hooks(&self, more: &[&str]) -> Hooks {
        Hooks::new(self, more)
    }
}

/// Asks again until it holds.
pub(crate) fn eventually(mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "it never held");
        thread::sleep(Duration::from_millis(20));
    }
}
