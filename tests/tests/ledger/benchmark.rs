//! What it costs: occurrences that real sockets make, stored and delivered to a receiver on this computer.
//! `tests/README.md` says how to run it.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use campanile_tests::{App, Options, Platform};
use serde_json::{Value, json};

use crate::client::Client;

const CLIENTS: usize = 16;
/// What one client says: enough to take some seconds.
const EVENTS_BATCHED: usize = 2_500;
const EVENTS_SINGLE: usize = 250;
/// Of this length, in bytes.
const DATA: usize = 64;

/// What one run gave.
struct Costs {
    stored_per_second: f64,
    delivered_per_second: f64,
    cpu_micros_to_store: f64,
    cpu_micros_to_deliver: f64,
}

#[test]
#[ignore = "measures, and asserts nothing about time"]
fn what_webhooks_cost() {
    println!("          events/s            CPU µs/event of the platform");
    println!("batching  stored  delivered   from socket to row   from row to receiver");
    for (batching, events) in [("on", EVENTS_BATCHED), ("off", EVENTS_SINGLE)] {
        let costs = measure(batching == "on", events);
        println!(
            "{batching:<8} {:>7.0} {:>10.0} {:>20.0} {:>22.0}",
            costs.stored_per_second,
            costs.delivered_per_second,
            costs.cpu_micros_to_store,
            costs.cpu_micros_to_deliver
        );
    }
}

/// First all is stored with the endpoint paused, then all is delivered.
fn measure(batching: bool, events: usize) -> Costs {
    let platform = Platform::spawn_with(Options::default()).unwrap();
    let tenant = platform.create_tenant("Acme").unwrap();
    let settings = ["--setting", "client_events=true", "--setting", "max_client_events_per_second=1000"];
    let app = platform.create_app(&tenant, "Shop", &settings).unwrap();
    let token = platform.create_token(&tenant).unwrap();
    let ask = |method: &str, path: &str, body: &Value| -> Value {
        let headers = [&format!("Authorization: Bearer {token}"), "Content-Type: application/json"];
        let target = format!("/api/v1/apps/{}/webhooks{path}", app.id);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let response =
            campanile_tests::request(&platform.authority, method, &target, &headers, body.as_bytes())
                .unwrap();
        serde_json::from_str(&response.body).unwrap()
    };
    let sink = crate::recorder::Recorder::start();
    let made =
        ask("POST", "", &json!({ "url": sink.url(), "event_types": ["client_event"], "batching": batching }));
    let path = format!("/{}", made["id"].as_str().unwrap());
    ask("POST", &format!("{path}/pause"), &Value::Null);
    let pending = || ask("GET", &path, &Value::Null)["pending"].as_u64().unwrap() as usize;
    let total = events * CLIENTS;

    let (began, cpu) = (Instant::now(), cpu_seconds(&platform));
    thread::scope(|scope| {
        let (authority, app) = (platform.authority.as_str(), &app);
        (0..CLIENTS).for_each(|number| drop(scope.spawn(move || talk(authority, app, number, events))));
    });
    until(|| pending() >= total);
    let (stored, cpu_to_store) = (began.elapsed(), cpu_seconds(&platform) - cpu);

    let (began, cpu) = (Instant::now(), cpu_seconds(&platform));
    ask("POST", &format!("{path}/resume"), &Value::Null);
    until(|| pending() == 0);
    let delivered = began.elapsed();
    Costs {
        stored_per_second: total as f64 / stored.as_secs_f64(),
        delivered_per_second: total as f64 / delivered.as_secs_f64(),
        cpu_micros_to_store: cpu_to_store * 1e6 / total as f64,
        cpu_micros_to_deliver: (cpu_seconds(&platform) - cpu) * 1e6 / total as f64,
    }
}

/// As fast as one connection may.
fn talk(authority: &str, app: &App, number: usize, events: usize) {
    let channel = format!("private-{number}");
    let mut client = Client::connect_to(authority, app).unwrap();
    client.subscribe(&channel, None).unwrap();
    let data = "x".repeat(DATA);
    for said in 0..events {
        client.whisper(&channel, &data).unwrap();
        if said % 100 == 99 {
            // Below the thousand a second that an app may allow.
            client.ping().unwrap();
            thread::sleep(Duration::from_millis(105));
        }
    }
}

fn until(holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(600);
    while !holds() {
        assert!(Instant::now() < deadline, "it takes for ever");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Processor time of the platform so far, in user and kernel mode.
fn cpu_seconds(platform: &Platform) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", platform.pid().unwrap())).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
    let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
    // What Linux counts in, wherever it runs.
    ticks / 100.0
}
