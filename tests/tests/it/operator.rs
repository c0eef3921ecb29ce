//! Operators: who is one, what they do to organisations and to the node, and where that is recorded.

use std::time::{Duration, Instant};

use campanile_tests::{App, Platform, request};
use serde_json::{Value, json};

use crate::{
    mailed,
    person::{PASSWORD, Person, code, cookie, log_in, post, sign_up, text},
    program::Program,
    second_factor::totp,
    signing::{SignedRequest, trigger},
    socket::Client,
    usage::posted,
};

const PATIENCE: Duration = Duration::from_secs(20);

/// A person whom the command line has made an operator; of an organisation of their own, like anyone.
fn operator(platform: &Platform) -> Person<'_> {
    let person = sign_up(platform, "operator@example.com");
    platform.run(&["operator", "grant", "operator@example.com"]).unwrap();
    person
}

fn publish(platform: &Platform, app: &App) -> campanile_tests::Response {
    SignedRequest::post(app, "events", &posted("news")).send(platform)
}

fn node(operator: &Person<'_>) -> Value {
    operator.ok("GET", "/operator/nodes", &Value::Null)["nodes"][0].clone()
}

/// Asks until it holds: what is done is done by others than who answers.
fn eventually<T>(mut ask: impl FnMut() -> T, holds: impl Fn(&T) -> bool) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = ask();
        if holds(&answer) {
            return answer;
        }
        assert!(Instant::now() < deadline, "it never came to hold");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

#[test]
fn the_command_line_alone_makes_operators_and_unmakes_them_at_once() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let ask = || person.send("GET", "/operator/tenants", &Value::Null);
    assert_eq!((ask().status, code(&ask()).as_str()), (403, "forbidden"));
    assert!(platform.run(&["operator", "grant", "nobody@example.com"]).is_err());

    let granted = platform.run(&["operator", "grant", "OWNER@example.com"]).unwrap();
    assert_eq!(
        (&granted["email"], &granted["has_second_factor"]),
        (&json!("owner@example.com"), &json!(false))
    );
    assert_eq!(ask().status, 200);
    assert_eq!(person.ok("GET", "/me", &Value::Null)["user"]["is_operator"], true);
    let token = Program::of(&person).send("GET", "/operator/tenants", &Value::Null, &[]);
    assert_eq!(token.status, 403, "a token is an organisation's: {}", token.body);
    let listed = platform.run(&["operator", "list"]).unwrap();
    assert_eq!(listed["operators"].as_array().unwrap().len(), 1);

    platform.run(&["operator", "revoke", "owner@example.com"]).unwrap();
    assert_eq!(ask().status, 403);
    assert!(platform.run(&["operator", "revoke", "owner@example.com"]).is_err());
}

/// Sets up a second factor, and returns its secret.
fn enrol(person: &Person<'_>) -> String {
    let secret = text(&person.ok("POST", "/me/second-factor", &json!({ "password": PASSWORD }))["secret"]);
    person.ok("POST", "/me/second-factor/confirm", &json!({ "code": totp(&secret, 0) }));
    secret
}

fn log_in_with<'a>(platform: &'a Platform, secret: &str) -> Person<'a> {
    let asked = post(platform, "/login", &[], &json!({ "email": "op@example.com", "password": PASSWORD }));
    let asked: Value = serde_json::from_str(&asked.body).unwrap();
    let answer = json!({ "challenge": asked["challenge"], "code": totp(secret, 1) });
    let opened = post(platform, "/login/second-factor", &[], &answer);
    Person { platform, cookie: cookie(&opened) }
}

