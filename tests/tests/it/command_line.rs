//! `campanile …` as operators and scripts use it, beside a running platform.

use std::process::Output;

use campanile_tests::{App, Options, Platform};
use serde_json::json;

use crate::socket::Client;

fn run(platform: &Platform, arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = platform.command(arguments).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap())
}

#[test]
fn what_is_made_is_printed_as_json_and_its_secrets_only_then() {
    let platform = Platform::spawn().unwrap();
    let tenant = platform.run(&["tenant", "create", "--name", "Acme"]).unwrap();
    let id = tenant["id"].as_str().unwrap();
    assert_eq!(tenant, json!({ "id": id, "name": "Acme" }));

    let create = ["app", "create", "--tenant", "Acme", "--name", "Shop", "--setting", "client_events=true"];
    let mut app = platform.run(&create).unwrap();
    assert_eq!(app["keys"][0]["secret"].as_str().unwrap().len(), 40);
    assert_eq!(
        (&app["name"], &app["tenant_id"], &app["enabled"], &app["settings"]["client_events"]),
        (&json!("Shop"), &json!(id), &json!(true), &json!(true))
    );
    app["keys"][0].as_object_mut().unwrap().remove("secret");
    assert_eq!(platform.run(&["app", "list"]).unwrap(), json!({ "apps": [app] }));

    let (app, url) = (app["id"].as_str().unwrap(), "http://127.0.0.1:9/hooks");
    let create = ["webhook", "create", "--app", app, "--url", url, "--event", "member_added", "--batching"];
    let webhook = platform.run(&create).unwrap();
    assert!(webhook["signing_secret"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!(
        (&webhook["app_id"], &webhook["url"], &webhook["event_types"], &webhook["batching"]),
        (&json!(app), &json!(url), &json!(["member_added"]), &json!(true))
    );
}

#[test]
fn an_app_that_moves_here_keeps_its_id_key_and_secret_and_serves_at_once() {
    let platform = Platform::spawn().unwrap();
    let tenant = platform.create_tenant("Acme").unwrap();
    let moved = ["--id", "102015", "--key", "278d425bdf160c739803", "--secret", "7ad3773142a6692b25b8"];
    let app = platform.create_app(&tenant, "Shop", &moved).unwrap();
    let expected = ["102015", "278d425bdf160c739803", "7ad3773142a6692b25b8"];
    assert_eq!([&app.id, &app.key, &app.secret].map(String::as_str), expected);
    Client::connect(&platform, &app).subscribe("private-orders", None);

    let (code, said) =
        run(&platform, &["app", "create", "--tenant", &tenant, "--name", "Again", "--id", "102015"]);
    assert_eq!((code, said.as_str()), (Some(1), "error: the app id is taken\n"));
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_is_wrong() {
    let platform = Platform::spawn().unwrap();
    for name in ["Twins", "Twins"] {
        platform.create_tenant(name).unwrap();
    }
    let create = ["app", "create", "--tenant", "Twins", "--name", "Shop"];
    let cases = [
        (&["--key", "k"][..], "--secret"),
        (&["--id", "007"], "without leading zeros"),
        (&["--setting", "client_event=true"], "client_event"),
        (&[], "2 tenants are called"),
    ];
    for (more, words) in cases {
        let (code, said) = run(&platform, &[&create, more].concat());
        assert_eq!(code, Some(2), "{more:?}: {said}");
        assert!(said.contains(words), "{more:?}: {said}");
    }
}

#[test]
fn the_configuration_is_checked_without_telling_secrets() {
    let environment = vec![("CAMPANILE_WORKERS", "2".to_owned()), ("CAMPANILE_MASTER_KEY", "5e".repeat(32))];
    let platform = Platform::spawn_with(Options { environment, ..Options::default() }).unwrap();
    let config = platform.run(&["config", "check"]).unwrap();
    assert_eq!((&config["workers"], &config["master_key"]), (&json!(2), &json!("***")));
    assert!(!platform.log().contains("5e5e"), "the log tells no secret either");

    let mut check = platform.command(&["config", "check"]);
    let output = check.env("CAMPANILE_LISTNE", "127.0.0.1:1").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let expected = "error: CAMPANILE_LISTNE: unknown environment variable; did you mean CAMPANILE_LISTEN?\n";
    assert_eq!((output.status.code(), said.as_str()), (Some(2), expected));
}

#[test]
fn a_command_without_a_running_platform_uses_the_same_embedded_database() {
    let mut platform = Platform::spawn_with(Options { embedded: true, ..Options::default() }).unwrap();
    let tenant = platform.create_tenant("Beside").unwrap();
    platform.stop().unwrap();
    let App { key, .. } = platform.create_app(&tenant, "Alone", &[]).unwrap();
    platform.start().unwrap();
    let apps = platform.run(&["app", "list"]).unwrap();
    assert_eq!(apps["apps"][0]["keys"], json!([{ "key": key }]));
}
