//! 24 to 30: what is not a good message, and the framing of RFC 6455.

use serde_json::{Value, json};

use crate::{
    raw::{BINARY, CLOSE, CONTINUATION, FINAL, PING, PONG, RawSocket, TEXT, frame, frame_with_length},
    scene::Scene,
};

const PING_EVENT: &[u8] = br#"{"event":"pusher:ping","data":{}}"#;

fn expect_pong_event(socket: &mut RawSocket) {
    assert_eq!(socket.text(), r#"{"event":"pusher:pong","data":{}}"#);
}

#[test]
fn p024_invalid_json_is_told_and_does_not_close() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    for text in ["{nonsense", "", "{\"event\":\"pusher:ping\"", "\u{feff}{}", "{\"event\":\"\\ud800\"}"] {
        client.say_text(text);
        client.error(Value::Null);
        client.fence();
    }
}

#[test]
fn p025_json_that_is_no_object_with_an_event_yields_one_error_and_nothing_else() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    for text in ["[]", "1", "\"x\"", "null", "{}", "{\"data\":{}}", "{\"event\":1}", "{\"event\":null}"] {
        client.say_text(text);
        client.error(Value::Null);
        client.fence();
    }
}

#[test]
fn p026_an_unknown_event_of_the_service_is_told_with_code_null() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    for name in ["pusher:nonsense", "pusher_internal:subscription_succeeded", "pusher:"] {
        client.say(&json!({ "event": name, "data": {} }));
        assert_eq!(
            client.text(),
            format!(
                r#"{{"event":"pusher:error","data":{{"code":null,"message":"Unsupported event received on socket: {name}"}}}}"#
            )
        );
        client.fence();
    }
}

#[test]
fn p027_a_binary_frame_is_refused_and_costs_nobody_else() {
    let scene = Scene::new(&[]);
    let mut bystander = scene.connect();
    let mut socket = scene.raw();
    socket.send(&frame(FINAL | BINARY, PING_EVENT));
    assert_eq!(socket.closed(), 1003);
    bystander.fence();
}

#[test]
fn p028_fragments_control_frames_between_them_and_every_length_form_work() {
    let scene = Scene::new(&[]);
    let mut socket = scene.raw();
    socket.send(&frame(TEXT, &PING_EVENT[..5]));
    socket.send(&frame(FINAL | PING, b"between"));
    assert_eq!(socket.frame(), (FINAL | PONG, b"between".to_vec()));
    socket.send(&frame(FINAL | PONG, b"unasked"));
    socket.send(&frame(CONTINUATION, b""));
    socket.send(&frame(CONTINUATION, &PING_EVENT[5..9]));
    socket.send(&frame(FINAL | CONTINUATION, &PING_EVENT[9..]));
    expect_pong_event(&mut socket);

    for length_bytes in [0, 2, 8] {
        socket.send(&frame_with_length(FINAL | TEXT, length_bytes, PING_EVENT));
        expect_pong_event(&mut socket);
    }
    for padding in [80, 100, 1_000, 65_000, 66_000] {
        let text = format!(r#"{{"event":"pusher:ping","data":"{}"}}"#, "x".repeat(padding));
        socket.send(&frame(FINAL | TEXT, text.as_bytes()));
        expect_pong_event(&mut socket);
    }
    // Byte by byte, and many frames in one write.
    for byte in frame(FINAL | TEXT, PING_EVENT) {
        socket.send(&[byte]);
    }
    expect_pong_event(&mut socket);
    socket.send(&frame(FINAL | TEXT, PING_EVENT).repeat(100));
    (0..100).for_each(|_| expect_pong_event(&mut socket));

    socket.send(&frame(FINAL | CLOSE, b"\x03\xe8bye"));
    assert_eq!(socket.closed(), 1000);

    for (name, broken) in [
        ("a reserved bit", frame(FINAL | 0x40 | TEXT, PING_EVENT)),
        ("a reserved opcode", frame(FINAL | 3, b"")),
        ("a reserved control opcode", frame(FINAL | 11, b"")),
        ("a fragmented ping", frame(PING, b"")),
        ("a long ping", frame(FINAL | PING, &[0; 126])),
        ("a continuation of nothing", frame(FINAL | CONTINUATION, b"x")),
        ("a message inside another", [frame(TEXT, b"{"), frame(FINAL | TEXT, b"{}")].concat()),
        ("no mask", vec![FINAL | TEXT, 2, b'{', b'}']),
        ("half a close code", frame(FINAL | CLOSE, b"\x03")),
        ("a close code nobody may send", frame(FINAL | CLOSE, b"\x03\xed")),
    ] {
        let mut socket = scene.raw();
        socket.send(&broken);
        assert_eq!(socket.closed(), 1002, "{name}");
    }
}

#[test]
fn p029_too_large_a_frame_is_refused_with_1009_and_costs_nobody_else() {
    let scene = Scene::new(&[]);
    let mut bystander = scene.connect();
    let mut announced = scene.raw();
    announced.send(&[FINAL | TEXT, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4]);
    assert_eq!(announced.closed(), 1009);
    let mut sent = scene.raw();
    let half = vec![b' '; 60_000];
    sent.send(&frame(TEXT, &half));
    sent.send(&frame(FINAL | CONTINUATION, &half));
    assert_eq!(sent.closed(), 1009);
    bystander.fence();
}

#[test]
fn p030_text_survives_unchanged_and_what_is_no_utf_8_closes_with_1007() {
    let scene = Scene::new(&["client_events=true"]);
    let (mut alice, mut bob) = (scene.connect(), scene.connect());
    alice.subscribe("private-x");
    bob.subscribe("private-x");
    let data = "zażółć 🦀 \u{0} \u{7f} \u{2028} \u{ffff} \\ \" </script> e\u{301}";
    scene.publish("private-x", "żółw", data);
    assert_eq!(alice.next(), json!({ "event": "żółw", "channel": "private-x", "data": data }));
    bob.event("żółw");
    let text =
        r#"{"event":"client-ż","channel":"private-x","data":{"k":"🦀\u0041\ud83e\udd80","n":1.50,"e":[ ]}}"#;
    alice.say_text(text);
    assert_eq!(bob.text(), text);

    for (name, broken) in [
        ("a lone byte", frame(FINAL | TEXT, b"{\"event\":\"\xff\"}")),
        ("a surrogate", frame(FINAL | TEXT, b"\xed\xa0\x80")),
        ("an overlong form", frame(FINAL | TEXT, b"\xc0\xaf")),
        ("half a character", frame(FINAL | TEXT, "ż".as_bytes().get(..1).unwrap())),
        ("over two fragments", [frame(TEXT, b"\xc5"), frame(FINAL | CONTINUATION, b"x")].concat()),
    ] {
        let mut socket = scene.raw();
        socket.send(&broken);
        assert_eq!(socket.closed(), 1007, "{name}");
    }
}
