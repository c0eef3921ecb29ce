use std::io::Read;

use crate::harness::{TestServer, masked};

#[test]
fn the_switch_and_the_welcome_frame_come_in_one_write() {
    let server = TestServer::start();
    let mut client = server.open("/app/key?protocol=7");
    let mut chunk = [0; 4096];
    let count = client.socket.read(&mut chunk).unwrap();
    let text = String::from_utf8_lossy(&chunk[..count]);
    assert!(text.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{text}");
    assert!(text.contains("connection_established"), "{text}");
}

#[test]
fn frames_sent_before_the_welcome_frame_are_answered() {
    let server = TestServer::start();
    let mut request = b"GET /app/key HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        .to_vec();
    request.extend(masked(0x81, br#"{"event":"pusher:ping","data":""}"#));
    let mut client = server.send("");
    std::io::Write::write_all(&mut client.socket, &request).unwrap();
    assert!(client.status().contains("101"));
    assert!(client.text().contains("connection_established"));
    assert!(client.text().contains("pusher:pong"));
}

#[test]
fn refusals_are_told_in_band_as_error_and_as_close_code() {
    let server = TestServer::start();
    for (path, code) in [
        ("/app/unknown?protocol=7", 4001),
        ("/app/off?protocol=7", 4003),
        ("/app/unknown?protocol=99", 4001),
        ("/app/key?protocol=3", 4007),
        ("/app/key?protocol=8", 4007),
        ("/app/key?protocol=abc", 4007),
        ("/app/key?protocol=7&version=beta", 4006),
    ] {
        let mut client = server.open(path);
        assert!(client.status().contains("101"), "{path}");
        let error: serde_json::Value = serde_json::from_str(&client.text()).unwrap();
        assert_eq!(
            (&error["event"], &error["data"]["code"]),
            (&"pusher:error".into(), &code.into()),
            "{path}"
        );
        assert_eq!(client.closed(), code, "{path}");
    }
}

#[test]
fn protocols_four_to_seven_and_none_are_spoken() {
    let server = TestServer::start();
    for query in
        ["", "?", "?protocol=4", "?protocol=5&version=2.4.2", "?version=7.0.3-beta&protocol=6", "?protocol="]
    {
        let mut client = server.open(&format!("/app/key{query}"));
        assert!(client.status().contains("101"), "{query}");
        assert!(client.text().contains("connection_established"), "{query}");
    }
}

#[test]
fn the_drafts_that_browsers_spoke_are_accepted_with_their_name_for_the_origin() {
    let server = TestServer::start();
    for (version, origin, answer) in [
        ("13", "Origin: https://page.test", "connection_established"),
        ("8", "Sec-WebSocket-Origin: https://page.test", "connection_established"),
        ("7", "Sec-WebSocket-Origin: https://page.test", "connection_established"),
        ("8", "Origin: https://other.test\r\nSec-WebSocket-Origin: https://page.test", "4009"),
        ("8", "Sec-WebSocket-Origin: https://other.test", "4009"),
    ] {
        let mut client = server.send(&format!(
            "GET /app/page HTTP/1.1\r\nHost: x\r\nconnection: foo\r\nconnection: x, UPGRADE\r\n\
             upgrade: WebSocket\r\nSec-WebSocket-Version: {version}\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{origin}\r\n\r\n"
        ));
        assert!(client.head().contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{version}");
        assert!(client.text().contains(answer), "{version} {origin}");
    }
}

#[test]
fn a_refusal_comes_in_one_write() {
    let server = TestServer::start();
    let mut client = server.open("/app/unknown?protocol=7");
    let mut chunk = [0; 4096];
    let count = client.socket.read(&mut chunk).unwrap();
    let text = String::from_utf8_lossy(&chunk[..count]);
    assert!(text.starts_with("HTTP/1.1 101") && text.contains("pusher:error"), "{text}");
    // The close frame is the last: code 4001 and its reason.
    assert!(text.ends_with("App key not in this cluster. Did you forget to specify the cluster?"), "{text}");
}

#[test]
fn what_is_no_websocket_handshake_gets_an_http_answer() {
    let server = TestServer::start();
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    for (path, headers, status) in [
        ("/apps/key", format!("{upgrade}{key}Sec-WebSocket-Version: 13\r\n"), "404"),
        ("/app/", format!("{upgrade}{key}Sec-WebSocket-Version: 13\r\n"), "404"),
        ("/app/key/more", format!("{upgrade}{key}Sec-WebSocket-Version: 13\r\n"), "404"),
        ("/app/key", format!("{upgrade}{key}Sec-WebSocket-Version: 99\r\n"), "426"),
        ("/app/key", format!("{upgrade}{key}"), "426"),
        ("/app/key", format!("{upgrade}Sec-WebSocket-Version: 13\r\n"), "400"),
        ("/app/key", format!("{upgrade}{key}Sec-WebSocket-Version: 6\r\n"), "426"),
        // hixie-75 and hixie-76.
        ("/app/key", upgrade.to_owned(), "400"),
        ("/app/key", format!("{upgrade}Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\n"), "400"),
        ("/app/key", format!("{upgrade}{}Sec-WebSocket-Version: 13\r\n", key.replace("Q==", "R==")), "400"),
        ("/app/key", format!("{upgrade}{}Sec-WebSocket-Version: 13\r\n", key.replace("ZQ==", "Z===")), "400"),
        ("/app/key", format!("{upgrade}{}Sec-WebSocket-Version: 13\r\n", key.replace("dGhl", "d!hl")), "400"),
        ("/app/key", format!("{upgrade}{}Sec-WebSocket-Version: 13\r\n", key.replace("dGhl", "")), "400"),
        ("/app/key", format!("{upgrade}{key}Sec-WebSocket-Version: 13\r\nContent-Length: 0\r\n"), "400"),
        (
            "/app/key",
            format!("Connection: close\r\nUpgrade: websocket\r\n{key}Sec-WebSocket-Version: 13\r\n"),
            "400",
        ),
    ] {
        let mut client = server.send(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n"));
        let head = client.head();
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{path} {headers}: {head}");
        assert!(status != "426" || head.contains("Sec-WebSocket-Version: 13, 8, 7"), "{head}");
    }
}
