//! What apps and organisations may use, and what is told when it is used up.

use campanile_tests::{App, Response, request};
use serde_json::{Value, json};

use crate::{
    mailed::{join, platform, sign_up},
    person::code,
    program::Program,
    signing::SignedRequest,
    socket::Client,
    usage::{Scene, posted, said},
};

fn warnings(scene: &Scene) -> Vec<(String, u64)> {
    let warnings = scene.get("/usage")["warnings"].as_array().unwrap().clone();
    let read = |warning: &Value| {
        (warning["limit"].as_str().unwrap().to_owned(), warning["percent"].as_u64().unwrap())
    };
    warnings.iter().rev().map(read).collect()
}

#[test]
fn only_who_may_change_limits_does_so_by_whichever_way() {
    let (platform, mailbox) = platform();
    let owner = sign_up(&platform, &mailbox, "owner@example.com");
    let developer = join(&owner, &mailbox, "dev@example.com", "developer");
    let (app, _) = owner.create_app();
    let path = format!("/apps/{}", app.id);
    let settings = |change: &Value| json!({ "settings": change });
    owner.ok("PATCH", &path, &settings(&json!({ "max_connections": 5 })));
    let writer = Program::with(&developer, &json!({ "name": "ci", "scopes": ["write"] }));
    let lifted = settings(&json!({ "client_events": true, "max_connections": null }));
    for refused in [developer.send("PATCH", &path, &lifted), writer.send("PATCH", &path, &lifted, &[])] {
        assert_eq!((refused.status, code(&refused).as_str()), (403, "forbidden"), "{}", refused.body);
    }
    let left = developer.ok("PATCH", &path, &settings(&json!({ "client_events": true })));
    assert_eq!(left["settings"]["max_connections"], 5);
}

#[test]
fn a_quota_of_the_day_outlives_a_restart_and_says_when_it_heals() {
    let mut scene = Scene::new(&["max_messages_per_day=5"]);
    (0..3).for_each(|_| assert_eq!(scene.publish(&posted("news")).status, 200));
    scene.restart();
    (0..2).for_each(|_| assert_eq!(scene.publish(&posted("news")).status, 200));
    let refused = scene.publish(&posted("news"));
    assert_eq!(refused.status, 403);
    let text = "API call failed since (daily) message quota exceeded: max_messages_per_day of the app is 5; try again in ";
    assert!(refused.body.starts_with(text), "{}", refused.body);
    let seconds = retry_after(&refused);
    assert!(
        (1..=86_400).contains(&seconds) && refused.body.ends_with(&format!(" {seconds} s\n")),
        "{}",
        refused.body
    );
}

#[test]
fn a_tenants_quotas_are_those_of_all_its_apps_and_say_so() {
    let scene = Scene::new(&["client_events=true"]);
    let tenant = scene.platform.run(&[
        "tenant",
        "create",
        "--name",
        "Small",
        "--max-messages-per-second",
        "5",
        "--max-connections",
        "1",
    ]);
    let tenant = tenant.unwrap()["id"].as_str().unwrap().to_owned();
    let apps = ["One", "Two"]
        .map(|name| scene.platform.create_app(&tenant, name, &["--setting", "client_events=true"]).unwrap());
    let publish = |app: &App| SignedRequest::post(app, "events", &posted("news")).send(&scene.platform);
    let refused =
        (0..100).map(|turn| publish(&apps[turn % 2])).find(|response| response.status != 200).unwrap();
    assert_eq!((refused.status, retry_after(&refused)), (429, 1));
    let text = "Rate limit exceeded: max_messages_per_second of the organisation is 5; try again in 1 s\n";
    assert_eq!(refused.body, text);

    let mut first = Client::connect(&scene.platform, &apps[0]);
    let mut second = Client::open(&scene.platform, &apps[1]);
    let error = second.next();
    assert_eq!(error["data"]["code"], 4004);
    assert_eq!(error["data"]["message"], "Account over quota: max_connections of the organisation is 1");
    assert_eq!(second.closed(), 4004);
    // Clients share the rate with servers.
    first.subscribe("private-talk", None);
    let rejected = loop {
        first.say(&said("private-talk"));
        publish(&apps[1]);
        first.say(&json!({ "event": "pusher:ping" }));
        let frame = first.next();
        if frame["event"] != "pusher:pong" {
            break frame;
        }
    };
    assert_eq!(rejected["data"]["code"], 4301);
    let message = rejected["data"]["message"].as_str().unwrap();
    assert!(
        message.starts_with("Client event rejected - max_messages_per_second of the organisation is 5;"),
        "{message}"
    );
    // Another tenant is not concerned.
    (0..20).for_each(|_| assert_eq!(scene.publish(&posted("news")).status, 200));
}

fn retry_after(response: &Response) -> u64 {
    let line = response.head.lines().find(|line| line.to_lowercase().starts_with("retry-after:")).unwrap();
    line.split_once(": ").unwrap().1.trim().parse().unwrap()
}

#[test]
fn a_limit_is_warned_of_at_80_and_at_100_percent_once() {
    let mut scene = Scene::new(&["max_messages_per_day=10"]);
    (0..8).for_each(|_| assert_eq!(scene.publish(&posted("news")).status, 200));
    let day = || "max_messages_per_day".to_owned();
    scene.eventually(|scene| warnings(scene) == [(day(), 80)]);
    (0..2).for_each(|_| assert_eq!(scene.publish(&posted("news")).status, 200));
    scene.eventually(|scene| warnings(scene) == [(day(), 80), (day(), 100)]);
    scene.restart();
    assert_eq!(scene.publish(&posted("news")).status, 403);
    scene.restart();
    assert_eq!(warnings(&scene), [(day(), 80), (day(), 100)]);
    let logged = scene.platform.log().matches("a limit is nearly or wholly used up").count();
    assert_eq!(logged, 2);
    let limits = scene.get("/limits");
    assert_eq!(limits["apps"][0]["limits"][1]["percent"], 100);
    assert_eq!(limits["warnings"].as_array().unwrap().len(), 2);
}

#[test]
fn no_more_webhook_endpoints_than_the_limit_allows() {
    let scene = Scene::new(&["max_webhook_endpoints=1"]);
    let add = || {
        let bearer = format!("Authorization: Bearer {}", scene.token);
        let body = json!({ "url": "http://127.0.0.1:9/", "event_types": ["channel_occupied"] }).to_string();
        let path = format!("/api/v1/apps/{}/webhooks", scene.app.id);
        let headers = ["Content-Type: application/json", bearer.as_str()];
        request(&scene.platform.authority, "POST", &path, &headers, body.as_bytes()).unwrap()
    };
    assert_eq!(add().status, 201);
    let refused = add();
    assert_eq!(refused.status, 409);
    assert!(
        refused.body.contains("at most 1 webhook endpoints of an app (max_webhook_endpoints)"),
        "{}",
        refused.body
    );
}
