//! The oracle: what belongs to whom, and what each received.
//!
//! A *word* is a run of letters, digits and full stops, eight or more: that is what marks, secrets, keys, socket
//! ids and the random end of a UUID are on every surface. Nothing is searched for while the platform works; who
//! receives keeps the hashes of all words, and in the end those are compared with what is registered. So an id
//! that leaks before its owner has read it is found all the same.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
    sync::Mutex,
};

const SHORTEST: usize = 8;

/// How many houses there are: two whose things are looked for, and a stranger.
pub(crate) const HOUSES: usize = 3;

/// Whether hearing of it can be innocent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nobody else may ever receive it.
    Secret,
    /// Who has used it in a request, or had it used on them, may be told of it again: "unknown key …".
    Id,
}

/// What belongs to which house.
#[derive(Default)]
pub(crate) struct Register(Mutex<HashMap<u64, Possession>>);

#[derive(Clone, Debug)]
struct Possession {
    house: usize,
    kind: Kind,
    text: String,
}

/// What was received and said on behalf of a house.
#[derive(Default)]
pub(crate) struct Witness {
    /// The words, and where each came first.
    received: HashMap<u64, &'static str, Plain>,
    /// Words that the house's own requests, or requests on its apps, named.
    named: HashSet<u64, Plain>,
}

/// The keys are hashes.
#[derive(Default)]
pub(crate) struct Whole(u64);

type Plain = BuildHasherDefault<Whole>;

impl Hasher for Whole {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("only hashes are kept");
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Calls with the hash (FNV-1a) of each word.
fn each_word(bytes: &[u8], mut take: impl FnMut(u64)) {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    let (mut hash, mut length, mut ended) = (BASIS, 0, false);
    for &byte in bytes {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                if ended {
                    // A full stop within a word belongs to it, one at its end does not.
                    hash = (hash ^ u64::from(b'.')).wrapping_mul(0x0100_0000_01b3);
                    length += 1;
                    ended = false;
                }
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
                length += 1;
                continue;
            }
            b'.' if length > 0 && !ended => {
                ended = true;
                continue;
            }
            _ => {}
        }
        if length >= SHORTEST {
            take(hash);
        }
        (hash, length, ended) = (BASIS, 0, false);
    }
    if length >= SHORTEST {
        take(hash);
    }
}

impl Register {
    /// Books the last long word of a text: of a UUID its random end, of `cmt_…` what follows.
    pub(crate) fn book(&self, house: usize, kind: Kind, text: &str) {
        let mut last = None;
        each_word(text.as_bytes(), |hash| last = Some(hash));
        let hash = last.unwrap_or_else(|| panic!("{text:?} is no word"));
        self.0.lock().unwrap().insert(hash, Possession { house, kind, text: text.to_owned() });
    }

    /// What houses received that belongs to others; nothing if all is well.
    pub(crate) fn crossings(&self, witnesses: &[Witness; HOUSES]) -> Vec<String> {
        let possessions = self.0.lock().unwrap();
        let mut crossings = Vec::new();
        for (house, witness) in witnesses.iter().enumerate() {
            for (hash, surface) in &witness.received {
                let Some(found) = possessions.get(hash) else { continue };
                let is_excused = found.kind == Kind::Id && witness.named.contains(hash);
                if found.house != house && !is_excused {
                    let (owner, text) = (found.house, &found.text);
                    crossings.push(format!("house {house} received {text:?} of house {owner}: {surface}"));
                }
            }
        }
        crossings
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

impl Witness {
    pub(crate) fn receives(&mut self, surface: &'static str, bytes: &[u8]) {
        each_word(bytes, |hash| {
            self.received.entry(hash).or_insert(surface);
        });
    }

    pub(crate) fn names(&mut self, text: &str) {
        each_word(text.as_bytes(), |hash| {
            self.named.insert(hash);
        });
    }

    pub(crate) fn merge(&mut self, other: Self) {
        other.received.into_iter().for_each(|(hash, surface)| {
            self.received.entry(hash).or_insert(surface);
        });
        self.named.extend(other.named);
    }

    pub(crate) fn len(&self) -> usize {
        self.received.len()
    }
}
