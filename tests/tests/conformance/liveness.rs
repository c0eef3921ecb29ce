//! 18 to 23: signs of life. The three that wait for a silence take minutes and run with `--ignored`.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::{
    raw::{CLOSE, FINAL, PING, PONG, TEXT, frame},
    scene::Scene,
};

/// The activity timeout and the 30 seconds after which a silent peer is asked.
const SILENCE: Duration = Duration::from_secs(150);
const PONG_TIMEOUT: Duration = Duration::from_secs(30);
/// The server looks at its connections only now and then.
const SLACK: Duration = Duration::from_secs(15);

#[test]
fn p018_a_ping_event_is_answered_within_a_second_whatever_its_data() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    for ping in [
        r#"{"event":"pusher:ping","data":{}}"#,
        r#"{"event":"pusher:ping","data":""}"#,
        r#"{"event":"pusher:ping","data":"{}"}"#,
        r#"{"event":"pusher:ping","data":null}"#,
        r#"{"event":"pusher:ping"}"#,
    ] {
        let start = Instant::now();
        client.say_text(ping);
        assert_eq!(client.text(), r#"{"event":"pusher:pong","data":{}}"#, "{ping}");
        assert!(start.elapsed() < Duration::from_secs(1), "{ping}");
    }
}

#[test]
fn p019_a_ping_frame_is_answered_with_its_payload() {
    let scene = Scene::new(&[]);
    let mut socket = scene.raw();
    for payload in [&b""[..], b"hello", b"\x00\xff\r\n", &[7; 125]] {
        socket.send(&frame(FINAL | PING, payload));
        assert_eq!(socket.frame(), (FINAL | PONG, payload.to_vec()));
    }
}

#[test]
#[ignore = "takes three minutes"]
fn p020_a_silent_peer_is_pinged_after_the_activity_timeout() {
    let scene = Scene::new(&[]);
    let mut socket = scene.raw();
    let start = Instant::now();
    socket.wait_for(SILENCE + SLACK);
    assert_eq!(socket.frame().0, FINAL | PING);
    let waited = start.elapsed();
    assert!(waited >= SILENCE - SLACK && waited < SILENCE + SLACK, "{waited:?}");
}

#[test]
#[ignore = "takes three minutes"]
fn p021_a_peer_that_does_not_answer_within_30_seconds_is_closed_with_4201() {
    let scene = Scene::new(&[]);
    let mut socket = scene.raw();
    socket.wait_for(SILENCE + SLACK);
    assert_eq!(socket.frame().0, FINAL | PING);
    let start = Instant::now();
    let (first, payload) = socket.frame();
    assert_eq!((first, u16::from_be_bytes([payload[0], payload[1]])), (FINAL | CLOSE, 4201));
    let waited = start.elapsed();
    // The ping itself may have reached us late.
    assert!(waited >= PONG_TIMEOUT - Duration::from_secs(1) && waited < PONG_TIMEOUT + SLACK, "{waited:?}");
}

#[test]
#[ignore = "takes four minutes"]
fn p022_whatever_comes_in_postpones_the_ping() {
    let scene = Scene::new(&[]);
    let mut sockets = [scene.raw(), scene.raw(), scene.raw()];
    let start = Instant::now();
    std::thread::sleep(SILENCE / 2);
    sockets[0].send(&frame(FINAL | PONG, b"unasked"));
    sockets[1].send(&frame(FINAL | TEXT, br#"{"event":"pusher:pong"}"#));
    for (index, socket) in sockets.iter_mut().enumerate() {
        socket.wait_for(SILENCE * 2);
        let is_silent = index == 2;
        if is_silent {
            continue;
        }
        assert_eq!(socket.frame().0, FINAL | PING);
        assert!(start.elapsed() >= SILENCE * 3 / 2 - SLACK, "{index}: {:?}", start.elapsed());
    }
    // The one that said nothing has been asked and closed meanwhile.
    assert_eq!(sockets[2].frame().0, FINAL | PING);
    assert_eq!(sockets[2].closed(), 4201);
}

#[test]
fn p023_a_pong_event_is_accepted_in_silence() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    for pong in [json!({ "event": "pusher:pong", "data": {} }), json!({ "event": "pusher:pong" })] {
        client.say(&pong);
        client.fence();
    }
}
