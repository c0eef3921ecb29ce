//! Time-based one-time passwords (RFC 6238) as every authenticator knows them: SHA-1, six digits, 30 seconds.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// Letters of Base32 (RFC 4648 §6).
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP_SECONDS: i64 = 30;
const DIGITS: usize = 6;

/// The step that a time lies in.
pub(crate) fn step_at(unix_seconds: i64) -> i64 {
    unix_seconds / STEP_SECONDS
}

/// The step within one of `now` whose code this is; the earliest, so that a code is not taken for a later
/// one. Clocks differ, and people type.
pub(crate) fn matching_step(secret: &[u8], code: &str, now: i64) -> Option<i64> {
    (now - 1..=now + 1).find(|step| code_of(secret, *step) == code)
}

/// The six digits of a step.
pub(crate) fn code_of(secret: &[u8], step: i64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("any length is a key");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 0xf);
    let window: [u8; 4] = digest[offset..offset + 4].try_into().expect("offset is at most 15 of 20");
    let number = (u32::from_be_bytes(window) & 0x7fff_ffff) % 10_u32.pow(DIGITS as u32);
    format!("{number:0DIGITS$}")
}

/// Base32 without padding.
pub(crate) fn base32(bytes: &[u8]) -> String {
    bytes.chunks(5).flat_map(group).collect()
}

fn group(chunk: &[u8]) -> impl Iterator<Item = char> + use<> {
    let mut padded = [0; 8];
    padded[3..3 + chunk.len()].copy_from_slice(chunk);
    let bits = u64::from_be_bytes(padded);
    let letters = (chunk.len() * 8).div_ceil(5);
    (0..letters).map(move |at| char::from(ALPHABET[(bits >> (35 - 5 * at) & 31) as usize]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, SHA-1; its eight digits end in our six.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let secret = b"12345678901234567890";
        for (seconds, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(code_of(secret, step_at(seconds)), code[2..], "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_for_its_step_and_its_neighbours() {
        let secret = b"12345678901234567890";
        let code = code_of(secret, 100);
        for (now, expected) in [(98, None), (99, Some(100)), (100, Some(100)), (101, Some(100)), (102, None)]
        {
            assert_eq!(matching_step(secret, &code, now), expected, "{now}");
        }
    }

    /// RFC 4648 §10.
    #[test]
    fn base32_is_that_of_the_rfc() {
        for (text, encoded) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(text.as_bytes()), encoded, "{text}");
        }
    }
}
