//! Management tokens: what a program shows instead of a session.

use campanile_tests::{Options, Platform, request};
use serde_json::{Value, json};

use crate::{
    person::{Person, code, post, sign_up, text},
    program::Program,
};

#[test]
fn a_token_acts_for_its_tenant_and_is_revoked_at_once() {
    let platform = Platform::spawn().unwrap();
    let (owner, rival) = (sign_up(&platform, "owner@example.com"), sign_up(&platform, "rival@example.com"));
    let (program, stranger) = (Program::of(&owner), Program::of(&rival));
    let made = program.send("POST", "/apps", &json!({ "name": "Chat" }), &[]);
    assert_eq!(made.status, 201, "{}", made.body);
    let app: Value = serde_json::from_str(&made.body).unwrap();
    let path = format!("/apps/{}", text(&app["id"]));
    assert_eq!(owner.ok("GET", &path, &Value::Null)["name"], "Chat");
    assert_eq!(stranger.send("GET", &path, &Value::Null, &[]).status, 404);

    let tokens = owner.ok("GET", "/tokens", &Value::Null);
    let shown = &tokens["tokens"][0];
    assert_eq!((shown["name"].as_str(), tokens["tokens"].as_array().unwrap().len()), (Some("laptop"), 1));
    assert!(shown["last_used_at"].is_string() && shown["token"].is_null(), "{shown}");
    let token_path = format!("/tokens/{}", text(&shown["id"]));
    assert_eq!(rival.send("DELETE", &token_path, &Value::Null).status, 404);
    owner.ok("DELETE", &token_path, &Value::Null);
    assert_eq!(program.send("GET", &path, &Value::Null, &[]).status, 401);
}

#[test]
fn a_token_manages_neither_tokens_nor_accounts() {
    let platform = Platform::spawn().unwrap();
    let owner = sign_up(&platform, "owner@example.com");
    let program = Program::of(&owner);
    let session = format!("Cookie: {}", owner.cookie);
    let id = text(&owner.ok("GET", "/tokens", &Value::Null)["tokens"][0]["id"]);
    for (method, path) in [
        ("GET", "/tokens".to_owned()),
        ("POST", "/tokens".to_owned()),
        ("DELETE", format!("/tokens/{id}")),
        ("GET", "/me".to_owned()),
        ("POST", "/logout".to_owned()),
    ] {
        // Not even with a person's session beside it.
        for more in [&[][..], &[session.as_str()]] {
            let answer = program.send(method, &path, &json!({ "name": "another" }), more);
            assert_eq!((answer.status, code(&answer).as_str()), (403, "forbidden"), "{method} {path}");
        }
    }
    assert_eq!(owner.send("POST", "/tokens", &json!({ "name": " " })).status, 422);
    let nobody = Person { platform: &platform, cookie: "campanile_session=nonsense".to_owned() };
    assert_eq!(nobody.send("GET", "/tokens", &Value::Null).status, 401);
}

#[test]
fn only_a_real_token_frees_a_request_from_where_it_comes_from() {
    let platform = Platform::spawn().unwrap();
    let owner = sign_up(&platform, "owner@example.com");
    let program = Program::of(&owner);
    let foreign = "Origin: http://evil.example";
    let app = json!({ "name": "Chat" });
    assert_eq!(program.send("POST", "/apps", &app, &[foreign]).status, 201);
    let session = format!("Cookie: {}", owner.cookie);
    for (authorization, status) in [
        ("Authorization: Bearer cmt_nonsense", 401),
        ("Authorization: Basic eDp5", 403),
        ("Authorization: Bearer", 403),
    ] {
        let answer = post(&platform, "/apps", &[authorization, &session, foreign], &app);
        assert_eq!(answer.status, status, "{authorization}: {}", answer.body);
    }
}

#[test]
fn tokens_are_made_on_the_command_line_and_never_logged() {
    let environment = vec![("CAMPANILE_LOG_FILTER", "trace".to_owned())];
    let platform = Platform::spawn_with(Options { environment, ..Options::default() }).unwrap();
    platform.create_tenant("Acme").unwrap();
    let made = platform.run(&["token", "create", "--tenant", "Acme", "--name", "ci"]).unwrap();
    let token = text(&made["token"]);
    assert!(token.starts_with("cmt_") && token.len() >= 44, "{token}");
    let bearer = format!("Authorization: Bearer {token}");
    let list = || request(&platform.authority, "GET", "/api/v1/apps", &[&bearer], b"").unwrap();
    assert_eq!(list().status, 200);

    let listed = platform.run(&["token", "list", "--tenant", "Acme"]).unwrap();
    assert_eq!((&listed["tokens"][0]["name"], &listed["tokens"][0]["token"]), (&json!("ci"), &Value::Null));
    let id = text(&made["id"]);
    platform.run(&["token", "delete", "--tenant", "Acme", "--id", &id]).unwrap();
    assert_eq!(list().status, 401);
    assert!(!platform.log().contains(&token), "the token is in the log");
}
