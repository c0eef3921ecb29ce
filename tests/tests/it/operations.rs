//! The internal port.

use campanile_tests::{Platform, request};

use crate::socket::Client;

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
