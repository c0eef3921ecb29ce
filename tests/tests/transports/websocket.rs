//! Items 65 to 77: SockJS over a WebSocket, and the bare one beside it.

use std::{
    net::TcpStream,
    time::{Duration, Instant},
};

use tungstenite::{Error, Message, WebSocket, protocol::Role};

use crate::{
    exchange::{Answer, Ask},
    expect::expect_method_not_allowed,
    session::{Session, new_name},
    stage::Stage,
    tests,
};

tests![
    without_an_upgrade_it_is_a_bad_request,
    an_upgrade_that_closes_is_a_bad_request,
    post_is_no_method_for_it,
    the_handshake_is_that_of_version_13,
    it_opens_and_echoes_lists,
    nothing_and_an_empty_list_are_ignored,
    the_close_service_says_goodbye_and_closes,
    one_name_may_be_alive_twice,
    broken_json_ends_it,
    headers_as_browsers_write_them_are_accepted,
    the_bare_one_echoes_without_frames,
    the_bare_one_closes_with_the_reason,
    a_peer_that_does_not_answer_a_ping_is_gone,
    binary_messages_end_it,
    a_service_without_it_has_no_such_path,
];

const UPGRADE: &str = "Upgrade: websocket\r\nConnection: Upgrade";
const HANDSHAKE: &str = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

type Socket = WebSocket<TcpStream>;

fn upgrade(stage: &Stage, target: &str, upgrade: &str) -> Answer {
    stage.send(&Ask::get(target).with(upgrade).with(HANDSHAKE))
}

fn connect(stage: &Stage, target: &str) -> Socket {
    let answer = upgrade(stage, target, UPGRADE);
    assert_eq!(answer.status, 101, "{}", answer.head);
    let (stream, early) = answer.connection.into_stream();
    WebSocket::from_partially_read(stream, early, Role::Client, None)
}

/// Connected with SockJS frames, and told so.
fn open(stage: &Stage, service: &str, name: &str) -> Socket {
    let mut socket = connect(stage, &format!("{service}/000/{name}/websocket"));
    assert_eq!(text(&mut socket), "o");
    socket
}

fn text(socket: &mut Socket) -> String {
    match socket.read().unwrap() {
        Message::Text(text) => text.as_str().to_owned(),
        other => panic!("{other:?}"),
    }
}

fn say(socket: &mut Socket, text: &str) {
    socket.send(Message::text(text)).unwrap();
}

