//! The internal port.

use std::time::Instant;

use campanile_tests::{Options, Platform, request};
use serde_json::json;

use crate::{
    socket::Client,
    webhook_stage::{PATIENCE, Stage},
};

#[test]
fn health_and_metrics_are_on_the_internal_port_only() {
    let platform = Platform::spawn().unwrap();
    let tenant = platform.create_tenant("Acme").unwrap();
    let app = platform.create_app(&tenant, "Shop", &[]).unwrap();
    let _client = Client::connect(&platform, &app);
    let get = |authority: &str, path: &str| request(authority, "GET", path, &[], b"").unwrap();

    for path in ["/live", "/ready"] {
        let response = get(&platform.internal_authority, path);
        assert_eq!(response.status, 200, "{path}: {}", response.body);
    }
    let metrics = get(&platform.internal_authority, "/metrics").body;
    let connections = metrics.lines().find_map(|line| line.strip_prefix("campanile_connections "));
    assert_eq!(connections.and_then(|number| number.parse().ok()), Some(1.0), "{metrics}");
    assert!(!metrics.contains(&app.key) && !metrics.contains(&app.id), "a tenant's names are no labels");
    for path in ["/live", "/ready", "/metrics"] {
        assert_eq!(get(&platform.authority, path).status, 404, "{path}");
    }
}

#[test]
fn webhooks_are_counted_by_outcome_and_by_endpoint_only_if_asked() {
    let by_endpoint = vec![("CAMPANILE_WEBHOOKS_METRICS_BY_ENDPOINT", "true".to_owned())];
    let options = Options { environment: by_endpoint, ..Options::default() };
    for (platform, is_by_endpoint) in
        [(Platform::spawn().unwrap(), false), (Platform::spawn_with(options).unwrap(), true)]
    {
        let stage = Stage::on(platform);
        let endpoint = stage.endpoint(&json!({}));
        let _client = stage.occupy(&["news"]);
        stage.next_about("news");
        let metrics = metrics_with(&stage, "campanile_webhook_queue_events 0.0");
        for line in [
            "campanile_webhook_attempts_total{outcome=\"delivered\"} 1",
            "campanile_webhook_attempts_total{outcome=\"failed\"} 0",
            "campanile_webhook_attempt_duration_seconds_count 1",
            "campanile_webhook_dead_letters 0",
        ] {
            assert!(metrics.lines().any(|it| it.starts_with(line)), "{line}: {metrics}");
        }
        let own = format!(
            "campanile_webhook_endpoint_attempts_total{{endpoint=\"{}\",outcome=\"delivered\"}} 1",
            endpoint.id
        );
        assert_eq!(metrics.contains(&own), is_by_endpoint, "{metrics}");
        assert_eq!(metrics.contains(&endpoint.id), is_by_endpoint, "{metrics}");
        assert!(!metrics.contains(&stage.app.id), "{metrics}");
    }
}

/// Asks again until the line is there: what came is counted a moment before it is recorded.
fn metrics_with(stage: &Stage, line: &str) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let metrics = request(&stage.platform.internal_authority, "GET", "/metrics", &[], b"").unwrap().body;
        if metrics.lines().any(|it| it == line) {
            return metrics;
        }
        assert!(Instant::now() < deadline, "{line} never came: {metrics}");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
