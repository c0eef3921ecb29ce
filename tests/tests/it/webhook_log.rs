//! The log of deliveries, replays, dead letters, and what waits behind what.

use serde_json::{Value, json};

use crate::{
    person::text,
    webhook_stage::{Stage, header},
};

#[test]
fn a_replay_is_the_same_delivery_signed_anew() {
    let stage = Stage::new();
    let endpoint = stage.endpoint(&json!({}));
    let _client = stage.occupy(&["one"]);
    let original = stage.next_about("one");
    let log = format!("/{}/deliveries", endpoint.id);
    let page = stage.eventually(&log, |page| page["deliveries"][0]["state"] == "delivered");
    let id = text(&page["deliveries"][0]["id"]);
    assert_eq!(id, header(&original, "webhook-id"));

    for n in 1..=2 {
        let asked = stage.send("POST", &format!("{log}/{id}/replay"), &Value::Null);
        assert_eq!((asked.status, asked.body), (202, json!({ "replay": n }).to_string()));
        let again = stage.next();
        assert_eq!((header(&again, "webhook-id"), &again.body), (id.as_str(), &original.body));
        assert_eq!(header(&again, "webhook-replay"), n.to_string());
        stage.eventually(&format!("{log}/{id}"), |detail| {
            detail["attempts_list"].as_array().unwrap().len() == n + 1
        });
    }
    assert_eq!(header(&original, "webhook-replay"), "");
    let from = "2026-01-01T00:00:00Z";
    let range = json!({ "from": from, "to": "2100-01-01T00:00:00Z" });
    let asked = stage.ok("POST", &format!("/{}/replay", endpoint.id), &range);
    assert_eq!(asked, json!({ "deliveries": 1, "is_truncated": false }));
    assert_eq!(header(&stage.next(), "webhook-replay"), "3");
    for body in
        [json!({}), json!({ "from": from }), json!({ "from": from, "to": from, "failed_since": from })]
    {
        assert_eq!(stage.send("POST", &format!("/{}/replay", endpoint.id), &body).status, 422, "{body}");
    }
}

#[test]
fn what_waits_behind_what_is_shown_and_can_be_skipped() {
    let stage = Stage::new();
    let endpoint = stage.endpoint(&json!({}));
    let path = format!("/{}", endpoint.id);
    stage.receiver.answer(500);
    let _client = stage.occupy(&["poison", "next"]);
    let queue = stage.eventually(&format!("{path}/queue"), |queue| {
        queue["lanes"][0]["blocked_by"]["attempts"].as_u64() >= Some(1) && queue["lanes"][0]["pending"] == 2
    });
    let lane = &queue["lanes"][0];
    assert_eq!(lane["blocked_by"]["events"][0]["channel"], "poison", "{lane}");
    assert_eq!(
        (&lane["blocked_by"]["state"], &lane["blocked_by"]["last_status"]),
        (&json!("retrying"), &json!(500))
    );
    assert!(lane["waiting"].as_array().unwrap().iter().any(|event| event["channel"] == "next"), "{lane}");

    stage.receiver.answer(200);
    assert_eq!(stage.send("POST", &format!("{path}/queue/0/skip"), &Value::Null).status, 204);
    stage.next_about("next");
    let dead = stage.get(&format!("{path}/dead-letters"));
    let id = text(&dead["deliveries"][0]["id"]);
    assert_eq!(dead["deliveries"][0]["state"], "dead");
    assert_eq!(stage.get(&path)["dead_letters"], 1);
    assert_eq!(stage.send("POST", &format!("{path}/queue/0/skip"), &Value::Null).status, 409);
    assert_eq!(stage.send("POST", &format!("{path}/queue/nonsense/skip"), &Value::Null).status, 404);

    let asked = stage.send("POST", &format!("{path}/dead-letters/{id}/replay"), &Value::Null);
    assert_eq!(asked.status, 202, "{}", asked.body);
    let again = stage.next_about("poison");
    assert_eq!((header(&again, "webhook-id"), header(&again, "webhook-replay")), (id.as_str(), "1"));
    stage.eventually(&path, |endpoint| endpoint["dead_letters"] == 0);
    assert_eq!(stage.send("DELETE", &format!("{path}/dead-letters/{id}"), &Value::Null).status, 409);
}

#[test]
fn dead_letters_are_replayed_together_or_discarded() {
    let stage = Stage::new();
    let endpoint = stage.endpoint(&json!({}));
    let path = format!("/{}", endpoint.id);
    stage.receiver.answer(500);
    let _client = stage.occupy(&["one", "two", "three"]);
    for count in 1..=3 {
        stage.eventually(&format!("{path}/queue"), |queue| {
            queue["lanes"][0]["blocked_by"]["attempts"].as_u64() >= Some(1)
        });
        assert_eq!(stage.send("POST", &format!("{path}/queue/0/skip"), &Value::Null).status, 204);
        stage.eventually(&path, |endpoint| endpoint["dead_letters"] == count);
    }
    let dead = stage.get(&format!("{path}/dead-letters?limit=2"));
    assert_eq!(dead["deliveries"].as_array().map(Vec::len), Some(2));
    let rest = stage.get(&format!("{path}/dead-letters?limit=2&cursor={}", text(&dead["next_cursor"])));
    let oldest = text(&rest["deliveries"][0]["id"]);
    assert_eq!(rest["deliveries"][0]["events"][0]["channel"], "one");
    assert_eq!(stage.send("DELETE", &format!("{path}/dead-letters/{oldest}"), &Value::Null).status, 204);
    assert_eq!(stage.get(&format!("{path}/deliveries/{oldest}"))["state"], "discarded");

    stage.receiver.answer(200);
    while stage.receiver.next(std::time::Duration::from_millis(1)).is_ok() {}
    let asked = stage.ok("POST", &format!("{path}/dead-letters/replay"), &Value::Null);
    assert_eq!(asked["deliveries"], 2);
    let told: Vec<Value> = (0..2).map(|_| stage.next().events()[0]["channel"].clone()).collect();
    assert_eq!(told, [json!("two"), json!("three")]);
    for bad in ["state=nonsense", "cursor=nonsense", "from=yesterday"] {
        assert_eq!(stage.send("GET", &format!("{path}/deliveries?{bad}"), &Value::Null).status, 422, "{bad}");
    }
}
