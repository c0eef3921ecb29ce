//! Who may have what of server-sent events and long polling.

use serde_json::{Value, json};

use crate::{
    exchange::Ask,
    fallback::eventually,
    plain::{Polls, Sse, public, signed_token, token, url},
    session::finish,
    signing::{now, query},
    stage::Stage,
    tests,
};

tests![
    a_token_opens_the_channels_it_names,
    a_token_may_come_as_a_header,
    some_of_a_tokens_channels_may_be_asked_for,
    a_member_appears_under_the_tokens_name,
    a_presence_channel_needs_a_name_in_the_token,
    a_users_own_channel_is_open_to_no_token,
    a_token_that_is_not_in_order_opens_nothing,
    what_the_token_does_not_name_is_forbidden,
    somebody_elses_keys_and_apps_open_nothing,
    a_request_without_channels_is_a_bad_one,
    a_disabled_app_and_a_full_one_are_forbidden,
    an_app_for_tls_or_other_pages_is_forbidden,
];

const KINDS: [&str; 2] = ["sse", "poll"];

/// The status of a request, as a stream and as a poll.
fn refused(stage: &Stage, app_id: &str, query: &str, status: u16) {
    for kind in KINDS {
        let mut answer = stage.get(&format!("/apps/{app_id}/{kind}?{query}"));
        assert_eq!(answer.status, status, "{kind}?{query}: {}", answer.head);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert!(answer.text().lines().count() == 1, "a line for a person to read");
    }
}

fn a_token_opens_the_channels_it_names(stage: &Stage) {
    let app = stage.app(&[]);
    let token = token(&app, json!({ "channels": ["private-x", "news"] }));
    let mut sse = Sse::open(stage, &app, &format!("token={token}"));
    sse.welcomed();
    sse.joined(&["private-x", "news"]);
    stage.publish(&app, "private-x", "posted", "x");
    sse.event("posted");
    let mut polls = Polls::new(stage, &app, &format!("token={token}"));
    let mut joined = 0;
    while joined < 2 {
        let told = polls.poll();
        joined +=
            told.iter().filter(|event| event["event"] == "pusher_internal:subscription_succeeded").count();
    }
    stage.publish(&app, "private-x", "again", "x");
    polls.until("again");
}

fn a_token_may_come_as_a_header(stage: &Stage) {
    let app = stage.app(&[]);
    let token = token(&app, json!({ "channels": ["private-x"] }));
    let ask = Ask::get(&url(&app, "sse", "channels=private-x"));
    let mut sse = Sse::of(stage.send(&ask.with(&format!("Authorization: Bearer {token}"))));
    sse.welcomed();
    sse.event("pusher_internal:subscription_succeeded");
    let ask = Ask::get(&url(&app, "sse", "channels=private-x"));
    assert_eq!(stage.send(&ask.with("Authorization: Bearer x")).status, 401);
}

fn some_of_a_tokens_channels_may_be_asked_for(stage: &Stage) {
    let app = stage.app(&[]);
    let token = token(&app, json!({ "channels": ["private-x", "private-y"] }));
    let mut sse = Sse::subscribed(stage, &app, &format!("token={token}&channels=private-y"));
    stage.publish(&app, "private-x", "unwanted", "x");
    stage.publish(&app, "private-y", "wanted", "x");
    sse.event("wanted");
}

fn a_member_appears_under_the_tokens_name(stage: &Stage) {
    let app = stage.app(&[]);
    let claims =
        |user: Value| json!({ "channels": ["presence-x"], "user_id": user, "user_info": { "n": "é" } });
    let watcher = token(&app, claims("ada".into()));
    let mut watching = Sse::open(stage, &app, &format!("token={watcher}"));
    watching.welcomed();
    let joined = watching.event("pusher_internal:subscription_succeeded");
    let presence: Value = serde_json::from_str(joined["data"].as_str().unwrap()).unwrap();
    assert_eq!(presence["presence"]["hash"], json!({ "ada": { "n": "é" } }));
    let mut bob = Polls::new(stage, &app, &format!("token={}", token(&app, claims(7.into()))));
    bob.until("pusher_internal:subscription_succeeded");
    let added = watching.event("pusher_internal:member_added");
    let member: Value = serde_json::from_str(added["data"].as_str().unwrap()).unwrap();
    assert_eq!(member, json!({ "user_id": 7, "user_info": { "n": "é" } }));
    let users = query(&stage.platform, &app, "channels/presence-x/users", &[]);
    assert_eq!(users["users"].as_array().unwrap().len(), 2);
}

