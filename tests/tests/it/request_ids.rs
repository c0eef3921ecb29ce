//! Every failure tells the name of its request.

use campanile_tests::{App, Platform, Response, request};
use serde_json::Value;

use crate::signing::SignedRequest;

fn stage() -> (Platform, App) {
    let platform = Platform::spawn().unwrap();
    let tenant = platform.create_tenant("Acme").unwrap();
    let app = platform.create_app(&tenant, "Shop", &[]).unwrap();
    (platform, app)
}

fn id(response: &Response) -> Option<String> {
    header(response, "x-request-id")
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.head.lines().find_map(|line| {
        let (found, value) = line.split_once(": ")?;
        found.eq_ignore_ascii_case(name).then(|| value.to_owned())
    })
}

#[test]
fn failures_of_every_area_are_named_as_the_client_did_or_anew() {
    let (platform, app) = stage();
    let large = "x".repeat(8 * 1024 * 1024 + 1);
    let signed = |resource: &str, body: &str| {
        let request = SignedRequest::post(&app, resource, body);
        (format!("/apps/{}/{resource}?{}", app.id, request.query()), body.to_owned())
    };
    let (trigger, nothing) = signed("events", "{}");
    let (large_trigger, large) = signed("events", &large);
    let upgrade = ["Connection: Upgrade", "Upgrade: websocket"];
    let cases: [(&str, &str, &str, &[&str], u16); 12] = [
        ("POST", &trigger, &nothing, &[], 400),
        ("POST", &large_trigger, &large, &[], 413),
        ("POST", "/apps/1/events", "", &[], 401),
        ("GET", "/apps/1/channels", "", &[], 401),
        ("PUT", "/apps/1/batch_events", "", &[], 405),
        ("GET", "/apps/1/nothing", "", &[], 404),
        ("GET", "/pusher/nothing", "", &[], 404),
        ("GET", "/apps/1/sse?channels=news", "", &[], 401),
        ("GET", "/app/key", "", &[], 426),
        ("GET", "/app/key", "", &upgrade, 400),
        ("GET", "/nowhere", "", &[], 404),
        ("GET", "/api/v1/apps", "", &[], 401),
    ];
    for (method, target, body, headers, status) in cases {
        let name = format!("{method} {}", target.split('?').next().unwrap());
        let ask = |given: &str| {
            let given = format!("X-Request-Id: {given}");
            request(&platform.authority, method, target, &[headers, &[&given]].concat(), body.as_bytes())
                .unwrap()
        };
        let response = ask("mine:1");
        assert_eq!(response.status, status, "{name}: {}", response.body);
        assert_eq!(id(&response).as_deref(), Some("mine:1"), "{name}");
        let anew = id(&ask("not one")).expect(&name);
        assert_eq!(anew.len(), 36, "{name}: {anew}");
    }
}

#[test]
fn a_name_is_in_a_body_of_json_and_not_in_a_body_of_text() {
    let (platform, app) = stage();
    let ask = |target: &str| {
        request(&platform.authority, "GET", target, &["X-Request-Id: mine"], b"").unwrap().body
    };
    let managed: Value = serde_json::from_str(&ask("/api/v1/apps")).unwrap();
    assert_eq!(managed["error"]["request_id"], "mine");
    assert_eq!(ask(&format!("/apps/{}/channels", app.id)), "Missing parameter: auth_key\n");
}

#[test]
fn a_success_needs_no_name_and_pages_of_other_sites_may_read_a_failures() {
    let (platform, app) = stage();
    let listed = SignedRequest::get(&app, "channels").send(&platform);
    assert_eq!((listed.status, id(&listed)), (200, None));
    let target = format!("/apps/{}/sse?channels=news", app.id);
    let refused =
        request(&platform.authority, "GET", &target, &["Origin: https://shop.example"], b"").unwrap();
    assert!((400..500).contains(&refused.status), "{}", refused.body);
    assert_eq!(header(&refused, "access-control-expose-headers").as_deref(), Some("x-request-id"));
}

#[test]
fn the_log_has_the_name_of_a_request_that_failed_with_us() {
    let (platform, _) = stage();
    // SockJS answers a message that is none with 500.
    let session = "/sockjs/000/session";
    let mut receiver = std::net::TcpStream::connect(&platform.authority).unwrap();
    std::io::Write::write_all(
        &mut receiver,
        format!("POST {session}/xhr HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").as_bytes(),
    )
    .unwrap();
    // The answer opens the session.
    std::io::Read::read_exact(&mut receiver, &mut [0; 12]).unwrap();
    let target = format!("{session}/xhr_send?secret=1");
    let response = request(&platform.authority, "POST", &target, &["X-Request-Id: find-me"], b"").unwrap();
    assert_eq!((response.status, id(&response).as_deref()), (500, Some("find-me")), "{}", response.body);
    let log = platform.log();
    let line = log.lines().find(|line| line.contains("a request failed")).unwrap_or_else(|| panic!("{log}"));
    assert!(line.contains("find-me") && line.contains("500") && !line.contains("secret"), "{line}");
}
