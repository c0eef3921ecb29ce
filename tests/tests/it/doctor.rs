//! `campanile doctor`: which transports users get, against the real platform.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use campanile_tests::{App, Platform};
use serde_json::{Value, json};

use crate::signing::sign;

const TRANSPORTS: [&str; 6] = ["ws", "xhr_streaming", "xhr_polling", "sockjs", "sse", "long_polling"];

/// What it found, and how it ended.
struct Examination {
    report: Value,
    code: Option<i32>,
    printed: String,
}

impl Examination {
    fn of(platform: &Platform, url: &str, key: &str, more: &[&str], secret: Option<&str>) -> Self {
        let mut command = platform.command(&[&["doctor", url, key, "--json"], more].concat());
        let output = command.envs(secret.map(|secret| ("CAMPANILE_APP_SECRET", secret))).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        Self {
            report: serde_json::from_str(printed.trim()).unwrap_or_default(),
            code: output.status.code(),
            printed,
        }
    }

    fn finding(&self, step: &str) -> &Value {
        let findings = self.report["findings"].as_array().unwrap_or_else(|| panic!("{}", self.printed));
        findings.iter().find(|finding| finding["step"] == step).unwrap()
    }

    /// Also where it is found to be slow, as on a busy computer.
    #[track_caller]
    fn assert_works(&self, steps: &[&str]) {
        for step in steps {
            let finding = self.finding(step);
            assert!(finding["outcome"] == "passed" || finding["outcome"] == "warned", "{finding}");
        }
    }

    #[track_caller]
    fn assert_failed(&self, step: &str, words: &str) {
        let finding = self.finding(step);
        assert_eq!(finding["outcome"], "failed", "{finding}");
        assert!(finding["words"].as_str().unwrap().contains(words), "{finding}");
    }
}

fn stage() -> (Platform, App) {
    let platform = Platform::spawn().unwrap();
    let tenant = platform.create_tenant("Acme").unwrap();
    let app = platform.create_app(&tenant, "Shop", &[]).unwrap();
    (platform, app)
}

/// A proxy that knows no upgrades: the first request of a connection loses what asks for one.
fn without_upgrades(platform: &Platform) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (url, behind) = (format!("http://{}", listener.local_addr().unwrap()), platform.authority.clone());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let behind = TcpStream::connect(&behind).unwrap();
            // Either side may leave at any time.
            thread::spawn(move || pass_on(&stream, behind));
        }
    });
    url
}

fn pass_on(client: &TcpStream, mut platform: TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let mut head = String::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let is_upgrade =
            ["upgrade:", "connection:"].iter().any(|name| line.to_ascii_lowercase().starts_with(name));
        if !is_upgrade {
            head += &line;
        }
        if line.trim_end().is_empty() {
            break;
        }
    }
    platform.write_all(head.as_bytes())?;
    let (mut answers, mut client) = (platform.try_clone()?, client.try_clone()?);
    thread::spawn(move || io::copy(&mut answers, &mut client));
    io::copy(&mut reader, &mut platform).map(drop)
}

/// An app's own server: signs what it is asked to.
fn auth_endpoint(app: &App) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (url, app) = (format!("http://{}/pusher/auth", listener.local_addr().unwrap()), app.clone());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(&stream, &app).unwrap();
        }
    });
    url
}

fn answer(mut stream: &TcpStream, app: &App) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.is_empty() {
            break;
        }
    }
    let mut form = vec![0; length];
    reader.read_exact(&mut form)?;
    let form = String::from_utf8(form).unwrap();
    let (socket_id, channel) = form.strip_prefix("socket_id=").unwrap().split_once("&channel_name=").unwrap();
    let body =
        json!({ "auth": format!("{}:{}", app.key, sign(&app.secret, &format!("{socket_id}:{channel}"))) });
    let body = body.to_string();
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

#[test]
fn every_transport_of_the_platform_works() {
    let (platform, app) = stage();
    let (url, endpoint) = (format!("http://{}", platform.authority), auth_endpoint(&app));
    let more = ["--app-id", &app.id, "--auth-endpoint", &endpoint];
    let found = Examination::of(&platform, &url, &app.key, &more, Some(&app.secret));
    found.assert_works(&TRANSPORTS);
    found.assert_works(&["publish", "authorization"]);
    let arrived = found.finding("publish")["measured_ms"].as_object().unwrap();
    assert!(TRANSPORTS.iter().all(|transport| arrived.contains_key(*transport)), "{arrived:?}");
    assert_eq!(
        (&found.report["healthy"], &found.report["transport"], found.code),
        (&json!(true), &json!("ws"), Some(0))
    );
    assert!(!found.printed.contains(&app.secret));
}

#[test]
fn pages_of_another_origin_can_use_every_transport() {
    let (platform, app) = stage();
    let url = format!("http://{}", platform.authority);
    let more = ["--app-id", &app.id, "--origin", "https://shop.example"];
    let found = Examination::of(&platform, &url, &app.key, &more, None);
    found.assert_works(&TRANSPORTS);
    assert_eq!(found.code, Some(0), "{}", found.printed);
}

#[test]
fn behind_a_proxy_without_upgrades_users_get_streaming() {
    let (platform, app) = stage();
    let found = Examination::of(&platform, &without_upgrades(&platform), &app.key, &[], None);
    found.assert_failed("ws", "dropped the Upgrade header");
    found.assert_works(&["xhr_streaming", "xhr_polling", "sockjs"]);
    assert_eq!((&found.report["transport"], found.code), (&json!("xhr_streaming"), Some(1)));
}

#[test]
fn what_the_app_refuses_is_told_by_its_code() {
    let (platform, app) = stage();
    let url = format!("ws://{}", platform.authority);
    Examination::of(&platform, &url, "nobodys", &[], None).assert_failed("ws", "no app with this key (4001");
    let tenant = platform.create_tenant("Other").unwrap();
    let strict = platform.create_app(&tenant, "Bank", &["--setting", "force_tls=true"]).unwrap();
    let found = Examination::of(&platform, &url, &strict.key, &[], None);
    found.assert_failed("ws", "TLS only (4000");
    assert_eq!((&found.report["transport"], found.code), (&Value::Null, Some(1)));

    let more = ["--app-id", &app.id];
    let found = Examination::of(&platform, &url, &app.key, &more, Some("wrong"));
    found.assert_failed("publish", "the secret does not belong to the key");
    let more = ["--app-id", &strict.id];
    let found = Examination::of(&platform, &url, &app.key, &more, Some(&app.secret));
    found.assert_failed("publish", "none of app");
}

#[test]
fn questions_that_make_no_sense_end_with_2() {
    let (platform, app) = stage();
    for (url, more) in [
        ("ftp://push.example", &[][..]),
        ("nowhere", &[]),
        ("http://push.example", &["--auth-endpoint", "mailto:a@example"]),
        ("http://push.example", &["--auth-endpoint", "http://localhost", "--auth-header", "nothing"]),
        ("http://push.example", &["--timeout", "0"]),
    ] {
        let found = Examination::of(&platform, url, &app.key, more, None);
        assert_eq!(found.code, Some(2), "{}", found.printed);
    }
}
