use std::sync::Arc;

use campanile_tests::App;
use serde_json::{Value, json};

use crate::{
    configuration,
    exchange::{Ask, Exchange, Route},
    process::Running,
    proxy::{Proxy, Setup},
    signing::SignedRequest,
    stage::Stage,
};

/// A client's place: a platform with an app, and a proxy in between.
pub(crate) struct Behind {
    pub(crate) stage: Arc<Stage>,
    pub(crate) app: App,
    pub(crate) route: Route,
    name: String,
    _proxy: Running,
}

impl Behind {
    pub(crate) fn start(proxy: Proxy, setup: Setup) -> Self {
        let stage = Stage::shared();
        let platform = stage.platform.authority.clone();
        let text = configuration::text(proxy, setup);
        Self::start_with(proxy, &text, &platform, format!("{proxy} {setup:?}"))
    }

    /// With this text as its configuration, and something else than the platform behind it.
    pub(crate) fn start_with(proxy: Proxy, text: &str, upstream: &str, name: String) -> Self {
        let stage = Stage::shared();
        let app = stage.create_app();
        let running = Running::start(proxy, text, upstream);
        let route = Route::through(proxy, &running.authority, upstream);
        Self { stage, app, route, name, _proxy: running }
    }

    /// One request, on a connection of its own.
    pub(crate) fn ask(&self, ask: &Ask) -> Exchange {
        Exchange::begin(&self.route, ask)
    }

    /// The app's own server publishes an event, through the proxy as well.
    pub(crate) fn trigger(&self, channel: &str, name: &str, data: &str) {
        let body = json!({ "name": name, "channels": [channel], "data": data });
        self.signed(&SignedRequest::post(&self.app, "events", &body));
    }

    /// A signed request, which must succeed: what it answers.
    pub(crate) fn signed(&self, request: &SignedRequest) -> Value {
        let target = format!("{}?{}", request.path, request.query());
        let mut answer = self.ask(&Ask::new(request.method, &target).json(&request.body));
        let (status, body) = (answer.status, answer.rest());
        assert_eq!(status, 200, "{}: {body}", request.path);
        serde_json::from_str(&body).unwrap()
    }

    /// Prints what was measured.
    pub(crate) fn report(&self, what: &str) {
        println!("    {}: {what}", self.name);
    }
}
