//! Starting, stopping, being killed.

use std::time::Duration;

use campanile_tests::{Options, Platform, WebhookReceiver};

use crate::{signing::trigger, socket::Client};

fn embedded() -> Platform {
    Platform::spawn_with(Options { embedded: true, ..Options::default() }).unwrap()
}

#[test]
fn sigterm_tells_clients_to_reconnect_and_ends_well() {
    let mut platform = embedded();
    let tenant = platform.create_tenant("Acme").unwrap();
    let app = platform.create_app(&tenant, "Shop", &[]).unwrap();
    let mut client = Client::connect(&platform, &app);

    let status = platform.stop().unwrap();

    assert_eq!(client.closed(), 4200);
    assert!(status.success(), "{status}");
    assert!(
        !platform.data_dir().join("postgres/data/postmaster.pid").exists(),
        "its database stopped with it"
    );
}

#[test]
fn sigterm_reaches_every_client_and_records_that_they_left() {
    let mut platform = Platform::spawn().unwrap();
    let tenant = platform.create_tenant("Acme").unwrap();
    let app = platform.create_app(&tenant, "Shop", &[]).unwrap();
    let receiver = WebhookReceiver::start().unwrap();
    platform.create_webhook(&app, receiver.url(), &["--batching"]).unwrap();
    let mut clients: Vec<_> = (0..300).map(|_| Client::connect(&platform, &app)).collect();
    for (index, client) in clients.iter_mut().enumerate() {
        client.subscribe(&format!("presence-{index}"), Some(r#"{"user_id":"ada"}"#));
    }

    platform.stop().unwrap();

    for client in &mut clients {
        assert_eq!(client.closed(), 4200);
    }
    platform.start().unwrap();
    let mut removed = std::collections::HashSet::new();
    while removed.len() < 300 {
        for event in receiver.next(Duration::from_secs(60)).unwrap().events() {
            if event["name"] == "member_removed" {
                assert!(removed.insert(event["channel"].to_string()), "told twice: {event}");
            }
        }
    }
    let reconciled = platform.log().contains("told what a dead incarnation left behind");
    assert!(!reconciled, "the leaving was not recorded before the end");
}

#[test]
fn a_killed_platform_starts_again_with_all_it_knew() {
    let mut platform = embedded();
    let tenant = platform.create_tenant("Acme").unwrap();
    let app = platform.create_app(&tenant, "Shop", &[]).unwrap();

    platform.crash_and_restart().unwrap();

    let mut client = Client::connect(&platform, &app);
    client.subscribe("news", None);
    trigger(&platform, &app, "news", "posted");
    assert_eq!(client.next_event(), "posted");
    assert!(platform.log().contains("still running and is used"), "its database outlived it");
}

#[test]
fn a_second_platform_on_the_same_data_directory_is_refused() {
    let platform = embedded();
    let output = platform.command(&["serve", "--listen", "127.0.0.1:0", "--internal-listen", "127.0.0.1:0"]);
    let output = { output }.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("another campanile already runs on"), "{said}");
    platform.create_tenant("Undisturbed").unwrap();
}

#[test]
fn an_address_in_use_is_told_and_the_database_stopped_again() {
    let first = embedded();
    let mut second = embedded();
    second.stop().unwrap();
    let mut serve = second.command(&["serve", "--listen", &first.authority]);
    let output = serve.args(["--internal-listen", "127.0.0.1:0"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("cannot listen on {}", first.authority)), "{said}");
    assert!(!second.data_dir().join("postgres/data/postmaster.pid").exists());
}
