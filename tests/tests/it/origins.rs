//! Which web pages may connect to an app.

use campanile_tests::{App, Platform};
use serde_json::{Value, json};

use crate::{
    person::{Person, sign_up},
    socket::Client,
};

fn refused(platform: &Platform, app: &App, origin: &str) -> (u16, String) {
    let mut client = Client::open_with(platform, app, &[("Origin", origin)]);
    let error = client.next();
    assert_eq!((&error["event"], &error["data"]["code"]), (&json!("pusher:error"), &json!(4009)), "{origin}");
    (client.closed(), error["data"]["message"].to_string())
}

fn connects(platform: &Platform, app: &App, headers: &[(&str, &str)]) -> bool {
    Client::open_with(platform, app, headers).next_event() == "pusher:connection_established"
}

fn change(person: &Person, app: &App, origins: &Value) {
    let settings = json!({ "settings": { "allowed_origins": origins } });
    let path = format!("/apps/{}", app.id);
    assert_eq!(person.ok("PATCH", &path, &settings)["settings"]["allowed_origins"], *origins);
}

#[test]
fn only_pages_of_the_allowed_origins_connect() {
    let platform = Platform::spawn().unwrap();
    let tenant = platform.create_tenant("Acme").unwrap();
    let origins =
        r#"allowed_origins=["https://www.example.com","https://*.shop.example","http://localhost:3000"]"#;
    let app = platform.create_app(&tenant, "Chat", &["--setting", origins]).unwrap();
    let other = platform.create_app(&tenant, "Other", &[]).unwrap();
    for origin in [
        "https://www.example.com",
        "https://www.example.com:443",
        "https://WWW.example.com",
        "https://a.shop.example",
        "https://a.b.shop.example",
        "http://localhost:3000",
    ] {
        assert!(connects(&platform, &app, &[("Origin", origin)]), "{origin}");
    }
    for origin in [
        "https://example.com",
        "https://evil.example",
        "https://evilwww.example.com",
        "https://www.example.com.evil.example",
        "https://www.example.com@evil.example",
        "https://www.example.com/.evil.example",
        "https://shop.example",
        "https://evilshop.example",
        "https://a.shop.example.evil.example",
        "http://www.example.com",
        "wss://www.example.com",
        "https://www.example.com:8443",
        "http://localhost",
        "http://localhost:30000",
        "https://localhost:3000",
        "null",
        "*",
        "file://",
    ] {
        let (code, message) = refused(&platform, &app, origin);
        assert_eq!((code, message.as_str()), (4009, "\"Origin not allowed\""), "{origin}");
        assert!(connects(&platform, &other, &[("Origin", origin)]), "the other app allows all: {origin}");
    }
    assert!(connects(&platform, &app, &[]), "a server or a native app names no origin");
}

#[test]
fn a_change_concerns_whoever_connects_next() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let (app, _) = person.create_app();
    let page = [("Origin", "https://www.example.com")];
    let mut open = Client::open_with(&platform, &app, &page);
    assert_eq!(open.next_event(), "pusher:connection_established");
    change(&person, &app, &json!(["https://other.example"]));
    for _ in 0..500 {
        if !connects(&platform, &app, &page) {
            break;
        }
    }
    assert_eq!(refused(&platform, &app, page[0].1).0, 4009);
    open.fence();

    let wrong = json!({ "settings": { "allowed_origins": ["https://other.example", "www.example.com"] } });
    let refusal = person.send("PATCH", &format!("/apps/{}", app.id), &wrong);
    assert_eq!(refusal.status, 422);
    let body: Value = serde_json::from_str(&refusal.body).unwrap();
    let told = body["error"]["fields"]["settings"].as_str().unwrap();
    assert!(
        told.starts_with("allowed_origins[1]: \"www.example.com\" is no origin such as https://"),
        "{told}"
    );
}
