//! Webhooks as their owner manages them: endpoints, tests and the verifier.

use campanile_tests::Platform;
use serde_json::{Value, json};

use crate::{
    person::{code, sign_up, text},
    program::Program,
    webhook_stage::{PATIENCE, Stage, header},
};

#[test]
fn an_endpoint_is_made_shown_changed_and_never_tells_its_secrets() {
    let stage = Stage::new();
    let made = json!({
        "name": "Orders", "channels": ["room-*"], "headers": { "x-api-key": "hush-hush" }, "batching": true,
        "order": "relaxed", "lanes": 4, "timeout_ms": 2000,
    });
    let endpoint = stage.endpoint(&made);
    let shown = stage.get(&format!("/{}", endpoint.id));
    for (field, value) in [
        ("name", json!("Orders")),
        ("channels", json!(["room-*"])),
        ("header_names", json!(["x-api-key"])),
        ("batching", json!(true)),
        ("order", json!("relaxed")),
        ("lanes", json!(4)),
        ("timeout_ms", json!(2000)),
        ("state", json!("active")),
        ("disabled_reason", Value::Null),
        ("pending", json!(0)),
        ("dead_letters", json!(0)),
    ] {
        assert_eq!(shown[field], value, "{field}: {shown}");
    }
    assert_eq!(shown["health"]["hours"].as_array().map(Vec::len), Some(24));
    assert_eq!(shown["health"]["p95_ms"], Value::Null);

    let change = json!({ "name": "", "channels": [], "event_types": ["member_added"], "timeout_ms": 30000 });
    let changed = stage.ok("PATCH", &format!("/{}", endpoint.id), &change);
    assert_eq!(
        (&changed["name"], &changed["event_types"], &changed["header_names"]),
        (&json!(""), &json!(["member_added"]), &json!(["x-api-key"]))
    );
    let listed = stage.get("").to_string();
    assert!(!listed.contains("hush-hush") && !listed.contains(&endpoint.secret), "{listed}");
    assert_eq!(stage.send("PATCH", &format!("/{}", endpoint.id), &json!({ "lanes": 2 })).status, 400);
}

#[test]
fn what_an_endpoint_cannot_be_is_told_by_field() {
    let stage = Stage::new();
    let url = stage.receiver.url().to_owned();
    for (more, field) in [
        (json!({ "url": "http://10.0.0.1/" }), "url"),
        (json!({ "event_types": [] }), "event_types"),
        (json!({ "event_types": ["nonsense"] }), "event_types"),
        (json!({ "name": "x".repeat(81) }), "name"),
        (json!({ "channels": ["x".repeat(201)] }), "channels"),
        (json!({ "channels": vec!["x"; 21] }), "channels"),
        (json!({ "headers": { "Host": "evil" } }), "headers"),
        (json!({ "headers": { "webhook-id": "1" } }), "headers"),
        (json!({ "headers": { "x-a": "line\r\nbreak" } }), "headers"),
        (json!({ "lanes": 17 }), "lanes"),
        (json!({ "lanes": 0 }), "lanes"),
        (json!({ "timeout_ms": 999 }), "timeout_ms"),
        (json!({ "timeout_ms": 30001 }), "timeout_ms"),
    ] {
        let mut body = json!({ "url": url, "event_types": ["client_event"] });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let refused = stage.send("POST", "", &body);
        assert_eq!(refused.status, 422, "{more}: {}", refused.body);
        assert!(refused.body.contains(&format!("\"{field}\":")), "{more}: {}", refused.body);
    }
    assert_eq!(stage.get(""), json!({ "webhooks": [] }));
}

#[test]
fn a_delivery_carries_custom_headers_and_while_the_secret_changes_both_signatures() {
    let stage = Stage::new();
    let endpoint = stage.endpoint(&json!({ "headers": { "x-api-key": "hush-hush" } }));
    let _first = stage.occupy(&["one"]);
    let delivery = stage.next_about("one");
    assert_eq!(header(&delivery, "x-api-key"), "hush-hush");
    assert_eq!(header(&delivery, "webhook-signature").split(' ').count(), 1);

    let rotated = stage.ok("POST", &format!("/{}/rotate-secret", endpoint.id), &Value::Null);
    assert_ne!(text(&rotated["signing_secret"]), endpoint.secret);
    assert!(rotated["previous_secret_until"].is_string(), "{rotated}");
    let _second = stage.occupy(&["two"]);
    assert_eq!(header(&stage.next_about("two"), "webhook-signature").split(' ').count(), 2);

    let log = stage.eventually(&format!("/{}/deliveries?channel=two", endpoint.id), |page| {
        page["deliveries"][0]["state"] == "delivered"
    });
    let id = text(&log["deliveries"][0]["id"]);
    let detail = stage.get(&format!("/{}/deliveries/{id}", endpoint.id));
    assert!(!detail.to_string().contains("hush-hush"), "{detail}");
    assert_eq!(detail["attempts_list"][0]["request_headers"]["x-api-key"], "•••");
}

#[test]
fn what_a_paused_endpoint_misses_waits_for_it() {
    let stage = Stage::new();
    let endpoint = stage.endpoint(&json!({}));
    let path = format!("/{}", endpoint.id);
    assert_eq!(stage.ok("POST", &format!("{path}/pause"), &Value::Null)["state"], "paused");
    let _client = stage.occupy(&["one", "two"]);
    stage.eventually(&path, |endpoint| endpoint["pending"] == 2);
    assert_eq!(stage.ok("POST", &format!("{path}/resume"), &Value::Null)["state"], "active");
    let told: Vec<Value> =
        (0..2).flat_map(|_| stage.next().events()).map(|it| it["channel"].clone()).collect();
    assert_eq!(told, [json!("one"), json!("two")]);
}

