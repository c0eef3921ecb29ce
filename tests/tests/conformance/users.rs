//! 67 to 73 and 77: signing in, and what is sent to a user.

use serde_json::{Value, json};

use crate::{
    client::Client,
    scene::Scene,
    signing::{SignedRequest, sign},
};

const USER: &str = r#"{"id":"u1"}"#;
const CHANNEL: &str = "#server-to-user-u1";

#[test]
fn p067_signing_in_is_acknowledged_with_the_identical_user_data() {
    let scene = Scene::new(&[]);
    let user_data = r#"{ "user_info":{"name":"Zoë \"Z\" \u0041"} ,"id" : "u1", "more":[1.50]}"#;
    let mut client = scene.connect();
    client.request_sign_in(user_data);
    let frame = client.event("pusher:signin_success");
    assert!(frame.get("channel").is_none(), "{frame}");
    let data: Value = serde_json::from_str(frame["data"].as_str().unwrap()).unwrap();
    assert_eq!(data, json!({ "user_data": user_data }));
    client.fence();
}

#[test]
fn p068_a_bad_signature_or_a_missing_id_is_refused_with_4009() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    let stranger = scene.connect();
    let key = &scene.app.key;
    let auth_for = |socket_id: &str, user_data: &str| {
        format!("{key}:{}", sign(&scene.app.secret, &format!("{socket_id}::user::{user_data}")))
    };
    let good = auth_for(&client.socket_id, USER);
    let signature = good.split_once(':').unwrap().1;
    for data in [
        json!({ "auth": format!("{key}:{}", "0".repeat(64)), "user_data": USER }),
        json!({ "auth": auth_for(&stranger.socket_id, USER), "user_data": USER }),
        json!({ "auth": format!("nobody:{signature}"), "user_data": USER }),
        json!({ "auth": client.auth("private-x", Some(USER)), "user_data": USER }),
        json!({ "auth": good, "user_data": r#"{"id":"u2"}"# }),
        json!({ "auth": good }),
        json!({ "user_data": USER }),
        json!({ "auth": "", "user_data": USER }),
        json!({}),
        Value::Null,
    ] {
        client.say(&json!({ "event": "pusher:signin", "data": data }));
        client.error(4009);
        client.fence();
    }
    for user_data in
        ["{}", r#"{"id":""}"#, r#"{"id":null}"#, r#"{"id":"no space"}"#, r#"{"id":{}}"#, "[]", "x"]
    {
        client.request_sign_in(user_data);
        client.error(4009);
        client.fence();
    }
    client.sign_in(USER);
}

#[test]
fn p069_a_second_sign_in_succeeds_with_the_same_id_only() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    client.sign_in(USER);
    client.sign_in(USER);
    client.request_sign_in(r#"{"id":"u2"}"#);
    client.error(4009);
    client.fence();
    scene.publish("#server-to-user-u2", "not-for-you", "x");
    scene.fence(CHANNEL, [&mut client]);
}

#[test]
fn p070_a_users_channel_is_open_to_that_user_only() {
    let scene = Scene::new(&[]);
    let (mut user, mut other, mut nobody) = (scene.connect(), scene.connect(), scene.connect());
    user.sign_in(USER);
    other.sign_in(r#"{"id":"u2"}"#);
    for client in [&mut other, &mut nobody] {
        client.ask(&json!({ "channel": CHANNEL, "auth": "" }));
        client.refusal(CHANNEL);
        // A signature does not help.
        client.request(CHANNEL, None);
        client.refusal(CHANNEL);
        client.fence();
    }
    user.ask(&json!({ "channel": CHANNEL, "auth": "" }));
    let acknowledgement = user.event("pusher_internal:subscription_succeeded");
    assert_eq!((&acknowledgement["channel"], &acknowledgement["data"]), (&json!(CHANNEL), &json!("{}")));
    scene.fence(CHANNEL, [&mut user]);
    other.fence();
    nobody.fence();
    let mut seven = scene.connect();
    seven.sign_in(r#"{"id":7}"#);
    scene.fence("#server-to-user-7", [&mut seven]);
}

#[test]
fn p071_what_is_sent_to_a_user_reaches_each_signed_in_connection_once() {
    let scene = Scene::new(&[]);
    let (mut one, mut two, mut other) = (scene.connect(), scene.connect(), scene.connect());
    let mut member = scene.connect();
    one.sign_in(USER);
    two.sign_in(USER);
    other.sign_in(r#"{"id":"u2"}"#);
    // The same name, but not signed in.
    member.join("presence-room", r#"{"user_id":"u1"}"#);
    two.ask(&json!({ "channel": CHANNEL, "auth": "" }));
    two.event("pusher_internal:subscription_succeeded");
    for number in 0..10 {
        scene.publish(CHANNEL, "hello", &number.to_string());
    }
    for client in [&mut one, &mut two] {
        for number in 0..10 {
            let data = number.to_string();
            assert_eq!(client.next(), json!({ "event": "hello", "channel": CHANNEL, "data": data }));
        }
    }
    scene.fence(CHANNEL, [&mut one, &mut two]);
    scene.fence("#server-to-user-u2", [&mut other]);
    scene.fence("presence-room", [&mut member]);
    // Taking the explicit subscription back does not end it.
    two.unsubscribe(CHANNEL);
    two.fence();
    scene.fence(CHANNEL, [&mut one, &mut two]);
}

#[test]
fn p072_it_reaches_a_connection_that_is_just_subscribing() {
    let scene = Scene::new(&[]);
    for _ in 0..20 {
        let mut client = scene.connect();
        client.sign_in(USER);
        client.ask(&json!({ "channel": CHANNEL, "auth": "" }));
        scene.publish(CHANNEL, "hello", "x");
        let mut names = [client.next(), client.next()].map(|frame| frame["event"].to_string());
        names.sort();
        assert_eq!(names, [r#""hello""#, r#""pusher_internal:subscription_succeeded""#]);
        scene.fence(CHANNEL, [&mut client]);
    }
    // Without any subscription too.
    let mut client = scene.connect();
    client.sign_in(USER);
    scene.fence(CHANNEL, [&mut client]);
}

#[test]
fn p073_a_users_channel_is_in_no_list_and_in_no_webhook() {
    let scene = Scene::new(&["subscription_count=true"]);
    let hooks = scene.hooks(&[]);
    let mut client = scene.connect();
    client.sign_in(USER);
    client.ask(&json!({ "channel": CHANNEL, "auth": "" }));
    client.event("pusher_internal:subscription_succeeded");
    scene.fence(CHANNEL, [&mut client]);
    assert_eq!(scene.query("channels", &[]), json!({ "channels": {} }));
    client.unsubscribe(CHANNEL);
    client.subscribe("news");
    client.event("pusher_internal:subscription_count");
    assert_eq!(scene.query("channels", &[]), json!({ "channels": { "news": {} } }));
    drop(client);
    // Later than the departure from the user's channel would be told.
    let told = hooks.until("channel_vacated", "news");
    assert!(told.iter().all(|event| event[1] == "news"), "{told:?}");
}

#[test]
fn p077_termination_closes_all_connections_of_the_user_and_no_other() {
    let scene = Scene::new(&[]);
    let mut signed_in: Vec<Client> = (0..3).map(|_| scene.connect()).collect();
    signed_in.iter_mut().for_each(|client| client.sign_in(USER));
    let (mut other, mut member) = (scene.connect(), scene.connect());
    other.sign_in(r#"{"id":"u2"}"#);
    member.join("presence-room", r#"{"user_id":"u1"}"#);
    let terminate = |resource: &str, body: &str| {
        let response = SignedRequest::post(&scene.app, resource, body).send(scene.platform());
        assert_eq!((response.status, response.body.as_str()), (200, "{}"), "{resource}");
    };
    terminate("users/u1/terminate_connections", "{}");
    for client in &mut signed_in {
        assert_eq!(client.refused(), 4009);
    }
    other.fence();
    member.fence();
    terminate("users/nobody/terminate_connections", "{}");
    terminate("users/u1/terminate_connections", "");
    // They may come back.
    let mut again = scene.connect();
    again.sign_in(USER);
    scene.fence(CHANNEL, [&mut again]);
    // The Python library leaves the app out of the path.
    let request = SignedRequest {
        path: "/users/u1/terminate_connections".to_owned(),
        ..SignedRequest::post(&scene.app, "", "{}")
    };
    let response = request.send(scene.platform());
    assert_eq!((response.status, response.body.as_str()), (200, "{}"));
    assert_eq!(again.refused(), 4009);
    other.fence();
}
