//! 96 to 103: publishing.

use serde_json::{Value, json};

use crate::scene::Scene;

fn event() -> Value {
    json!({ "name": "x", "channels": ["news"], "data": "x" })
}

fn with(member: &str, value: impl Into<Value>) -> Value {
    let mut event = event();
    event[member] = value.into();
    event
}

fn without(member: &str) -> Value {
    let mut event = event();
    event.as_object_mut().unwrap().remove(member);
    event
}

#[test]
fn p096_an_event_is_delivered_once_for_each_subscribed_channel() {
    let scene = Scene::new(&[]);
    let (mut ada, mut bob) = (scene.connect(), scene.connect());
    ada.subscribe("a");
    ada.subscribe("b");
    bob.subscribe("b");
    let one = json!({ "name": "one", "channel": "a", "data": "1" });
    let response = scene.post("events", &one);
    assert_eq!((response.status, response.body.as_str()), (200, "{}"));
    assert_eq!(ada.next(), json!({ "event": "one", "channel": "a", "data": "1" }));
    let many =
        json!({ "name": "many", "channels": ["a", "b", "a", "nobody-here"], "data": "2", "channel": "c" });
    let response = scene.post("events", &many);
    assert_eq!((response.status, response.body.as_str()), (200, "{}"));
    let mut channels = [ada.event("many"), ada.event("many")].map(|frame| frame["channel"].to_string());
    channels.sort();
    assert_eq!(channels, [r#""a""#, r#""b""#]);
    assert_eq!(bob.next(), json!({ "event": "many", "channel": "b", "data": "2" }));
    scene.fence("a", [&mut ada]);
    scene.fence("b", [&mut ada, &mut bob]);
    let hundred: Vec<_> = (0..100).map(|number| format!("channel-{number}")).collect();
    assert_eq!(scene.post("events", &with("channels", hundred)).status, 200);
}

#[test]
fn p097_data_is_delivered_as_the_same_text() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    client.subscribe("news");
    for data in
        [r#"{"b": 1, "a":[1.50,null ]}"#, "no JSON", "", "\"quoted\"", "\\n\n\t", "1e400", "żółć\u{1}"]
    {
        scene.publish("news", "x", data);
        assert_eq!(client.next(), json!({ "event": "x", "channel": "news", "data": data }));
    }
    // What is no text is made one.
    for (data, text) in [
        (json!({ "b": [1, "x"] }), r#"{"b":[1,"x"]}"#),
        (json!([]), "[]"),
        (json!(1.5), "1.5"),
        (json!(true), "true"),
    ] {
        assert_eq!(scene.post("events", &with("data", data)).status, 200);
        assert_eq!(client.next(), json!({ "event": "x", "channel": "news", "data": text }));
    }
}

#[test]
fn p098_a_socket_id_excludes_that_connection_only() {
    let scene = Scene::new(&[]);
    let (mut ada, mut bob) = (scene.connect(), scene.connect());
    ada.subscribe("news");
    bob.subscribe("news");
    assert_eq!(scene.post("events", &with("socket_id", ada.socket_id.as_str())).status, 200);
    bob.event("x");
    scene.fence("news", [&mut ada, &mut bob]);
    let batch =
        json!({ "batch": [{ "name": "y", "channel": "news", "data": "y", "socket_id": ada.socket_id }] });
    assert_eq!(scene.post("batch_events", &batch).status, 200);
    bob.event("y");
    scene.fence("news", [&mut ada, &mut bob]);
    assert_eq!(scene.post("events", &with("socket_id", "1.1")).status, 200);
    ada.event("x");
    bob.event("x");
    for socket_id in ["nobody", "1", "1.", ".1", "1.1.1", "-1.1", "1.1 ", "1,1", "a.b"] {
        let response = scene.post("events", &with("socket_id", socket_id));
        assert_eq!(response.status, 400, "{socket_id:?}: {}", response.body);
    }
    scene.fence("news", [&mut ada, &mut bob]);
}

#[test]
fn p099_what_breaks_a_rule_or_a_limit_is_refused() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    client.subscribe("news");
    let channels: Vec<_> = (0..101).map(|number| format!("channel-{number}")).collect();
    for (status, body) in [
        (400, with("channels", channels)),
        (413, with("data", "x".repeat(10_241))),
        (413, with("data", "ż".repeat(5_121))),
        (400, with("name", "x".repeat(201))),
        (400, with("channels", ["no space"])),
        (400, with("channels", ["a:b"])),
        (400, with("channels", ["ż"])),
        (400, with("channels", [""])),
        (400, with("channels", ["x".repeat(201)])),
        (400, with("channels", ["#news"])),
        (400, with("channels", ["news", "no space"])),
        (400, without("name")),
        (400, without("data")),
        (400, without("channels")),
        (400, with("channels", Value::Array(Vec::new()))),
        (400, with("channels", "news")),
        (400, with("channels", json!([1]))),
        (400, with("name", 1)),
        (400, with("name", "")),
        (400, json!("{nonsense")),
        (400, json!([])),
    ] {
        let text = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
        let request = crate::signing::SignedRequest::post(&scene.app, "events", &text);
        let response = request.send(scene.platform());
        assert_eq!(response.status, status, "{text:.80}: {}", response.body);
    }
    let large = scene.post("events", &with("data", "x".repeat(10_241))).body;
    let start = "The data content of this event exceeds the allowed maximum (10240 bytes)";
    assert!(large.starts_with(start), "{large}");
    for accepted in
        [with("data", "x".repeat(10_240)), with("data", "\"".repeat(10_240)), with("name", "x".repeat(200))]
    {
        assert_eq!(scene.post("events", &accepted).status, 200);
        client.next();
    }
    scene.fence("news", [&mut client]);

    let larger = Scene::new(&["max_event_bytes=20000", "max_channel_name_bytes=100"]);
    assert_eq!(larger.post("events", &with("data", "x".repeat(20_000))).status, 200);
    assert_eq!(larger.post("events", &with("data", "x".repeat(20_001))).status, 413);
    assert_eq!(larger.post("events", &with("channels", ["x".repeat(101)])).status, 400);
}

#[test]
fn p100_reserved_event_names_are_400() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    client.subscribe("news");
    for name in ["pusher:x", "pusher:", "pusher_internal:x", "pusher:subscription_succeeded"] {
        let response = scene.post("events", &with("name", name));
        assert_eq!(response.status, 400, "{name}: {}", response.body);
        let batch = json!({ "batch": [{ "name": name, "channel": "news", "data": "x" }] });
        assert_eq!(scene.post("batch_events", &batch).status, 400, "{name}");
    }
    for name in ["client-x", "pusher", "pusherx", "x-pusher:y"] {
        assert_eq!(scene.post("events", &with("name", name)).status, 200, "{name}");
        client.event(name);
    }
}

#[test]
fn p101_info_tells_what_applies_to_each_channel() {
    let scene = Scene::new(&["subscription_count=true"]);
    let mut client = scene.connect();
    client.subscribe("my-channel");
    let mut ask = with("channels", ["my-channel", "presence-my-channel"]);
    ask["info"] = json!("user_count,subscription_count");
    let response = scene.post("events", &ask);
    let body: Value = serde_json::from_str(&response.body).unwrap();
    assert_eq!(
        body,
        json!({ "channels": {
            "my-channel": { "subscription_count": 1 },
            "presence-my-channel": { "user_count": 0, "subscription_count": 0 },
        } })
    );
    let mut room = scene.connect();
    room.join("presence-my-channel", r#"{"user_id":"u1"}"#);
    let mut again = scene.connect();
    again.join("presence-my-channel", r#"{"user_id":"u1"}"#);
    let body: Value = serde_json::from_str(&scene.post("events", &ask).body).unwrap();
    let counts = json!({ "user_count": 1, "subscription_count": 2 });
    assert_eq!(body["channels"]["presence-my-channel"], counts);
    // Where counting is off there is nothing to tell, and no reason to refuse the event.
    let off = Scene::new(&[]);
    let response = off.post("events", &ask);
    let body: Value = serde_json::from_str(&response.body).unwrap();
    let expected = json!({ "my-channel": {}, "presence-my-channel": { "user_count": 0 } });
    assert_eq!((response.status, &body["channels"]), (200, &expected), "{body}");
    assert_eq!(scene.post("events", &with("info", "nonsense")).status, 400);
}

#[test]
fn p102_a_batch_holds_ten_events_and_answers_in_their_order() {
    let scene = Scene::new(&["subscription_count=true"]);
    let mut client = scene.connect();
    client.subscribe("news");
    client.event("pusher_internal:subscription_count");
    let entry = |number: usize| json!({ "name": format!("e{number}"), "channel": "news", "data": "x" });
    let batch = |count: usize| json!({ "batch": (0..count).map(entry).collect::<Vec<_>>() });
    let response = scene.post("batch_events", &batch(10));
    assert_eq!((response.status, response.body.as_str()), (200, "{}"));
    for number in 0..10 {
        client.event(&format!("e{number}"));
    }
    let response = scene.post("batch_events", &batch(11));
    assert_eq!((response.status, response.body.as_str()), (400, "Batch too large (11 > 10)\n"));
    let response = scene.post("batch_events", &json!({ "batch": [event()] }));
    assert_eq!((response.status, response.body.as_str()), (400, "Missing required parameter: channel\n"));
    let asking = json!({ "batch": [
        { "name": "a", "channel": "presence-room", "data": "x", "info": "user_count" },
        { "name": "b", "channel": "news", "data": "x" },
        { "name": "c", "channel": "news", "data": "x", "info": "user_count,subscription_count" },
    ] });
    let response = scene.post("batch_events", &asking);
    let body: Value = serde_json::from_str(&response.body).unwrap();
    assert_eq!(body, json!({ "batch": [{ "user_count": 0 }, {}, { "subscription_count": 1 }] }));
    let larger = Scene::new(&["max_batch_events=12"]);
    assert_eq!(larger.post("batch_events", &batch(12)).status, 200);
    assert_eq!(larger.post("batch_events", &batch(13)).status, 400);
}

#[test]
fn p103_a_batch_with_one_invalid_event_publishes_nothing() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    client.subscribe("news");
    let good = json!({ "name": "x", "channel": "news", "data": "x" });
    for (status, bad) in [
        (400, json!({ "name": "x", "channel": "no space", "data": "x" })),
        (400, json!({ "name": "pusher:x", "channel": "news", "data": "x" })),
        (400, json!({ "channel": "news", "data": "x" })),
        (400, json!({ "name": "x", "channel": "news" })),
        (400, json!({ "name": "x", "channels": ["news"], "data": "x" })),
        (400, json!({ "name": "x", "channel": "news", "data": "x", "socket_id": "x" })),
        (413, json!({ "name": "x", "channel": "news", "data": "x".repeat(10_241) })),
        (400, json!(1)),
    ] {
        for batch in [[&good, &bad], [&bad, &good]] {
            let response = scene.post("batch_events", &json!({ "batch": batch }));
            assert_eq!(response.status, status, "{bad:.80}: {}", response.body);
        }
    }
    for body in [json!({}), json!({ "batch": {} }), json!([])] {
        assert_eq!(scene.post("batch_events", &body).status, 400, "{body}");
    }
    scene.fence("news", [&mut client]);
}
