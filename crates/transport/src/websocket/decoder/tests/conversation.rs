use bytes::Bytes;
use bytestring::ByteString;
use flate2::{Compress, Compression, FlushCompress};

use super::{super::Received, LIMITS, frame};

/// Numbers that look random and are the same for the same seed (xorshift64*).
pub(super) struct Dice(u64);

/// What a well-behaved client sends: the bytes, and what they mean.
#[derive(Default)]
pub(super) struct Conversation {
    pub(super) bytes: Vec<u8>,
    pub(super) meaning: Vec<Received>,
    /// Where frames begin.
    pub(super) frames: Vec<usize>,
}

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Less than `end`, which is not 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() >> 33) as usize % end
    }

    pub(super) fn one_in(&mut self, sides: usize) -> bool {
        self.below(sides) == 0
    }

    pub(super) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }

    /// Mostly short, sometimes at an edge of the framing, sometimes as long as may be.
    fn length(&mut self) -> usize {
        match self.below(8) {
            0 => 0,
            1 => [125, 126, 127, 255, 256][self.below(5)],
            2 => self.below(LIMITS.bytes),
            3 if self.one_in(4) => LIMITS.bytes,
            _ => self.below(60),
        }
    }

    fn text(&mut self, length: usize) -> String {
        const CHARACTERS: [char; 8] = ['a', '"', 'ü', '☺', '𐀀', '\u{10ffff}', '\0', 'z'];
        let mut text = String::new();
        while text.len() < length {
            text.push(CHARACTERS[self.below(CHARACTERS.len())]);
        }
        while text.len() > length {
            text.pop();
        }
        text
    }

    /// Cuts into pieces as a network might.
    pub(super) fn cut<'a>(&mut self, mut bytes: &'a [u8]) -> Vec<&'a [u8]> {
        let most = [1, 7, 100, usize::MAX][self.below(4)];
        let mut pieces = Vec::new();
        while !bytes.is_empty() {
            let (piece, rest) = bytes.split_at((1 + self.below(most)).min(bytes.len()));
            pieces.push(piece);
            bytes = rest;
        }
        pieces
    }
}

impl Conversation {
    pub(super) fn invent(dice: &mut Dice) -> Self {
        let mut conversation = Self::default();
        for _ in 0..1 + dice.below(5) {
            match dice.below(4) {
                0 => conversation.control(dice),
                _ => conversation.message(dice),
            }
        }
        if dice.one_in(4) {
            let code = [1000, 1003, 1007, 1014, 3000, 4999][dice.below(6)];
            let payload = [&u16::to_be_bytes(code)[..], "späte Gründe".as_bytes()].concat();
            conversation.frame(dice, 0x88, &payload);
            conversation.meaning.push(Received::Close(Some(code)));
        }
        conversation
    }

    fn frame(&mut self, dice: &mut Dice, first: u8, payload: &[u8]) {
        self.frames.push(self.bytes.len());
        self.bytes.extend(frame(first, (dice.next() as u32).to_ne_bytes(), payload));
    }

    fn control(&mut self, dice: &mut Dice) {
        let length = dice.below(126);
        let payload = dice.bytes(length);
        if dice.one_in(2) {
            self.frame(dice, 0x89, &payload);
            self.meaning.push(Received::Ping(payload.into()));
        } else {
            self.frame(dice, 0x8a, &payload);
            self.meaning.push(Received::Pong);
        }
    }

    fn message(&mut self, dice: &mut Dice) {
        let length = dice.length();
        let (opcode, meaning) = match dice.one_in(3) {
            true => (0x02, Received::Binary(dice.bytes(length).into())),
            false => (0x01, Received::Text(ByteString::from(dice.text(length)))),
        };
        let plain = match &meaning {
            Received::Text(text) => text.as_bytes().clone(),
            Received::Binary(bytes) => bytes.clone(),
            _ => Bytes::new(),
        };
        let compressed = dice.one_in(4).then(|| compress(dice, &plain));
        match compressed.filter(|compressed| compressed.len() <= LIMITS.bytes) {
            Some(compressed) => self.fragments(dice, 0x40 | opcode, &compressed),
            None => self.fragments(dice, opcode, &plain),
        }
        self.meaning.push(meaning);
    }

    fn fragments(&mut self, dice: &mut Dice, mut first: u8, mut payload: &[u8]) {
        for _ in 0..if dice.one_in(2) { dice.below(LIMITS.fragments) } else { 0 } {
            let (fragment, rest) = payload.split_at(dice.below(payload.len() + 1));
            self.frame(dice, first, fragment);
            (first, payload) = (0, rest);
            if dice.one_in(4) {
                self.control(dice);
            }
        }
        self.frame(dice, 0x80 | first, payload);
    }
}

/// Compresses as a client may: any level, any window, in one block or many, some of them final (RFC 7692,
/// section 7.2.3).
pub(super) fn compress(dice: &mut Dice, message: &[u8]) -> Vec<u8> {
    let mut plain = message;
    let level = Compression::new(dice.below(10) as u32);
    let mut compress = Compress::new_with_window_bits(level, false, 9 + dice.below(7) as u8);
    let mut compressed = Vec::with_capacity(plain.len() * 2 + 1000);
    while dice.one_in(2) {
        let (block, rest) = plain.split_at(dice.below(plain.len() + 1));
        if dice.one_in(2) {
            compress.compress_vec(block, &mut compressed, FlushCompress::Sync).unwrap();
        } else {
            compress.compress_vec(block, &mut compressed, FlushCompress::Finish).unwrap();
            compress.reset();
            // What is before a final block can still be referred to.
            let before = &message[..message.len() - rest.len()];
            if !before.is_empty() {
                compress.set_dictionary(before).unwrap();
            }
        }
        plain = rest;
    }
    if dice.one_in(4) {
        compress.compress_vec(plain, &mut compressed, FlushCompress::Finish).unwrap();
        compressed.push(0);
    } else {
        compress.compress_vec(plain, &mut compressed, FlushCompress::Full).unwrap();
        compressed.truncate(compressed.len() - 4);
    }
    compressed
}
