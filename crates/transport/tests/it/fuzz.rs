//! Clients that send anything to a live server. What the decoder alone makes of it is asked where it is.

use std::{
    io::{Read, Write},
    net::Shutdown,
};

use crate::harness::{Client, TestServer, masked, one_app};

const USUAL: u64 = 1_000;
const THOROUGH: u64 = 50_000;

#[test]
fn no_client_can_hang_or_break_the_server() {
    attack(USUAL);
}

#[test]
#[ignore = "takes minutes"]
fn no_client_can_hang_or_break_the_server_fifty_thousand_times() {
    attack(THOROUGH);
}

fn attack(rounds: u64) {
    let app = one_app();
    let settings = campanile_protocol::AppSettings { compression: true, ..app.settings };
    let server = TestServer::of(&campanile_protocol::App { settings, ..app });
    let mut witness = server.connect();
    for seed in 0..rounds {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let path = if dice.below(2) == 0 { "/echo-ws" } else { "/app/key" };
        let offer = if dice.below(2) == 0 { "Sec-WebSocket-Extensions: permessage-deflate\r\n" } else { "" };
        let mut client = Client::open_with(server.address, path, offer);
        assert!(client.status().contains("101"));
        let bytes = dice.frames();
        // The server may close before it has read everything.
        let _ = client.socket.write_all(&bytes);
        let _ = client.socket.shutdown(Shutdown::Write);
        let code = last_words(client);
        let is_defined = matches!(code, None | Some(1000..=1003 | 1007..=1014 | 3000..=4999));
        assert!(is_defined, "seed {seed}: {code:?}");
        if seed % 100 == 0 {
            witness.fence();
        }
    }
    drop(witness);
    server.until_open_sockets(0);
}

/// Reads to the end, which comes although the client says no more; the code of the close frame, if the end
/// was said. A connection that the server closes with bytes unread is reset, which is an end too.
fn last_words(mut client: Client) -> Option<u16> {
    let mut rest = client.unread();
    if let Err(error) = client.socket.read_to_end(&mut rest) {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "it hangs");
        return None;
    }
    let mut rest = &rest[..];
    let mut code = None;
    while let [first, short, ..] = *rest {
        assert_eq!(code, None, "nothing follows a close frame");
        let (head, length) = match short {
            126 => (4, usize::from(u16::from_be_bytes([rest[2], rest[3]]))),
            127 => (10, u64::from_be_bytes(*rest[2..].first_chunk().unwrap()) as usize),
            short => (2, usize::from(short)),
        };
        if first == 0x88 && length > 0 {
            code = Some(u16::from_be_bytes([rest[head], rest[head + 1]]));
        }
        rest = &rest[head + length..];
    }
    assert!(rest.is_empty(), "the server writes whole frames");
    code
}

/// Numbers that look random and are the same for the same seed (xorshift64*).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() >> 33) as usize % end
    }

    /// Some frames, most of them right, and some bytes of them wrong.
    fn frames(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..1 + self.below(6) {
            let first = match self.below(10) {
                0 => self.next() as u8,
                other => [0x81, 0x81, 0x82, 0x01, 0x80, 0x00, 0x89, 0x8a, 0xc1][other - 1],
            };
            let length = match self.below(10) {
                0 => self.below(70_000),
                _ => self.below(140),
            };
            let payload: Vec<u8> = match self.below(3) {
                0 => (0..length).map(|_| self.next() as u8).collect(),
                _ => br#"{"event":"pusher:subscribe","data":{"channel":"x"}}"#.repeat(1 + length / 51),
            };
            bytes.extend(masked(first, &payload));
        }
        for _ in 0..self.below(3) {
            let place = self.below(bytes.len().min(300));
            bytes[place] ^= 1 << self.below(8);
        }
        bytes
    }
}
