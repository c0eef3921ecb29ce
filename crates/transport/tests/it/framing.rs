use std::io::Write;

use crate::harness::TestServer;

#[test]
fn a_ping_frame_is_answered_with_its_payload() {
    let server = TestServer::start();
    let mut client = server.connect();
    client.send(0x89, b"are you there?");
    assert_eq!(client.frame(), (0x8a, b"are you there?".to_vec()));
    client.send(0x8a, b"");
    client.fence();
}

#[test]
fn fragments_are_joined_even_around_control_frames() {
    let server = TestServer::start();
    let mut client = server.connect();
    client.send(0x01, br#"{"event":"#);
    client.send(0x89, b"!");
    client.send(0x00, br#""pusher"#);
    client.send(0x80, br#":ping"}"#);
    assert_eq!(client.frame(), (0x8a, b"!".to_vec()));
    assert!(client.text().contains("pusher:pong"));
}

#[test]
fn a_character_split_between_fragments_survives() {
    let server = TestServer::start();
    let mut client = server.connect();
    let text = r#"{"event":"pusher:ü"}"#.as_bytes();
    client.send(0x01, &text[..18]);
    client.send(0x80, &text[18..]);
    assert!(client.text().contains("pusher:ü"));
}

#[test]
fn each_breach_of_the_framing_has_its_close_code() {
    let server = TestServer::start();
    for (name, first, payload, code) in [
        ("invalid UTF-8", 0x81, &b"\xff"[..], 1007),
        ("binary", 0x82, b"x", 1003),
        ("fragmented binary", 0x02, b"x", 1003),
        ("reserved bits", 0xf1, b"x", 1002),
        ("reserved opcode", 0x83, b"x", 1002),
        ("stray continuation", 0x80, b"x", 1002),
        ("fragmented ping", 0x09, b"x", 1002),
        ("long ping", 0x89, &[0; 126], 1002),
    ] {
        let mut client = server.connect();
        client.send(first, payload);
        assert_eq!(client.closed(), code, "{name}");
    }
    let mut unmasked = server.connect();
    unmasked.socket.write_all(b"\x81\x01x").unwrap();
    assert_eq!(unmasked.closed(), 1002);
}

#[test]
fn too_much_is_refused_before_it_arrives() {
    let server = TestServer::start();
    for announced in [100 * 1024 + 1, 1 << 40, u64::MAX >> 1] {
        let mut client = server.connect();
        let mut header = vec![0x81, 0x80 | 127];
        header.extend_from_slice(&announced.to_be_bytes());
        client.socket.write_all(&header).unwrap();
        assert_eq!(client.closed(), 1009, "{announced}");
    }
    let mut impossible = server.connect();
    impossible.socket.write_all(&[&[0x81, 0xff][..], &u64::MAX.to_be_bytes()].concat()).unwrap();
    assert_eq!(impossible.closed(), 1002);
    let mut many = server.connect();
    many.send(0x01, &[b' '; 60 * 1024]);
    many.send(0x00, &[b' '; 60 * 1024]);
    assert_eq!(many.closed(), 1009);
}

#[test]
fn endless_empty_fragments_are_refused() {
    let server = TestServer::start();
    let mut client = server.connect();
    client.send(0x01, b"");
    // The server may close before all of them are written.
    let flood: Vec<u8> = (0..5000).flat_map(|_| crate::harness::masked(0x00, b"")).collect();
    let _ = client.socket.write_all(&flood);
    assert_eq!(client.frame().1[..2], 1009_u16.to_be_bytes());
}

#[test]
fn a_close_is_answered_with_its_code_and_the_socket_closed() {
    let server = TestServer::start();
    let mut client = server.connect();
    client.send(0x88, &1000_u16.to_be_bytes());
    assert_eq!(client.closed(), 1000);
}

#[test]
fn a_message_before_a_bad_frame_is_still_answered() {
    let server = TestServer::start();
    let mut client = server.connect();
    let mut both = crate::harness::masked(0x81, br#"{"event":"pusher:ping"}"#);
    both.extend(crate::harness::masked(0x82, b"x"));
    client.socket.write_all(&both).unwrap();
    assert!(client.text().contains("pusher:pong"));
    assert_eq!(client.closed(), 1003);
}
