//! The rules of the protocol against the echo, in the order of the usual suites: framing, pings, reserved
//! bits, opcodes, fragments, UTF-8, closing, limits.

use std::io::Write;

use crate::harness::{Client, TestServer, masked};

/// What a client must read: first byte and payload.
type Reply<'a> = (u8, &'a [u8]);

fn open(server: &TestServer) -> Client {
    let mut client = server.open("/echo-ws");
    assert_eq!(client.status(), "HTTP/1.1 101 Switching Protocols");
    client.socket.set_nodelay(true).unwrap();
    client
}

fn joined(frames: &[(u8, &[u8])]) -> Vec<u8> {
    frames.iter().flat_map(|(first, payload)| masked(*first, payload)).collect()
}

/// Sends the bytes at once and in pieces, expects these replies and no others, and an orderly end: the one
/// with this code, or the client's own.
fn expect(server: &TestServer, name: &str, bytes: &[u8], replies: &[Reply<'_>], end: Option<u16>) {
    for piece in [usize::MAX, 97, 1] {
        if bytes.len() / piece > 5000 {
            continue;
        }
        let mut client = open(server);
        for piece in bytes.chunks(piece) {
            // The server may have closed already.
            let _ = client.socket.write_all(piece);
        }
        for (index, (first, payload)) in replies.iter().enumerate() {
            let reply = client.frame();
            assert!(reply.0 == *first && reply.1 == *payload, "{name}, reply {index}: {:x}", reply.0);
        }
        if end.is_none() {
            client.send(0x88, &1000_u16.to_be_bytes());
        }
        let code = u16::from_be_bytes(*client.frame().1.first_chunk().expect("a close frame with a code"));
        assert_eq!(code, end.unwrap_or(1000), "{name}");
    }
}

#[test]
fn there_is_no_echo_unless_it_was_asked_for() {
    let server = TestServer::start();
    let mut client = server.open("/echo-ws/more");
    assert!(client.status().contains("404"));
}

#[test]
fn messages_of_every_length_come_back() {
    let server = TestServer::start();
    for length in [0, 1, 125, 126, 127, 128, 65_535, 65_536, 200_000] {
        let payload = vec![b'*'; length];
        for first in [0x81, 0x82] {
            let name = format!("{first:x} {length}");
            expect(&server, &name, &masked(first, &payload), &[(first, &payload)], None);
        }
    }
}

#[test]
fn pings_are_answered_and_pongs_are_not() {
    let server = TestServer::start();
    let long = [0xfe; 125];
    for (name, frames, replies) in [
        ("empty", &[(0x89, &b""[..])][..], &[(0x8a, &b""[..])][..]),
        ("text", &[(0x89, b"Hello")], &[(0x8a, b"Hello")]),
        ("bytes", &[(0x89, b"\x00\xff\xfe")], &[(0x8a, b"\x00\xff\xfe")]),
        ("125 bytes", &[(0x89, &long)], &[(0x8a, &long)]),
        ("a pong", &[(0x8a, b"x")], &[]),
        ("a pong, then a ping", &[(0x8a, b"x"), (0x89, b"y")], &[(0x8a, b"y")]),
        (
            "pings in a row",
            &[(0x89, b"1"), (0x89, b"2"), (0x89, b"3")],
            &[(0x8a, b"1"), (0x8a, b"2"), (0x8a, b"3")],
        ),
    ] {
        expect(&server, name, &joined(frames), replies, None);
    }
}

#[test]
fn what_the_framing_forbids_ends_with_1002_and_not_before() {
    let server = TestServer::start();
    let whole = (0x81, &b"Hello"[..]);
    for (name, frames) in [
        ("RSV1", vec![(0xc1, &b"x"[..])]),
        ("RSV2", vec![(0xa1, b"x")]),
        ("RSV3", vec![(0x91, b"x")]),
        ("RSV of a ping", vec![(0xf9, b"x")]),
        ("RSV of a close", vec![(0xd8, b"")]),
        ("opcode 3", vec![(0x83, b"")]),
        ("opcode 7", vec![(0x87, b"x")]),
        ("opcode 11", vec![(0x8b, b"")]),
        ("opcode 15", vec![(0x8f, b"x")]),
        ("a long ping", vec![(0x89, &[0; 126])]),
        ("a long close", vec![(0x88, &[3; 126])]),
        ("a ping in fragments", vec![(0x09, b"a"), (0x80, b"b")]),
        ("a pong in fragments", vec![(0x0a, b"a"), (0x80, b"b")]),
        ("a continuation of nothing", vec![(0x80, b"x")]),
        ("a first continuation of nothing", vec![(0x00, b"x"), (0x80, b"y")]),
        ("a text in a text", vec![(0x01, b"a"), (0x81, b"b")]),
        ("a binary in a text", vec![(0x01, b"a"), (0x02, b"b")]),
        ("a continuation after the end", vec![(0x01, b"a"), (0x80, b"b"), (0x80, b"c")]),
        ("a close frame of one byte", vec![(0x88, b"\x03")]),
    ] {
        let mut replies = vec![whole];
        if name == "a continuation after the end" {
            replies.push((0x81, b"ab"));
        }
        let frames = joined(&[&[whole], &frames[..]].concat());
        expect(&server, name, &frames, &replies, Some(1002));
    }
    expect(&server, "no mask", b"\x81\x01x", &[], Some(1002));
}

#[test]
fn fragments_are_joined_with_control_frames_between_them() {
    let server = TestServer::start();
    for (name, frames, replies) in [
        ("two", &[(0x01, &b"a"[..]), (0x80, b"b")][..], &[(0x81, &b"ab"[..])][..]),
        ("binary", &[(0x02, b"\xff"), (0x00, b"\xfe"), (0x80, b"")], &[(0x82, b"\xff\xfe")]),
        ("empty ones", &[(0x01, b""), (0x00, b""), (0x80, b"")], &[(0x81, b"")]),
        ("an empty one in the middle", &[(0x01, b"a"), (0x00, b""), (0x80, b"b")], &[(0x81, b"ab")]),
        ("a ping between", &[(0x01, b"a"), (0x89, b"p"), (0x80, b"b")], &[(0x8a, b"p"), (0x81, b"ab")]),
        ("a character cut", &[(0x01, b"\xe2\x98"), (0x80, b"\xba")], &[(0x81, b"\xe2\x98\xba")]),
        (
            "two messages",
            &[(0x01, b"a"), (0x80, b"b"), (0x02, b"c"), (0x80, b"d")],
            &[(0x81, b"ab"), (0x82, b"cd")],
        ),
    ] {
        expect(&server, name, &joined(frames), replies, None);
    }
}

#[test]
fn every_valid_text_comes_back_and_no_other() {
    let server = TestServer::start();
    for text in [
        "κόσμε",
        "\0",
        "\u{7f}\u{80}\u{7ff}\u{800}\u{ffff}",
        "\u{10000}\u{10ffff}",
        "\u{fffe}\u{d7ff}\u{e000}",
        "☺𐀀",
    ] {
        expect(&server, text, &masked(0x81, text.as_bytes()), &[(0x81, text.as_bytes())], None);
    }
    for wrong in [
        &b"\x80"[..],
        b"\xbf",
        b"\xc0\xaf",
        b"\xc1\xbf",
        b"\xc3\x28",
        b"\xc3",
        b"\xe0\x80\xaf",
        b"\xe0\x9f\xbf",
        b"\xed\xa0\x80",
        b"\xed\xbf\xbf",
        b"\xe2\x98",
        b"\xf0\x80\x80\xaf",
        b"\xf0\x8f\xbf\xbf",
        b"\xf4\x90\x80\x80",
        b"\xf5\x80\x80\x80",
        b"\xf8\x88\x80\x80\x80",
        b"\xfe",
        b"\xff",
    ] {
        let text = [&b"before "[..], wrong].concat();
        expect(&server, &format!("{wrong:x?}"), &masked(0x81, &text), &[], Some(1007));
        let cut = joined(&[(0x01, b"before "), (0x80, wrong)]);
        expect(&server, &format!("{wrong:x?} in a fragment"), &cut, &[], Some(1007));
    }
}

#[test]
fn a_wrong_byte_of_text_ends_it_before_the_rest_arrives() {
    let server = TestServer::start();
    let wrong = "κόσμε".bytes().chain([0xf4, 0x90]).collect::<Vec<_>>();
    expect(&server, "fragment", &masked(0x01, &wrong), &[], Some(1007));
    let frame = masked(0x81, &[&wrong[..], &[b'x'; 50]].concat());
    expect(&server, "piece of a frame", &frame[..6 + wrong.len()], &[], Some(1007));
}

#[test]
fn a_close_frame_is_answered_with_its_code() {
    let server = TestServer::start();
    for code in
        [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]
    {
        let payload = [&u16::to_be_bytes(code)[..], "Grund ☺".as_bytes()].concat();
        expect(&server, &format!("{code}"), &masked(0x88, &payload), &[], Some(code));
    }
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
        expect(&server, &format!("{code}"), &masked(0x88, &u16::to_be_bytes(code)), &[], Some(1002));
    }
    let reason = |reason: &[u8]| masked(0x88, &[&[0x03, 0xe8], reason].concat());
    expect(&server, "the longest reason", &reason(&[b'x'; 123]), &[], Some(1000));
    expect(&server, "a reason that is no text", &reason(b"\xce\xba\xff"), &[], Some(1007));
    let after = joined(&[(0x81, b"a"), (0x88, b"\x03\xe8"), (0x81, b"b"), (0x89, b"c")]);
    expect(&server, "what follows a close frame", &after, &[(0x81, b"a")], Some(1000));
}