#[test]
fn who_answers_410_is_told_no_more_until_resumed() {
    let stage = Stage::new();
    let endpoint = stage.endpoint(&json!({}));
    let path = format!("/{}", endpoint.id);
    stage.receiver.answer(410);
    let _first = stage.occupy(&["one"]);
    let disabled = stage.eventually(&path, |endpoint| endpoint["state"] == "disabled");
    assert_eq!(disabled["disabled_reason"], "gone");
    let _second = stage.occupy(&["unheard"]);
    stage.receiver.answer(200);
    assert_eq!(stage.ok("POST", &format!("{path}/resume"), &Value::Null)["state"], "active");
    let _third = stage.occupy(&["three"]);
    stage.next();
    loop {
        let delivery = stage.next();
        let channel = delivery.events()[0]["channel"].clone();
        assert_ne!(channel, "unheard");
        if channel == "three" {
            break;
        }
    }
}

#[test]
fn a_test_shows_what_was_sent_and_what_came_back() {
    let stage = Stage::new();
    let endpoint = stage.endpoint(&json!({}));
    let sent = stage.ok("POST", &format!("/{}/test", endpoint.id), &json!({ "event_type": "member_added" }));
    let came = stage.next();
    assert_eq!((&sent["status"], &sent["error"]), (&json!(200), &Value::Null));
    assert_eq!((header(&came, "webhook-test"), &came.events()[0]["name"]), ("1", &json!("member_added")));
    assert_eq!(sent["request"]["body"].as_str().map(str::as_bytes), Some(came.body.as_slice()));
    assert_eq!(sent["request"]["headers"]["webhook-signature"], header(&came, "webhook-signature"));
    assert_eq!(stage.get(&format!("/{}/deliveries", endpoint.id))["deliveries"], json!([]));

    stage.receiver.answer(418);
    let ping = json!({ "url": stage.receiver.url(), "headers": { "x-a": "b" } });
    assert_eq!(stage.ok("POST", "/test", &ping)["status"], 418);
    assert_eq!(header(&stage.receiver.next(PATIENCE).unwrap(), "x-a"), "b");
    let nobody = stage.ok("POST", "/test", &json!({ "url": "http://127.0.0.1:9/" }));
    assert_eq!((&nobody["status"], &nobody["response"]), (&Value::Null, &Value::Null));
    assert!(nobody["error"].is_string());
    assert_eq!(stage.send("POST", "/test", &json!({ "url": "http://169.254.169.254/" })).status, 422);
    let unknown = json!({ "event_type": "nonsense" });
    assert_eq!(stage.send("POST", &format!("/{}/test", endpoint.id), &unknown).status, 422);
}

#[test]
fn the_verifier_says_what_is_wrong() {
    let stage = Stage::new();
    let endpoint = stage.endpoint(&json!({}));
    let _client = stage.occupy(&["one"]);
    let delivery = stage.next_about("one");
    let body = String::from_utf8(delivery.body.clone()).unwrap();
    let verify = |headers: &Value, body: &str| {
        let received = json!({ "headers": headers, "body": body });
        stage.ok("POST", &format!("/{}/verify", endpoint.id), &received)
    };
    let headers = json!(delivery.headers);
    let found = verify(&headers, &body);
    assert_eq!(
        (&found["pusher"]["valid"], &found["standard"]["valid"]),
        (&json!(true), &json!(true)),
        "{found}"
    );
    for (headers, body) in [(&headers, format!("{body} ")), (&json!({}), body)] {
        let found = verify(headers, &body);
        for scheme in ["pusher", "standard"] {
            assert_eq!(found[scheme]["valid"], false, "{found}");
            assert!(found[scheme]["reason"].is_string(), "{found}");
        }
    }
}

#[test]
fn the_verifier_signs_for_none_who_may_not_see_secrets_and_leaves_a_record() {
    let platform = Platform::spawn().unwrap();
    let owner = sign_up(&platform, "owner@example.com");
    let (app, _) = owner.create_app();
    let hooks = format!("/apps/{}/webhooks", app.id);
    let hook = json!({ "url": "http://127.0.0.1:9/", "event_types": ["channel_occupied"] });
    let verify = format!("{hooks}/{}/verify", text(&owner.ok("POST", &hooks, &hook)["id"]));
    let received = json!({ "headers": {}, "body": "1.1:private-news" });
    let reader = Program::with(&owner, &json!({ "name": "r", "scopes": ["read", "payloads"] }));
    let refused = reader.send("POST", &verify, &received, &[]);
    assert_eq!((refused.status, code(&refused).as_str()), (403, "forbidden"), "{}", refused.body);
    assert!(owner.ok("POST", &verify, &received)["pusher"]["expected"].is_string());
    let log = owner.ok("GET", "/audit?action=webhook.verified", &Value::Null);
    assert_eq!(log["entries"].as_array().unwrap().len(), 1, "{log}");
}

#[test]
fn who_asks_for_connections_hears_them_open_and_close() {
    let stage = Stage::new();
    stage.endpoint(&json!({ "event_types": ["connection_opened", "connection_closed"], "channels": ["x"] }));
    let client = stage.occupy(&["news"]);
    let socket_id = client.socket_id.clone();
    let opened = stage.next().events().remove(0);
    drop(client);
    let closed = stage.next().events().remove(0);
    for (event, name) in [(&opened, "connection_opened"), (&closed, "connection_closed")] {
        assert_eq!((&event["name"], &event["socket_id"]), (&json!(name), &json!(socket_id)), "{event}");
        assert_eq!((event.get("channel"), event.get("user_id")), (None, None), "{event}");
    }
    assert!(closed["reason"].is_string(), "{closed}");
}
