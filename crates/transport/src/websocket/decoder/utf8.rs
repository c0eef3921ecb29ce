/// Follows a UTF-8 text that arrives in pieces, which may end inside a character.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Utf8 {
    /// The beginning of a character.
    begun: [u8; 4],
    length: usize,
}

impl Utf8 {
    /// Whether a text can go on like this. That it is complete is for its end to check.
    pub(super) fn continues(&mut self, mut piece: &[u8]) -> bool {
        while self.length > 0 {
            let Some((next, rest)) = piece.split_first() else { return true };
            self.begun[self.length] = *next;
            self.length += 1;
            piece = rest;
            match str::from_utf8(&self.begun[..self.length]) {
                Ok(_) => self.length = 0,
                Err(error) if error.error_len().is_some() => return false,
                Err(_) => {}
            }
        }
        let Err(error) = str::from_utf8(piece) else { return true };
        let begun = &piece[error.valid_up_to()..];
        if error.error_len().is_some() {
            return false;
        }
        self.begun[..begun.len()].copy_from_slice(begun);
        self.length = begun.len();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_may_be_cut_anywhere() {
        let text = "κόσμε 𐀀 ☺ \u{10ffff}x".as_bytes();
        for size in 1..=text.len() {
            let mut utf8 = Utf8::default();
            assert!(text.chunks(size).all(|piece| utf8.continues(piece)), "{size}");
            assert_eq!(utf8.length, 0);
        }
    }

    #[test]
    fn the_first_wrong_byte_fails() {
        for (good, bad) in [
            (&b"x"[..], &b"\x80"[..]),
            (b"\xc3", b"\x28"),
            (b"\xed", b"\xa0"),
            (b"\xf4", b"\x90"),
            (b"\xe2\x98", b"x"),
            (b"", b"\xc0"),
            (b"", b"\xf8"),
        ] {
            let mut utf8 = Utf8::default();
            assert!(utf8.continues(good), "{good:x?}");
            assert!(!utf8.continues(bad), "{good:x?} {bad:x?}");
        }
    }
}
