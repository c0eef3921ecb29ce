use std::sync::atomic::Ordering;

use crate::harness::TestServer;

/// The status of a poll, and its body.
fn poll(server: &TestServer, cursor: &str) -> (String, String) {
    let mut client = server.send(&format!(
        "GET /apps/1/poll?key=key&channels=news{cursor} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    ));
    (client.status(), client.rest())
}

/// Where the next poll goes on.
fn cursor(body: &str) -> String {
    let (_, cursor) = body.split_once("\"cursor\":\"").unwrap();
    format!("&cursor={}", cursor.split_once('"').unwrap().0)
}

#[test]
fn who_polls_goes_on_when_nobody_new_is_let_in() {
    let server = TestServer::start();
    let (_, mut body) = poll(&server, "");
    while !body.contains("subscription_succeeded") {
        body = poll(&server, &cursor(&body)).1;
    }
    server.is_closed.store(true, Ordering::SeqCst);
    server.publish("news", "due");
    let (status, body) = poll(&server, &cursor(&body));
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(body.contains("due"), "{body}");

    assert_eq!(poll(&server, "").0, "HTTP/1.1 503 Service Unavailable");
    let mut refused = server.open("/app/key?protocol=7");
    assert_eq!(refused.status(), "HTTP/1.1 101 Switching Protocols");
    assert!(refused.text().contains("4200"));
    assert_eq!(refused.closed(), 4200);
}