#[test]
fn over_https_an_operators_factor_is_older_than_the_grant_and_opened_the_session() {
    let environment = vec![("CAMPANILE_PUBLIC_URL", "https://push.example.com".to_owned())];
    let options = campanile_tests::Options { environment, ..campanile_tests::Options::default() };
    let platform = Platform::spawn_with(options).unwrap();
    let grant = || platform.run(&["operator", "grant", "op@example.com"]);
    let ask = |person: &Person<'_>| person.send("GET", "/operator/tenants", &Value::Null);
    let is_refused = |person: &Person<'_>| {
        let refused = ask(person);
        assert_eq!((refused.status, code(&refused).as_str()), (403, "second_factor_required"));
    };
    let by_password = sign_up(&platform, "op@example.com");
    assert!(grant().unwrap_err().to_string().contains("no second factor"));
    assert_eq!(code(&ask(&by_password)), "forbidden");

    let elsewhere = log_in(&platform, "op@example.com");
    let secret = enrol(&by_password);
    assert_eq!(elsewhere.send("GET", "/me", &Value::Null).status, 401, "a password alone opened it");
    grant().unwrap();
    is_refused(&by_password);
    let by_factor = log_in_with(&platform, &secret);
    assert_eq!(ask(&by_factor).status, 200);

    // Whoever has the password can set up the next factor: it is the operator's when they are granted again.
    platform.run(&["member", "reset-factor", "op@example.com"]).unwrap();
    is_refused(&by_factor);
    let thief = log_in(&platform, "op@example.com");
    let secret = enrol(&thief);
    let by_factor = log_in_with(&platform, &secret);
    is_refused(&thief);
    is_refused(&by_factor);
    grant().unwrap();
    assert_eq!(ask(&by_factor).status, 200);
    let log = by_factor.ok("GET", "/operator/log", &Value::Null);
    assert_eq!(
        (log["entries"].as_array().unwrap().len(), text(&log["entries"][0]["action"])),
        (2, "operator.granted".into())
    );
}

#[test]
fn a_suspended_organisations_apps_take_nothing_until_it_is_resumed() {
    let platform = Platform::spawn().unwrap();
    let (operator, owner) = (operator(&platform), sign_up(&platform, "owner@example.com"));
    let other = sign_up(&platform, "other@example.com");
    let ((app, _), (neighbour, _)) = (owner.create_app(), other.create_app());
    let tenant = text(&owner.ok("GET", "/tenant", &Value::Null)["id"]);
    let mut connected = Client::connect(&platform, &app);
    let mut unconcerned = Client::connect(&platform, &neighbour);
    assert_eq!(publish(&platform, &app).status, 200);

    let path = format!("/operator/tenants/{tenant}");
    let unsaid = operator.send("POST", &format!("{path}/suspend"), &json!({ "reason": " " }));
    assert_eq!(unsaid.status, 422, "{}", unsaid.body);
    let suspended = operator.ok("POST", &format!("{path}/suspend"), &json!({ "reason": "Unpaid since May" }));
    assert_eq!(suspended["tenant"]["suspension"]["reason"], "Unpaid since May");

    assert_eq!(connected.closed(), 4003);
    let refused = publish(&platform, &app);
    assert_eq!((refused.status, refused.body.as_str()), (403, "The organisation is suspended\n"));
    assert_eq!(Client::open(&platform, &app).closed(), 4003);
    let event = json!({ "channel": "news", "name": "posted", "data": "x" });
    let refused = owner.send("POST", &format!("/apps/{}/events", app.id), &event);
    assert_eq!((refused.status, code(&refused).as_str()), (403, "tenant_suspended"));
    // Its people still log in, look, and read why.
    let me = log_in(&platform, "owner@example.com").ok("GET", "/me", &Value::Null);
    assert_eq!(me["tenant"]["suspension_reason"], "Unpaid since May");
    assert_eq!(owner.ok("GET", &format!("/apps/{}", app.id), &Value::Null)["enabled"], true);
    unconcerned.fence();
    assert_eq!(publish(&platform, &neighbour).status, 200);

    operator.ok("POST", &format!("{path}/resume"), &json!({}));
    assert_eq!(publish(&platform, &app).status, 200);
    Client::connect(&platform, &app).fence();
    assert_eq!(owner.ok("GET", "/me", &Value::Null)["tenant"]["suspension_reason"], Value::Null);
}