fn a_presence_channel_needs_a_name_in_the_token(stage: &Stage) {
    let app = stage.app(&[]);
    let token = token(&app, json!({ "channels": ["presence-x", "private-x"] }));
    let mut sse = Sse::open(stage, &app, &format!("token={token}"));
    sse.welcomed();
    assert_eq!(sse.event("pusher:subscription_error")["channel"], "presence-x");
    assert_eq!(sse.event("pusher_internal:subscription_succeeded")["channel"], "private-x");
}

fn a_users_own_channel_is_open_to_no_token(stage: &Stage) {
    let app = stage.app(&[]);
    let claims = json!({ "channels": ["#server-to-user-u1", "private-x"], "user_id": "u1" });
    let mut sse = Sse::open(stage, &app, &format!("token={}", token(&app, claims)));
    sse.welcomed();
    assert_eq!(sse.event("pusher:subscription_error")["channel"], "#server-to-user-u1");
    assert_eq!(sse.event("pusher_internal:subscription_succeeded")["channel"], "private-x");
}

fn a_token_that_is_not_in_order_opens_nothing(stage: &Stage) {
    let app = stage.app(&[]);
    let header = json!({ "alg": "HS256", "typ": "JWT", "kid": app.key });
    let claims = json!({ "exp": now() + 60, "channels": ["private-x"] });
    let with = |value: &Value, name: &str, new: Value| {
        let mut changed = value.clone();
        changed[name] = new;
        changed
    };
    let signed = |header: &Value, claims: &Value| signed_token(&app.secret, header, claims);
    let good = signed(&header, &claims);
    drop(Sse::open(stage, &app, &format!("token={good}")));
    let unsigned = signed(&with(&header, "alg", "none".into()), &claims);
    let other_claims = signed(&header, &with(&claims, "channels", json!(["private-y"])));
    let grafted = format!(
        "{}.{}.{}",
        good.split('.').next().unwrap(),
        other_claims.split('.').nth(1).unwrap(),
        good.split('.').nth(2).unwrap()
    );
    for (why, token) in [
        ("expired", signed(&header, &with(&claims, "exp", (now() - 1).into()))),
        ("without an end", signed(&header, &json!({ "channels": ["private-x"] }))),
        ("without channels", signed(&header, &json!({ "exp": now() + 60 }))),
        ("another secret", signed_token("wrong", &header, &claims)),
        ("no secret", signed_token("", &header, &claims)),
        ("alg none, signed", unsigned.clone()),
        ("alg none", format!("{}.", unsigned.rsplit_once('.').unwrap().0)),
        (
            "alg None",
            format!("{}.", signed(&with(&header, "alg", "None".into()), &claims).rsplit_once('.').unwrap().0),
        ),
        ("alg HS512", signed(&with(&header, "alg", "HS512".into()), &claims)),
        ("alg RS256", signed(&with(&header, "alg", "RS256".into()), &claims)),
        ("no signature", format!("{}.", good.rsplit_once('.').unwrap().0)),
        ("two parts", good.rsplit_once('.').unwrap().0.to_owned()),
        ("other claims", grafted),
        ("padded", format!("{good}=")),
        ("unknown key", signed(&with(&header, "kid", "unknown".into()), &claims)),
        ("no key", signed(&json!({ "alg": "HS256" }), &claims)),
        ("nonsense", "x.y.z".to_owned()),
        ("nothing", String::new()),
    ] {
        let answer = stage.get(&url(&app, "sse", &format!("token={token}")));
        assert_eq!(answer.status, 401, "{why}");
    }
    refused(stage, &app.id, "token=x.y.z", 401);
}

