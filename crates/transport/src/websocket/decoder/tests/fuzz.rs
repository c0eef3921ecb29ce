use std::collections::BTreeSet;

use allocation_counter::measure;

use super::{
    super::*,
    LIMITS,
    conversation::{Conversation, Dice},
    decode_all, frame,
};

const USUAL: u64 = 50_000;
const THOROUGH: u64 = 1_000_000;

#[test]
fn what_is_sent_rightly_is_understood_however_it_arrives() {
    understand(USUAL / 5);
}

#[test]
#[ignore = "takes minutes"]
fn what_is_sent_rightly_is_understood_however_it_arrives_a_million_times() {
    understand(THOROUGH);
}

#[test]
fn no_bytes_do_harm() {
    endure(USUAL);
}

#[test]
#[ignore = "takes minutes"]
fn no_bytes_do_harm_a_million_times() {
    endure(THOROUGH);
}

fn understand(rounds: u64) {
    for seed in 0..rounds {
        let mut dice = Dice::new(seed);
        let conversation = Conversation::invent(&mut dice);
        let made = decode_all(LIMITS, dice.cut(&conversation.bytes));
        assert!(made == (conversation.meaning, None), "seed {seed}");
    }
}

/// Every outcome is a message, a wait or one of the codes; nothing is held that the limits do not allow, and
/// nothing is left behind.
fn endure(rounds: u64) {
    let mut codes = BTreeSet::new();
    // What is made once per thread is not counted.
    inflate(&[0], 0).unwrap();
    for seed in 0..rounds {
        let mut code = None;
        let (limits, bytes, mut dice) = prepare(seed);
        let pieces = dice.cut(&bytes);
        let info = measure(|| code = attack(seed, limits, &pieces));
        assert_eq!(info.bytes_current, 0, "seed {seed}");
        assert!(info.bytes_max < 200_000, "seed {seed}: {} bytes", info.bytes_max);
        codes.extend(code);
    }
    // Otherwise the attacks would be too tame.
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), [1002, 1003, 1007, 1009]);
}

fn prepare(seed: u64) -> (MessageLimits, Vec<u8>, Dice) {
    let mut dice = Dice::new(seed);
    let limits = MessageLimits { takes_binary: dice.one_in(2), inflates: dice.one_in(2), ..LIMITS };
    let bytes = match dice.below(4) {
        0 => noise(&mut dice),
        _ => mutilate(&mut dice),
    };
    (limits, bytes, dice)
}

fn attack(seed: u64, limits: MessageLimits, pieces: &[&[u8]]) -> Option<u16> {
    let (messages, code) = decode_all(limits, pieces.iter().copied());
    for message in messages {
        let length = match message {
            Received::Text(text) => text.len(),
            Received::Binary(bytes) => bytes.len(),
            _ => 0,
        };
        assert!(length <= limits.bytes, "seed {seed}");
    }
    code.map(CloseCode::code)
}

/// Frames with any head and any payload.
fn noise(dice: &mut Dice) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..1 + dice.below(6) {
        let most = [5, 200, 4000][dice.below(3)];
        let length = dice.below(most);
        let payload = dice.bytes(length);
        let first = match dice.below(3) {
            0 => dice.next() as u8,
            1 => [0x01, 0x02, 0x00, 0x80][dice.below(4)],
            _ => [0x81, 0x82, 0xc1, 0xc2, 0x41][dice.below(5)],
        };
        bytes.extend(frame(first, [0; 4], &payload));
    }
    bytes
}

/// What was meant well, with something wrong in it.
fn mutilate(dice: &mut Dice) -> Vec<u8> {
    let Conversation { mut bytes, frames, .. } = Conversation::invent(dice);
    for _ in 0..1 + dice.below(3) {
        let (place, head) = (dice.below(bytes.len()), frames[dice.below(frames.len())]);
        match dice.below(7) {
            0 => bytes[place] ^= 1 << dice.below(8),
            1 => bytes[place] = dice.next() as u8,
            2 => drop(bytes.remove(place)),
            3 => bytes.insert(place, dice.next() as u8),
            4 => bytes[head.min(place)] ^= 1 << dice.below(8),
            5 => bytes[(head + 1 + dice.below(9)).min(place)] = dice.next() as u8,
            _ => bytes.truncate(place.max(1)),
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}
