//! The same names under two apps: nothing crosses.

use serde_json::json;

use crate::{
    plain::{Polls, Sse, public, token},
    pusher_js::{PusherJs, QUERY, events, socket_id},
    session::{Session, finish, new_name},
    signing::{query, sign},
    stage::Stage,
    tests,
};

tests![
    one_session_name_under_two_apps_is_two_sessions,
    one_channel_name_under_two_apps_is_two_channels,
    a_signature_of_another_app_opens_no_channel,
    a_session_cannot_be_reached_through_another_mount,
];

/// Receives on one path below two keys.
fn one_session_name_under_two_apps_is_two_sessions(stage: &Stage) {
    let apps = [stage.app(&[]), stage.app(&[])];
    let name = new_name();
    for mount in ["/pusher/app", "/sockjs/app"] {
        let sessions = apps.each_ref().map(|app| {
            let session = Session { stage, base: format!("{mount}/{}/7/{name}", app.key) };
            let poll = || finish(stage.post(&format!("{}?{QUERY}", session.url("xhr")), ""));
            assert_eq!(poll(), "o\n");
            let id = socket_id(&events(poll().trim_end())[0]);
            session.send(&[r#"{"event":"pusher:subscribe","data":{"channel":"news"}}"#]);
            assert!(poll().contains("subscription_succeeded"));
            (session, id)
        });
        assert_ne!(sessions[0].1, sessions[1].1);
        for (app, data) in apps.iter().zip(["first", "second"]) {
            stage.publish(app, "news", "posted", data);
        }
        for ((session, _), data) in sessions.iter().zip(["first", "second"]) {
            let event = &events(session.poll().trim_end())[0];
            assert_eq!(*event, json!({ "event": "posted", "channel": "news", "data": data }));
        }
    }
}

fn one_channel_name_under_two_apps_is_two_channels(stage: &Stage) {
    let apps = [stage.app(&["client_events=true"]), stage.app(&["client_events=true"])];
    let mut receivers = apps.each_ref().map(|app| {
        let client = PusherJs::new(stage, app);
        let (mut stream, id) = client.open();
        client.subscribe(&id, "presence-x", Some(r#"{"user_id":"ada"}"#));
        let joined = stream.event("pusher_internal:subscription_succeeded");
        assert!(joined["data"].as_str().unwrap().contains(r#""count":1"#), "{joined}");
        let claims = json!({ "channels": ["presence-x"], "user_id": "ada" });
        let sse = Sse::subscribed(stage, app, &format!("token={}", token(app, claims.clone())));
        let mut polls = Polls::new(stage, app, &format!("token={}", token(app, claims)));
        polls.until("pusher_internal:subscription_succeeded");
        (client, stream, sse, polls)
    });
    receivers[0].0.say(&json!({ "event": "client-hi", "channel": "presence-x", "data": "x" }));
    receivers[0].2.event("client-hi");
    assert_eq!(receivers[0].3.until("client-hi"), ["client-hi"]);
    for (app, data) in apps.iter().zip(["first", "second"]) {
        stage.publish(app, "presence-x", "posted", data);
    }
    // The second app's events are the next for its clients: nothing of the first came before.
    for ((_, stream, sse, polls), data) in receivers.iter_mut().zip(["first", "second"]) {
        assert_eq!(stream.event("posted")["data"], data);
        assert_eq!(sse.event("posted")["data"], data);
        assert_eq!(polls.poll()[0]["data"], data);
    }
    for app in &apps {
        let users = query(&stage.platform, app, "channels/presence-x/users", &[]);
        assert_eq!(users, json!({ "users": [{ "id": "ada" }] }));
    }
}

fn a_signature_of_another_app_opens_no_channel(stage: &Stage) {
    let (app, other) = (stage.app(&[]), stage.app(&[]));
    let client = PusherJs::new(stage, &app);
    let (mut stream, id) = client.open();
    for (key, secret) in [(&app.key, &other.secret), (&other.key, &other.secret)] {
        let auth = format!("{key}:{}", sign(secret, &format!("{id}:private-x")));
        let data = json!({ "channel": "private-x", "auth": auth });
        client.say(&json!({ "event": "pusher:subscribe", "data": data }));
        stream.event("pusher:subscription_error");
    }
    drop(Sse::open(stage, &app, &public(&app, "news")));
}

/// Nor continued or spoken for.
fn a_session_cannot_be_reached_through_another_mount(stage: &Stage) {
    let (app, other) = (stage.app(&[]), stage.app(&[]));
    let client = PusherJs::new(stage, &app);
    let (mut stream, _) = client.open();
    let name = client.url("").trim_end_matches('/').rsplit_once('/').unwrap().1.to_owned();
    for base in [
        format!("/pusher/app/{}", other.key),
        format!("/sockjs/app/{}", app.key),
        "/sockjs".to_owned(),
        "/pusher".to_owned(),
        "/echo".to_owned(),
    ] {
        let ping = json!([r#"{"event":"pusher:ping","data":{}}"#]).to_string();
        assert_eq!(stage.post(&format!("{base}/7/{name}/xhr_send"), &ping).status, 404, "{base}");
        assert_eq!(finish(stage.post(&format!("{base}/7/{name}/xhr"), "")), "o\n", "{base}");
    }
    stage.publish(&app, "news", "unheard", "x");
    client.say(&json!({ "event": "pusher:ping", "data": {} }));
    stream.event("pusher:pong");
}
