use std::io::Write;

use campanile_protocol::{App, AppSettings};
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};

use crate::harness::{Client, TestServer, masked, one_app};

pub(crate) const OFFER: &str = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
const AGREED: &str =
    "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover";

fn compressing_app() -> App {
    let app = one_app();
    App { settings: AppSettings { compression: true, ..app.settings }, ..app }
}

fn open(server: &TestServer, path: &str, offer: &str) -> (Client, String) {
    let mut client = Client::open_with(server.address, path, offer);
    let head = client.head();
    let extensions = head.lines().find(|line| line.starts_with("Sec-WebSocket-Extensions"));
    (client, extensions.unwrap_or_default().to_owned())
}

/// A connection to the app, after its welcome.
fn connect(server: &TestServer, offer: &str) -> (Client, bool) {
    let (mut client, extensions) = open(server, "/app/key?protocol=7", offer);
    assert!(client.text().contains("connection_established"));
    (client, !extensions.is_empty())
}

fn deflate(message: &[u8]) -> Vec<u8> {
    let mut compress = Compress::new(Compression::default(), false);
    let mut compressed = Vec::with_capacity(message.len() + 100);
    compress.compress_vec(message, &mut compressed, FlushCompress::Sync).unwrap();
    compressed.truncate(compressed.len() - 4);
    compressed
}

/// Inflates in small steps, so that only what lies in the window can be referred to.
fn inflate(compressed: &[u8], window_bits: u8) -> Vec<u8> {
    let mut compressed = &[compressed, &[0, 0, 0xff, 0xff]].concat()[..];
    let mut inflate = Decompress::new_with_window_bits(false, window_bits);
    let mut message = Vec::new();
    loop {
        let (before, mut step) = (inflate.total_in(), Vec::with_capacity(64));
        inflate.decompress_vec(compressed, &mut step, FlushDecompress::None).expect("within the window");
        compressed = &compressed[(inflate.total_in() - before) as usize..];
        if step.is_empty() && compressed.is_empty() {
            return message;
        }
        message.extend(step);
    }
}

#[test]
fn an_event_reaches_each_subscriber_in_the_form_it_agreed_to() {
    let server = TestServer::of(&compressing_app());
    let ((mut modern, agreed), (mut plain, declined)) = (connect(&server, OFFER), connect(&server, ""));
    assert!(agreed && !declined);
    modern.subscribe("news");
    plain.subscribe("news");
    let data = "the bells of the town ".repeat(20);
    server.publish("news", &data);
    let text = plain.text();
    assert!(text.contains(&data));
    let (first, compressed) = modern.frame();
    assert_eq!(first, 0xc1);
    assert!(compressed.len() < text.len() / 3, "{} of {}", compressed.len(), text.len());
    assert_eq!(inflate(&compressed, 15), text.as_bytes());
    // What is short, or random, stays as it is.
    server.publish("news", "x");
    assert_eq!(modern.text(), plain.text());
    modern.fence();
}

#[test]
fn events_that_are_joined_keep_their_forms_and_order() {
    let server = TestServer::of(&compressing_app());
    let ((mut modern, _), (mut plain, _)) = (connect(&server, OFFER), connect(&server, ""));
    modern.subscribe("news");
    plain.subscribe("news");
    for index in 0..50 {
        server.publish("news", &format!("{index}{}", "x".repeat(index * 20)));
    }
    let mut forms = [0, 0];
    for _ in 0..50 {
        let (first, payload) = modern.frame();
        let is_compressed = first == 0xc1;
        let text = if is_compressed { inflate(&payload, 15) } else { payload };
        assert_eq!(String::from_utf8(text).unwrap(), plain.text());
        forms[usize::from(is_compressed)] += 1;
    }
    assert!(forms[0] > 0 && forms[1] > 0, "{forms:?}");
}

#[test]
fn a_client_may_compress_what_it_sends_or_not() {
    let server = TestServer::of(&compressing_app());
    let (mut client, _) = connect(&server, OFFER);
    client.fence();
    client.send(0xc1, &deflate(br#"{"event":"pusher:ping"}"#));
    assert!(client.text().contains("pusher:pong"));
    client.send(0xc1, b"\xff\xff\xff");
    assert_eq!(client.closed(), 1007);
}

#[test]
fn a_small_message_that_becomes_a_large_one_is_refused() {
    let server = TestServer::of(&compressing_app());
    let (mut client, _) = connect(&server, OFFER);
    client.send(0xc1, &deflate(&vec![b' '; 50 << 20]));
    assert_eq!(client.closed(), 1009);
}

#[test]
fn nothing_is_compressed_where_the_app_does_not_want_it_or_windows_differ() {
    let (off, on) = (TestServer::start(), TestServer::of(&compressing_app()));
    let small = "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=14\r\n";
    for (server, offer) in [(&off, OFFER), (&on, small), (&on, ""), (&on, "Sec-WebSocket-Extensions: x\r\n")]
    {
        let (mut client, agreed) = connect(server, offer);
        assert!(!agreed, "{offer}");
        client.subscribe("news");
        server.publish("news", &"x".repeat(1000));
        assert!(client.text().contains("posted"));
        client.send(0xc1, &deflate(br#"{"event":"pusher:ping"}"#));
        assert_eq!(client.closed(), 1002);
    }
    let (_, agreed) = connect(&on, &small.replace("14", "15"));
    assert!(agreed);
}

#[test]
fn the_echo_keeps_to_every_window_and_inflates_from_any() {
    let server = TestServer::start();
    let mut dice = 1_u32;
    let block: Vec<u8> = std::iter::repeat_with(|| {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b"abcdefghijklmnop"[(dice >> 28) as usize]
    })
    .take(700)
    .collect();
    for bits in 9..=15 {
        let offer =
            format!("Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits={bits}\r\n");
        let (mut client, extensions) = open(&server, "/echo-ws", &offer);
        assert_eq!(extensions, format!("{AGREED}; server_max_window_bits={bits}"));
        for length in [16, 64, 256, 1024, 4096, 8192, 65_536, 131_072] {
            // It repeats itself at a distance that only larger windows reach.
            let message: Vec<u8> = block.iter().copied().cycle().take(length).collect();
            for (first, sent) in [(0xc1, deflate(&message)), (0x81, message.clone())] {
                client.send(first, &sent);
                let (first, reply) = client.frame();
                assert!(first == 0xc1 || length < 256, "{bits} {length}");
                let reply = if first == 0xc1 { inflate(&reply, bits) } else { reply };
                assert!(reply == message, "{bits} {length}");
            }
        }
    }
}

#[test]
fn a_compressed_message_may_come_in_fragments_around_a_ping() {
    let server = TestServer::start();
    let (mut client, extensions) = open(&server, "/echo-ws", OFFER);
    assert_eq!(extensions, AGREED);
    let message = "ding dong ".repeat(50);
    let compressed = deflate(message.as_bytes());
    let (start, rest) = compressed.split_at(compressed.len() / 2);
    let frames = [masked(0x41, start), masked(0x89, b"!"), masked(0x00, b""), masked(0x80, rest)];
    client.socket.write_all(&frames.concat()).unwrap();
    assert_eq!(client.frame(), (0x8a, b"!".to_vec()));
    let (first, reply) = client.frame();
    assert_eq!((first, inflate(&reply, 15)), (0xc1, message.into_bytes()));
    client.send(0xc1, &[0]);
    assert_eq!(client.frame(), (0x81, vec![]));
    client.send(0x41, start);
    client.send(0xc0, rest);
    assert_eq!(client.closed(), 1002);
}
