//! Endpoints that never answer, beside those that do.

use std::{
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use campanile_tests::{App, Platform};

use crate::{client::Client, recorder::Recorder};

const TENANTS: usize = 6;
const BLACK_HOLES: usize = 15;
const ROUNDS: usize = 8;
/// Shorter than the ten seconds that a black hole may take to fail: nobody waits for one.
const PATIENCE: Duration = Duration::from_secs(8);

/// Accepts, and never answers. Returns its address and what counts those who came.
fn black_hole() -> (String, Arc<Mutex<Vec<std::net::TcpStream>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let held = Arc::new(Mutex::new(Vec::new()));
    let taken = Arc::clone(&held);
    thread::spawn(move || {
        listener.incoming().flatten().for_each(|stream| taken.lock().unwrap().push(stream));
    });
    (url, held)
}

#[test]
fn endpoints_that_never_answer_hold_up_nobody_else() {
    let platform = Platform::spawn().unwrap();
    let (hole, held) = black_hole();
    let good: Vec<(App, Recorder)> = (0..TENANTS)
        .map(|number| {
            let tenant = platform.create_tenant(&format!("Tenant {number}")).unwrap();
            let app = platform.create_app(&tenant, "Shop", &["--setting", "webhook_debounce_ms=0"]).unwrap();
            let token = platform.create_token(&tenant).unwrap();
            (0..BLACK_HOLES).for_each(|_| add_endpoint(&platform, &app, &token, &hole));
            let recorder = Recorder::start();
            add_endpoint(&platform, &app, &token, &recorder.url());
            (app, recorder)
        })
        .collect();
    for round in 0..ROUNDS {
        let channel = format!("news-{round}.");
        let _clients: Vec<Client> = good
            .iter()
            .map(|(app, _)| {
                let mut client = Client::connect(&platform, app).unwrap();
                client.subscribe(&channel, None).unwrap();
                client
            })
            .collect();
        let deadline = Instant::now() + PATIENCE;
        while !good.iter().all(|(_, recorder)| recorder.has(&channel)) {
            assert!(Instant::now() < deadline, "in round {round} somebody waits for a black hole");
            thread::sleep(Duration::from_millis(20));
        }
    }
    let tried = held.lock().unwrap().len();
    assert!(tried >= TENANTS * BLACK_HOLES / 2, "only {tried} requests went to black holes");
}

fn add_endpoint(platform: &Platform, app: &App, token: &str, url: &str) {
    let bearer = format!("Authorization: Bearer {token}");
    let headers = [bearer.as_str(), "Content-Type: application/json"];
    let body = serde_json::json!({ "url": url, "event_types": ["channel_occupied"] }).to_string();
    let path = format!("/api/v1/apps/{}/webhooks", app.id);
    let made =
        campanile_tests::request(&platform.authority, "POST", &path, &headers, body.as_bytes()).unwrap();
    assert_eq!(made.status, 201, "{}", made.body);
}