#[test]
fn members_of_a_suspended_organisation_look_and_change_nothing() {
    let platform = Platform::spawn().unwrap();
    let (operator, owner) = (operator(&platform), sign_up(&platform, "owner@example.com"));
    let program = Program::of(&owner);
    let (app, _) = owner.create_app();
    let tenant = text(&owner.ok("GET", "/tenant", &Value::Null)["id"]);
    let another = text(&owner.ok("POST", "/me/tenants", &json!({ "name": "Another" }))["id"]);
    owner.ok("POST", &format!("/me/tenants/{tenant}/enter"), &json!({}));
    let suspension = format!("/operator/tenants/{tenant}");
    operator.ok("POST", &format!("{suspension}/suspend"), &json!({ "reason": "Abuse" }));

    let make = json!({ "name": "New" });
    let invite = json!({ "email": "stranger@example.com", "role": "developer" });
    let example = json!({ "url": "http://127.0.0.1:9/" });
    for (method, path, body) in [
        ("POST", "/apps", &make),
        ("DELETE", &format!("/apps/{}", app.id), &Value::Null),
        ("POST", &format!("/apps/{}/webhooks/test", app.id), &example),
        ("POST", "/invitations", &invite),
        ("PATCH", "/tenant", &make),
        ("DELETE", "/tenant", &json!({ "name": "Acme" })),
        ("POST", "/me/tenants", &make),
    ] {
        let refused = owner.send(method, path, body);
        assert_eq!(refused.status, 403, "{method} {path}: {}", refused.body);
        assert_eq!(code(&refused), "tenant_suspended", "{method} {path}");
    }
    let refused = program.send("POST", "/apps", &make, &[]);
    assert_eq!((refused.status, code(&refused).as_str()), (403, "tenant_suspended"));
    assert_eq!(program.send("GET", "/apps", &Value::Null, &[]).status, 200);
    for looked_at in ["/apps", "/members", "/audit", "/me/sessions"] {
        owner.ok("GET", looked_at, &Value::Null);
    }

    // What is not suspended goes on, without becoming more.
    owner.ok("POST", &format!("/me/tenants/{another}/enter"), &json!({}));
    owner.ok("POST", "/apps", &make);
    assert_eq!(code(&owner.send("POST", "/me/tenants", &make)), "tenant_suspended");
    operator.ok("POST", &format!("{suspension}/resume"), &json!({}));
    owner.ok("POST", "/me/tenants", &make);
}

