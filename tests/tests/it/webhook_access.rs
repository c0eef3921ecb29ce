//! Who may see and change webhooks: the tenant, and nobody else.

use campanile_tests::Platform;
use serde_json::{Value, json};

use crate::{
    person::{Person, code, sign_up, text},
    program::Program,
};

/// Every route below an app's webhooks, with the ids of that app, its endpoint and one of its deliveries.
fn routes(app: &str, hook: &str, delivery: &str) -> Vec<(&'static str, String, Value)> {
    let all = format!("/apps/{app}/webhooks");
    let one = format!("{all}/{hook}");
    let example = json!({ "url": "http://127.0.0.1:9/", "event_types": ["client_event"] });
    let none = Value::Null;
    vec![
        ("GET", all.clone(), none.clone()),
        ("POST", all.clone(), example),
        ("POST", format!("{all}/test"), json!({ "url": "http://127.0.0.1:9/" })),
        ("GET", one.clone(), none.clone()),
        ("PATCH", one.clone(), json!({ "name": "Stolen" })),
        ("POST", format!("{one}/pause"), none.clone()),
        ("POST", format!("{one}/resume"), none.clone()),
        ("POST", format!("{one}/rotate-secret"), none.clone()),
        ("POST", format!("{one}/test"), none.clone()),
        ("POST", format!("{one}/verify"), json!({ "headers": {}, "body": "" })),
        ("GET", format!("{one}/deliveries"), none.clone()),
        ("GET", format!("{one}/deliveries/{delivery}"), none.clone()),
        ("POST", format!("{one}/deliveries/{delivery}/replay"), none.clone()),
        ("POST", format!("{one}/replay"), json!({ "failed_since": "2026-01-01T00:00:00Z" })),
        ("GET", format!("{one}/dead-letters"), none.clone()),
        ("POST", format!("{one}/dead-letters/replay"), none.clone()),
        ("POST", format!("{one}/dead-letters/{delivery}/replay"), none.clone()),
        ("DELETE", format!("{one}/dead-letters/{delivery}"), none.clone()),
        ("GET", format!("{one}/queue"), none.clone()),
        ("POST", format!("{one}/queue/0/skip"), none.clone()),
        ("DELETE", one, none),
    ]
}

const UNKNOWN: &str = "01a20496-a802-70c8-a201-eecf4d7c9405";

#[test]
fn every_route_is_the_tenants_own() {
    let platform = Platform::spawn().unwrap();
    let (owner, rival) = (sign_up(&platform, "owner@example.com"), sign_up(&platform, "rival@example.com"));
    let stranger = Person { platform: &platform, cookie: "campanile_session=nonsense".to_owned() };
    let (program, nobody) = (Program::of(&rival), Program::new(&platform, "cmt_nonsense"));
    let ((app, _), (rivals_app, _)) = (owner.create_app(), rival.create_app());
    let hook = json!({ "url": "http://127.0.0.1:9/", "event_types": ["channel_occupied"] });
    let hook = text(&owner.ok("POST", &format!("/apps/{}/webhooks", app.id), &hook)["id"]);

    for (method, path, body) in routes(&app.id, &hook, UNKNOWN) {
        assert_eq!(rival.send(method, &path, &body).status, 404, "{method} {path}");
        assert_eq!(program.send(method, &path, &body, &[]).status, 404, "{method} {path}");
        assert_eq!(stranger.send(method, &path, &body).status, 401, "{method} {path}");
        assert_eq!(nobody.send(method, &path, &body, &[]).status, 401, "{method} {path}");
    }
    // The endpoint through an app of one's own: what exists elsewhere is not there.
    let through = routes(&rivals_app.id, &hook, UNKNOWN);
    for (method, path, body) in through.iter().filter(|(_, path, _)| path.contains(&hook)) {
        assert_eq!(rival.send(method, path, body).status, 404, "{method} {path}");
    }
    // The owner's own last, so that nothing above can have failed for want of the thing itself. What was
    // never sent cannot be sent again, and nothing is being tried.
    for (method, path, body) in routes(&app.id, &hook, UNKNOWN) {
        let status = owner.send(method, &path, &body).status;
        let expected = if path.contains(UNKNOWN) {
            404
        } else if path.ends_with("/skip") {
            409
        } else {
            200
        };
        assert!(
            status == expected || expected == 200 && (200..300).contains(&status),
            "{method} {path}: {status}"
        );
    }
}

#[test]
fn listening_needs_a_token_of_the_tenant() {
    let platform = Platform::spawn().unwrap();
    let (owner, rival) = (sign_up(&platform, "owner@example.com"), sign_up(&platform, "rival@example.com"));
    let stranger = Person { platform: &platform, cookie: "campanile_session=nonsense".to_owned() };
    let (program, foreign) = (Program::of(&owner), Program::of(&rival));
    let (app, _) = owner.create_app();
    let listen = format!("/apps/{}/webhooks/listen", app.id);
    let results = format!("{listen}/{UNKNOWN}/results");
    let result = json!({ "id": UNKNOWN, "status": 200, "duration_ms": 1, "error": null });
    for (method, path, body) in [("GET", &listen, &Value::Null), ("POST", &results, &result)] {
        // A link that a person follows must not divert their webhooks.
        let refused = owner.send(method, path, body);
        assert_eq!((refused.status, code(&refused).as_str()), (403, "forbidden"), "{method} {path}");
        assert_eq!(stranger.send(method, path, body).status, 401, "{method} {path}");
        assert_eq!(foreign.send(method, path, body, &[]).status, 404, "{method} {path}");
    }
    assert_eq!(program.send("POST", &results, &result, &[]).status, 404, "nobody listens");
    for (query, field) in [("types=nonsense", "types"), ("take=true", "take")] {
        let refused = program.send("GET", &format!("{listen}?{query}"), &Value::Null, &[]);
        assert_eq!(refused.status, 422, "{query}: {}", refused.body);
        assert!(refused.body.contains(&format!("\"{field}\":")), "{query}: {}", refused.body);
    }
    let unknown = program.send("GET", &format!("{listen}?webhook={UNKNOWN}"), &Value::Null, &[]);
    assert_eq!(unknown.status, 404);
}
