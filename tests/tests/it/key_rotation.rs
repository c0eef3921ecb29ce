//! Keys that come and go.

use std::time::{Duration, Instant};

use campanile_tests::{App, Platform};
use serde_json::{Value, json};

use crate::{
    person::{code, sign_up, text},
    signing::{SignedRequest, trigger},
    socket::Client,
};

#[test]
fn a_rotated_key_stops_at_its_time_and_disconnects_nobody() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let (app, key_id) = person.create_app();
    let keys = format!("/apps/{}/keys", app.id);
    let key = format!("{keys}/{key_id}");
    let mut old_client = Client::connect(&platform, &app);
    old_client.subscribe("news", None);
    let impact = person.ok("GET", &format!("{key}/impact"), &Value::Null);
    assert_eq!(
        (&impact["key"]["connections"], &impact["other_keys"], &impact["signs_webhooks"]),
        (&json!(1), &json!(0), &json!(true))
    );
    assert!(impact["key"]["last_used_at"].is_string(), "{impact}");
    assert_eq!(
        (&impact["key"]["created_by"], &impact["key"]["state"]),
        (&json!("owner@example.com"), &json!("active"))
    );

    let rotated = person.ok("POST", &format!("{key}/rotate"), &json!({ "expires_in": 3 }));
    assert_eq!(
        (&rotated["replaced"]["state"], &rotated["key"]["state"]),
        (&json!("expiring"), &json!("active"))
    );
    let new_id = text(&rotated["key"]["id"]);
    let again = person.send("POST", &format!("{key}/rotate"), &json!({ "expires_in": 3 }));
    assert_eq!(code(&again), "conflict");
    let shown = person.ok("POST", &format!("{keys}/{new_id}/reveal"), &json!({}));
    let new = App { id: app.id.clone(), key: text(&shown["key"]), secret: text(&shown["secret"]) };
    let deadline = Instant::now() + Duration::from_secs(30);
    while SignedRequest::get(&new, "channels").send(&platform).status != 200 {
        assert!(Instant::now() < deadline, "the new key opens nothing");
    }
    let mut new_client = Client::connect(&platform, &new);
    new_client.fence();
    // The old one goes on until its time, then it opens nothing.
    while SignedRequest::get(&app, "channels").send(&platform).status == 200 {
        assert!(Instant::now() < deadline, "the old key goes on");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(Client::open(&platform, &app).closed(), 4001);
    trigger(&platform, &new, "news", "still-here");
    assert_eq!(old_client.next_event(), "still-here");

    let listed = person.ok("GET", &keys, &Value::Null);
    let row =
        |id: &str| listed["keys"].as_array().unwrap().iter().find(|key| key["id"] == id).unwrap().clone();
    assert_eq!((&row(&key_id)["state"], &row(&key_id)["connections"]), (&json!("expired"), &json!(1)));
    assert_eq!((&row(&new_id)["state"], &row(&new_id)["connections"]), (&json!("active"), &json!(1)));
    let impact = person.ok("GET", &format!("{keys}/{new_id}/impact"), &Value::Null);
    assert_eq!((&impact["other_keys"], &impact["signs_webhooks"]), (&json!(0), &json!(true)));
}

#[test]
fn a_key_is_labelled_and_its_end_is_bounded() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let (app, key_id) = person.create_app();
    let key = format!("/apps/{}/keys/{key_id}", app.id);
    let labelled = person.ok("PATCH", &key, &json!({ "label": "mobile" }));
    assert_eq!(labelled["label"], "mobile");
    assert_eq!(code(&person.send("PATCH", &key, &json!({ "label": "x".repeat(81) }))), "validation_failed");
    let late = person.send("POST", &format!("{key}/rotate"), &json!({ "expires_in": 7_776_001 }));
    assert_eq!(code(&late), "validation_failed");
}