#[test]
fn what_an_operator_does_is_in_their_log_by_name_and_in_the_organisations_without() {
    let platform = Platform::spawn().unwrap();
    let (operator, owner) = (operator(&platform), sign_up(&platform, "owner@example.com"));
    let tenant = text(&owner.ok("GET", "/tenant", &Value::Null)["id"]);
    let path = format!("/operator/tenants/{tenant}");
    operator.ok("POST", &format!("{path}/suspend"), &json!({ "reason": "Abuse" }));
    operator.ok("POST", &format!("{path}/resume"), &json!({}));
    operator.ok("PATCH", &path, &json!({ "limits": { "max_connections": 7 } }));

    let theirs = owner.ok("GET", "/audit?action=tenant.updated", &Value::Null);
    let entries = theirs["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 3);
    for entry in entries {
        assert_eq!(entry["actor"], json!({ "kind": "operator", "id": null, "name": null }));
        assert_eq!((&entry["address"], &entry["user_agent"]), (&Value::Null, &Value::Null));
    }
    assert_eq!(entries[0]["after"], json!({ "max_connections": 7 }));
    assert_eq!(entries[2]["after"]["suspension_reason"], "Abuse");

    let log = operator.ok("GET", &format!("/operator/log?tenant={tenant}"), &Value::Null);
    let entries = log["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 3);
    let by = |entry: &Value| (text(&entry["operator"]), text(&entry["tenant_name"]), text(&entry["address"]));
    for entry in entries {
        assert_eq!(by(entry), ("operator@example.com".into(), "Acme".into(), "127.0.0.1".into()));
    }
    // That they became one is there too, and in nobody else's log.
    let all = operator.ok("GET", "/operator/log", &Value::Null);
    let granted = all["entries"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (text(&granted["action"]), text(&granted["target_name"])),
        ("operator.granted".into(), "operator@example.com".into())
    );
    assert_eq!(operator.ok("GET", "/audit?action=operator", &Value::Null)["entries"], json!([]));
}

#[test]
fn organisations_are_searched_by_page_and_their_terms_changed_at_once() {
    let platform = Platform::spawn().unwrap();
    let operator = operator(&platform);
    platform.run(&["plan", "set", "--name", "small", "--max-connections", "1"]).unwrap();
    let owner = sign_up(&platform, "ada@example.com");
    let (app, _) = owner.create_app();
    let tenant = text(&owner.ok("GET", "/tenant", &Value::Null)["id"]);
    let first = operator.ok("GET", "/operator/tenants?limit=1", &Value::Null);
    assert_eq!(text(&first["tenants"][0]["id"]), tenant, "the newest first");
    let cursor = text(&first["next_cursor"]);
    let second = operator.ok("GET", &format!("/operator/tenants?limit=1&cursor={cursor}"), &Value::Null);
    assert_eq!(second["tenants"][0]["owners"], json!(["operator@example.com"]));
    assert_eq!(second["next_cursor"], Value::Null);
    for found in ["ADA@", &tenant] {
        let found = operator.ok("GET", &format!("/operator/tenants?search={found}"), &Value::Null);
        assert_eq!(found["tenants"].as_array().unwrap().len(), 1);
        assert_eq!(found["tenants"][0]["apps"], 1);
    }

    let path = format!("/operator/tenants/{tenant}");
    for name in ["none such", "\0"] {
        let no_plan = operator.send("PATCH", &path, &json!({ "plan": name }));
        assert_eq!((no_plan.status, code(&no_plan).as_str()), (422, "validation_failed"));
    }
    let changed = operator.ok("PATCH", &path, &json!({ "plan": "small" }));
    assert_eq!((&changed["tenant"]["plan"], &changed["limits"][0]["most"]), (&json!("small"), &json!(1)));
    let _only = Client::connect(&platform, &app);
    assert_eq!(Client::open(&platform, &app).closed(), 4004);
    let own = operator.ok("PATCH", &path, &json!({ "limits": { "max_connections": 2 } }));
    assert_eq!((&own["tenant"]["plan"], &own["limits"][0]["most"]), (&json!("small"), &json!(2)));
    let _second = Client::connect(&platform, &app);
    let back = operator.ok("PATCH", &path, &json!({ "plan": null, "limits": { "max_connections": null } }));
    assert_eq!((&back["tenant"]["plan"], &back["limits"][0]["most"]), (&Value::Null, &Value::Null));
    assert_eq!(back["tenant"]["now"]["connections"], 2);
}

#[test]
fn who_asks_most_of_the_node_stands_first() {
    let platform = Platform::spawn().unwrap();
    let (operator, owner) = (operator(&platform), sign_up(&platform, "owner@example.com"));
    let (app, _) = owner.create_app();
    let tenant = text(&owner.ok("GET", "/tenant", &Value::Null)["id"]);
    let limits = json!({ "limits": { "max_messages_per_second": 1 } });
    operator.ok("PATCH", &format!("/operator/tenants/{tenant}"), &limits);
    trigger(&platform, &app, "news", "posted");
    // The bucket holds a second's worth, so of so many some are refused.
    (0..5).for_each(|_| drop(publish(&platform, &app)));
    let ask = || operator.ok("GET", "/operator/neighbours?by=throttled", &Value::Null);
    let board = eventually(ask, |board| board["tenants"][0]["now"]["throttled_today"].as_u64() > Some(0));
    assert_eq!(text(&board["tenants"][0]["id"]), tenant);
    assert!(count(&board["tenants"][0]["now"]["messages_today"]) >= 1);
}

#[test]
fn a_drain_sends_clients_away_slice_by_slice_and_lets_nobody_in_until_it_is_cancelled() {
    let platform = Platform::spawn().unwrap();
    let operator = operator(&platform);
    let (app, _) = operator.create_app();
    let mut clients: Vec<_> = (0..20).map(|_| Client::connect(&platform, &app)).collect();
    let is_ready = || request(&platform.internal_authority, "GET", "/ready", &[], b"").unwrap();
    let path = format!("/operator/nodes/{}/drain", text(&node(&operator)["id"]));
    assert_eq!(is_ready().status, 200);

    let began = operator.send("POST", &path, &json!({ "connections_per_second": 2 }));
    assert_eq!(began.status, 202, "{}", began.body);
    assert_eq!(operator.send("POST", &path, &json!({ "connections_per_second": 2 })).status, 409);
    let refused = is_ready();
    assert_eq!(refused.status, 503);
    assert!(refused.body.contains("the node is draining"), "{}", refused.body);
    assert_eq!(Client::open(&platform, &app).closed(), 4200);

    // Ten seconds are enough for all; the first have gone and most have not.
    let told = eventually(|| node(&operator)["drain"].clone(), |drain| drain["told"].as_u64() > Some(0));
    assert_eq!(told["connections_at_start"], 20);
    assert!(count(&told["told"]) < 20 && told["emptied_at"].is_null(), "{told}");
    operator.ok("DELETE", &path, &Value::Null);
    let left = eventually(|| count(&node(&operator)["connections"]), |left| *left < 20);
    assert!(left > 0, "they stay when it is cancelled");
    assert_eq!(is_ready().status, 200);
    let (stay, gone): (Vec<_>, Vec<_>) = clients.iter_mut().map(Client::answers).partition(Result::is_ok);
    assert_eq!(stay.len() as u64, left);
    assert!(gone.iter().all(|gone| *gone == Err(4200)), "{gone:?}");
    Client::connect(&platform, &app).fence();

    operator.ok("POST", &path, &json!({ "connections_per_second": 100_000 }));
    let emptied = eventually(|| node(&operator), |node| !node["drain"]["emptied_at"].is_null());
    assert_eq!((&emptied["connections"], &emptied["drain"]["remaining"]), (&json!(0), &json!(0)));
    assert_eq!(emptied["ready"], false);
    operator.ok("DELETE", &path, &Value::Null);
    Client::connect(&platform, &app).fence();
    let log = operator.ok("GET", "/operator/log", &Value::Null);
    let actions: Vec<_> =
        log["entries"].as_array().unwrap().iter().map(|entry| text(&entry["action"])).collect();
    // The one that was refused did not begin.
    let twice = ["node.drain_cancelled", "node.drain_started"];
    assert_eq!(actions, [&twice[..], &twice, &["operator.granted"]].concat());
}

#[test]
fn a_mail_that_its_server_refuses_waits_in_the_queue_and_goes_when_it_is_tried_again() {
    let (platform, mailbox) = mailed::platform();
    let operator = mailed::sign_up(&platform, &mailbox, "operator@example.com");
    platform.run(&["operator", "grant", "operator@example.com"]).unwrap();
    let queues = || operator.ok("GET", "/operator/queues", &Value::Null);
    eventually(queues, |queues| queues["mails"]["waiting"] == 0);
    mailbox.refuse(true);
    operator.ok("POST", "/invitations", &json!({ "email": "late@example.com", "role": "developer" }));
    let stuck = eventually(queues, |queues| queues["mails"]["failing"] == 1);
    let mail = &stuck["mails"]["list"][0];
    assert_eq!((&mail["recipient"], &mail["letter"]), (&json!("late@example.com"), &json!("invitation")));
    assert!(count(&mail["attempts"]) >= 1 && !text(&mail["last_error"]).is_empty(), "{mail}");
    mailbox.refuse(false);
    let retry = format!("/operator/mails/{}/retry", text(&mail["id"]));
    operator.ok("POST", &retry, &json!({}));
    mailbox.next_to("late@example.com").unwrap();
    eventually(queues, |queues| queues["mails"]["waiting"] == 0);
    assert_eq!(operator.send("POST", &retry, &json!({})).status, 404);
}

#[test]
fn webhooks_that_wait_are_told_by_organisation() {
    let platform = Platform::spawn().unwrap();
    let operator = operator(&platform);
    let (app, _) = operator.create_app();
    let hook = json!({ "url": "http://127.0.0.1:9/", "event_types": ["channel_occupied"] });
    operator.ok("POST", &format!("/apps/{}/webhooks", app.id), &hook);
    let mut client = Client::connect(&platform, &app);
    client.say(&json!({ "event": "pusher:subscribe", "data": { "channel": "news" } }));
    let queues = || operator.ok("GET", "/operator/queues", &Value::Null)["webhooks"].clone();
    let waiting = eventually(queues, |webhooks| webhooks["tenants"][0]["failing"] == 1);
    assert_eq!((&waiting["events"], &waiting["tenants"][0]["events"]), (&json!(1), &json!(1)));
    assert_eq!(waiting["tenants"][0]["name"], "Acme");
    assert!(!waiting["oldest_at"].is_null());
}