/// The code of a close frame, if the connection does not simply end.
fn closed(socket: &mut Socket) -> Option<u16> {
    loop {
        match socket.read() {
            Ok(Message::Close(frame)) => return frame.map(|frame| frame.code.into()),
            Ok(Message::Text(text)) => assert!(text.starts_with('c') || text.as_str() == "h", "{text}"),
            Ok(Message::Ping(_)) => {}
            Ok(other) => panic!("{other:?}"),
            Err(Error::ConnectionClosed | Error::AlreadyClosed | Error::Protocol(_)) => return None,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Item 65.
fn without_an_upgrade_it_is_a_bad_request(stage: &Stage) {
    let session = Session::of_echo(stage);
    for target in [session.url("websocket"), "/echo/websocket".to_owned()] {
        let mut answer = stage.get(&target);
        assert_eq!(answer.status, 400, "{target}");
        assert!(answer.text().to_lowercase().contains("websocket"));
    }
}

/// Item 66.
fn an_upgrade_that_closes_is_a_bad_request(stage: &Stage) {
    let session = Session::of_echo(stage);
    for target in [session.url("websocket"), "/echo/websocket".to_owned()] {
        let answer = upgrade(stage, &target, "Upgrade: WebSocket\r\nConnection: close");
        assert_eq!(answer.status, 400, "{}", answer.head);
    }
}

/// Item 67.
fn post_is_no_method_for_it(stage: &Stage) {
    let session = Session::of_echo(stage);
    for target in [session.url("websocket"), "/echo/websocket".to_owned()] {
        expect_method_not_allowed(&stage.post(&target, ""), "GET");
        let ask = Ask::post(&target, "").with("Upgrade: WebSocket\r\nConnection: Upgrade").with(HANDSHAKE);
        expect_method_not_allowed(&stage.send(&ask), "GET");
    }
}

/// Item 68.
fn the_handshake_is_that_of_version_13(stage: &Stage) {
    for target in [Session::of_echo(stage).url("websocket"), "/echo/websocket".to_owned()] {
        let answer = upgrade(stage, &target, UPGRADE);
        assert_eq!(answer.status, 101, "{}", answer.head);
        assert_eq!(answer.header("sec-websocket-accept"), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        assert_eq!(answer.header("connection").map(str::to_lowercase).as_deref(), Some("upgrade"));
        assert_eq!(answer.header("upgrade").map(str::to_lowercase).as_deref(), Some("websocket"));
        assert_eq!(answer.header("content-length"), None);
        assert_eq!(answer.header("transfer-encoding"), None);
    }
}

/// Item 69.
fn it_opens_and_echoes_lists(stage: &Stage) {
    let mut socket = open(stage, "/echo", &new_name());
    say(&mut socket, "[\"a\"]");
    assert_eq!(text(&mut socket), "a[\"a\"]");
    say(&mut socket, "\"a\u{2028}\"");
    assert_eq!(text(&mut socket), "a[\"a\\u2028\"]");
    say(&mut socket, "[\"b\",\"c\"]");
    assert_eq!([text(&mut socket), text(&mut socket)], ["a[\"b\"]", "a[\"c\"]"]);
}

/// Item 70.
fn nothing_and_an_empty_list_are_ignored(stage: &Stage) {
    let mut socket = open(stage, "/echo", &new_name());
    say(&mut socket, "");
    say(&mut socket, "[]");
    say(&mut socket, "[\"a\"]");
    assert_eq!(text(&mut socket), "a[\"a\"]");
}

/// Item 71.
fn the_close_service_says_goodbye_and_closes(stage: &Stage) {
    let mut socket = open(stage, "/close", &new_name());
    assert_eq!(text(&mut socket), "c[3000,\"Go away!\"]");
    assert_eq!(closed(&mut socket), Some(3000));
}

/// Item 72.
fn one_name_may_be_alive_twice(stage: &Stage) {
    let name = new_name();
    let (mut one, mut two) = (open(stage, "/echo", &name), open(stage, "/echo", &name));
    for (socket, letter) in [(&mut one, "1"), (&mut two, "2")] {
        say(socket, &format!("[\"{letter}\"]"));
        assert_eq!(text(socket), format!("a[\"{letter}\"]"));
    }
    drop((one, two));
    let mut again = open(stage, "/echo", &name);
    say(&mut again, "[\"3\"]");
    assert_eq!(text(&mut again), "a[\"3\"]");
}

/// Item 73.
fn broken_json_ends_it(stage: &Stage) {
    for broken in ["[\"a", "x", "{}", "[1]"] {
        let mut socket = open(stage, "/echo", &new_name());
        say(&mut socket, broken);
        assert!([Some(3000), None].contains(&closed(&mut socket)), "{broken}");
    }
}

/// Item 74.
fn headers_as_browsers_write_them_are_accepted(stage: &Stage) {
    for headers in [
        "Upgrade: WebSocket\r\nConnection: keep-alive, Upgrade",
        "Upgrade: websocket\r\nConnection: Keep-Alive, upgrade",
        "Upgrade: WEBSOCKET\r\nConnection: upgrade",
    ] {
        let answer = upgrade(stage, &Session::of_echo(stage).url("websocket"), headers);
        assert_eq!(answer.status, 101, "{headers}");
    }
}

/// Item 75.
fn the_bare_one_echoes_without_frames(stage: &Stage) {
    let mut socket = connect(stage, "/echo/websocket");
    for message in ["Hello world!\u{ffff}", "[\"a\"]", "\"a", "\u{200c}"] {
        say(&mut socket, message);
        assert_eq!(text(&mut socket), message);
    }
}

/// Item 76.
fn the_bare_one_closes_with_the_reason(stage: &Stage) {
    let mut socket = connect(stage, "/close/websocket");
    let Message::Close(Some(frame)) = socket.read().unwrap() else { panic!("a close frame must come") };
    assert_eq!((u16::from(frame.code), frame.reason.as_str()), (3000, "Go away!"));
}

/// Item 77: a client that says nothing at all, not even pong, has 10 s after the heartbeat.
fn a_peer_that_does_not_answer_a_ping_is_gone(stage: &Stage) {
    let begun = Instant::now();
    let mut socket = open(stage, "/echo", &new_name());
    // Pongs of the library cannot leave.
    socket.get_mut().set_nonblocking(false).unwrap();
    let mut stream = socket.get_ref().try_clone().unwrap();
    let mut heard = Vec::new();
    std::io::Read::read_to_end(&mut stream, &mut heard).unwrap();
    let told = String::from_utf8_lossy(&heard);
    assert!(heard.starts_with(&[0x89]), "a ping: {told:?}");
    assert!(told.contains("c[3000,\"No response from heartbeat\"]"), "{told:?}");
    assert!(begun.elapsed() > Duration::from_secs(34), "{:?}", begun.elapsed());
}

/// Section 13.
fn binary_messages_end_it(stage: &Stage) {
    let mut socket = open(stage, "/echo", &new_name());
    socket.send(Message::binary(b"[\"a\"]".to_vec())).unwrap();
    assert_eq!(closed(&mut socket), Some(1003));
    let mut bare = connect(stage, "/echo/websocket");
    bare.send(Message::binary(b"a".to_vec())).unwrap();
    assert_eq!(closed(&mut bare), Some(1003));
}

/// Section 2.
fn a_service_without_it_has_no_such_path(stage: &Stage) {
    let session = Session::new(stage, "/disabled_websocket_echo");
    for target in [session.url("websocket"), "/disabled_websocket_echo/websocket".to_owned()] {
        for answer in [stage.get(&target), upgrade(stage, &target, UPGRADE)] {
            assert_eq!((answer.status, answer.header("expires")), (404, None), "{}", answer.head);
        }
    }
}