fn what_the_token_does_not_name_is_forbidden(stage: &Stage) {
    let app = stage.app(&[]);
    let token = token(&app, json!({ "channels": ["private-x"] }));
    for channels in ["private-y", "private-x,private-y", "news", "private-x*"] {
        refused(stage, &app.id, &format!("token={token}&channels={channels}"), 403);
    }
}

fn somebody_elses_keys_and_apps_open_nothing(stage: &Stage) {
    let (app, other) = (stage.app(&[]), stage.app(&[]));
    let claims = || json!({ "channels": ["private-x", "news"] });
    refused(stage, &app.id, "key=unknown&channels=news", 401);
    refused(stage, &app.id, "channels=news", 401);
    refused(stage, &app.id, &public(&other, "news"), 401);
    refused(stage, "999999999", &public(&app, "news"), 401);
    refused(stage, &format!("0{}", app.id), &public(&app, "news"), 401);
    refused(stage, &app.id, &format!("token={}", token(&other, claims())), 401);
    // Another app's secret under this app's key, and the other way round.
    for (key, secret) in [(&app.key, &other.secret), (&other.key, &app.secret)] {
        let mut claims = claims();
        claims["exp"] = (now() + 60).into();
        let forged = signed_token(secret, &json!({ "alg": "HS256", "kid": key }), &claims);
        refused(stage, &app.id, &format!("token={forged}"), 401);
    }
    for channel in ["private-x", "presence-x", "private-encrypted-x", "news,private-x", "%23server-to-user-x"]
    {
        refused(stage, &app.id, &public(&app, channel), 401);
    }
}

fn a_request_without_channels_is_a_bad_one(stage: &Stage) {
    let app = stage.app(&[]);
    refused(stage, &app.id, &format!("key={}", app.key), 400);
    for channels in ["", ",", "a%20b", "a%2Fb", "%23x"] {
        refused(stage, &app.id, &public(&app, channels), 400);
    }
    let many: Vec<_> = (0..101).map(|index| format!("c{index}")).collect();
    refused(stage, &app.id, &public(&app, &many.join(",")), 400);
    refused(stage, &app.id, &format!("token={}", token(&app, json!({ "channels": [] }))), 400);
    let mut sse = Sse::open(stage, &app, &public(&app, &many[..100].join(",")));
    sse.welcomed();
    for _ in 0..100 {
        sse.event("pusher_internal:subscription_succeeded");
    }
}

fn a_disabled_app_and_a_full_one_are_forbidden(stage: &Stage) {
    let full = stage.app(&["max_connections=1"]);
    let _sse = Sse::subscribed(stage, &full, &public(&full, "news"));
    refused(stage, &full.id, &public(&full, "news"), 403);

    let disabled = stage.app(&[]);
    stage.change(&disabled, &json!({ "enabled": false }));
    eventually(|| stage.get(&url(&disabled, "poll", &public(&disabled, "news"))).status == 403);
    refused(stage, &disabled.id, &public(&disabled, "news"), 403);
    let token = token(&disabled, json!({ "channels": ["private-x"] }));
    refused(stage, &disabled.id, &format!("token={token}"), 403);
}

fn an_app_for_tls_or_other_pages_is_forbidden(stage: &Stage) {
    let app = stage.app(&["force_tls=true", r#"allowed_origins=["https://www.example.com"]"#]);
    let ask = |headers: &[&str]| {
        let ask = Ask::get(&url(&app, "poll", &public(&app, "news")));
        stage.send(&headers.iter().fold(ask, |ask, header| ask.with(header)))
    };
    assert_eq!(ask(&[]).status, 403);
    let mut other = ask(&["X-Forwarded-Proto: https", "Origin: https://other.example"]);
    assert_eq!((other.status, other.text().trim()), (403, "Origin not allowed"));
    assert_eq!(ask(&["Origin: https://www.example.com"]).status, 403);
    let secure = ask(&["X-Forwarded-Proto: https", "Origin: https://www.example.com"]);
    assert!(finish(secure).contains("connection_established"));
}