#[test]
fn a_close_frame_without_a_code_is_answered_without_one_and_the_socket_closed() {
    let server = TestServer::start();
    let mut client = open(&server);
    client.send(0x88, b"");
    assert_eq!(client.frame(), (0x88, vec![]));
    assert_eq!(std::io::Read::read(&mut client.socket, &mut [0]).unwrap(), 0);
    drop(client);
    server.until_open_sockets(0);
}

#[test]
fn large_messages_come_back_in_any_number_of_fragments() {
    let server = TestServer::start();
    let payload = vec![b'*'; 16 << 20];
    let mut client = open(&server);
    for first in [0x81, 0x82] {
        client.send(first, &payload);
        let reply = client.frame();
        assert!(reply == (first, payload.clone()), "{first:x}");
    }
    for size in [64, 4096, 1 << 20] {
        let message = &payload[..4 << 20];
        let mut fragments: Vec<_> = message.chunks(size).map(|fragment| masked(0x00, fragment)).collect();
        fragments[0][0] = 0x01;
        fragments.last_mut().unwrap()[0] |= 0x80;
        client.socket.write_all(&fragments.concat()).unwrap();
        assert!(client.frame() == (0x81, message.to_vec()), "{size}");
    }
    client.socket.write_all(&[0x82, 0xff, 0, 0, 0, 0, 2, 0, 0, 0]).unwrap();
    assert_eq!(client.closed(), 1009);
}

#[test]
fn a_peer_that_writes_before_it_reads_loses_nothing() {
    let server = TestServer::start();
    let mut client = open(&server);
    let mut writer = client.socket.try_clone().unwrap();
    let messages: Vec<_> = (0..100_u8).map(|index| vec![index; 100_000]).collect();
    let sent: Vec<u8> = messages.iter().flat_map(|message| masked(0x82, message)).collect();
    std::thread::scope(|scope| {
        scope.spawn(move || writer.write_all(&sent).unwrap());
        for message in &messages {
            assert!(client.frame() == (0x82, message.clone()));
        }
    });
}
