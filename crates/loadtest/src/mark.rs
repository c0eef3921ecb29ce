/// Stands before the sequence number, so that it can be found wherever a server puts `data`. Legal in
/// channel names and user ids too.
const PREFIX: &[u8; 4] = b"seq-";
/// Digits of a sequence number; always as many, so that every frame of a run has the same length.
const DIGITS: usize = 16;
/// Bytes of a whole mark.
pub(crate) const MARK_BYTES: usize = PREFIX.len() + DIGITS;

/// Writes `number` in decimal over all of `digits`, with leading zeros.
pub(crate) fn write_digits(digits: &mut [u8], mut number: u64) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Writes a mark to the beginning of `bytes`.
pub(crate) fn write_mark(bytes: &mut [u8], sequence: u64) {
    bytes[..PREFIX.len()].copy_from_slice(PREFIX);
    write_digits(&mut bytes[PREFIX.len()..MARK_BYTES], sequence);
}

/// A mark as text.
pub(crate) fn mark(sequence: u64) -> String {
    format!("seq-{sequence:016}")
}

/// Finds marks in frames. All frames of a run look alike, so the place of the last one is tried first.
#[derive(Debug, Default)]
pub(crate) struct MarkFinder {
    /// Length of the payload and place of the digits in it.
    learned: Option<(usize, usize)>,
}

impl MarkFinder {
    /// The number, if this payload looks like the one that [`Self::learn`] saw.
    #[inline]
    pub(crate) fn recognise(&self, payload: &[u8]) -> Option<u64> {
        let (length, at) = self.learned?;
        if payload.len() != length || payload[at - PREFIX.len()..at] != PREFIX[..] {
            return None;
        }
        read_digits(&payload[at..at + DIGITS])
    }

    /// Searches the whole payload and remembers the place.
    pub(crate) fn learn(&mut self, payload: &[u8]) -> Option<u64> {
        let starts = payload.windows(PREFIX.len()).enumerate().filter(|(_, window)| window == PREFIX);
        let (at, number) = starts
            .filter_map(|(start, _)| {
                let at = start + PREFIX.len();
                Some((at, read_digits(payload.get(at..at + DIGITS)?)?))
            })
            .next()?;
        self.learned = Some((payload.len(), at));
        Some(number)
    }
}

#[inline]
fn read_digits(digits: &[u8]) -> Option<u64> {
    let mut number = 0;
    for digit in digits {
        let value = digit.wrapping_sub(b'0');
        if value > 9 {
            return None;
        }
        number = number * 10 + u64::from(value);
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_anywhere_and_then_where_it_was() {
        let mut finder = MarkFinder::default();
        let first = br#"{"event":"x","data":"seq-0000000000000007:aa"}"#;
        let second = br#"{"event":"x","data":"seq-0000000000000123:aa"}"#;
        assert_eq!(finder.recognise(first), None);
        assert_eq!(finder.learn(first), Some(7));
        assert_eq!(finder.recognise(second), Some(123));
    }

    #[test]
    fn what_looks_otherwise_is_searched_again() {
        let mut finder = MarkFinder::default();
        finder.learn(br#"{"data":"seq-0000000000000007"}"#).unwrap();
        let moved = br#"{"data" :"seq-0000000000000008"}"#;
        let same_length_elsewhere = br#"{"datum":"se-0000000000000008"}"#;
        assert_eq!(finder.recognise(moved), None);
        assert_eq!(finder.recognise(same_length_elsewhere), None);
        assert_eq!(finder.learn(moved), Some(8));
        assert_eq!(finder.learn(br#"{"event":"pusher:ping","data":"seq-x"}"#), None);
    }

    #[test]
    fn writing_and_reading_agree() {
        let mut bytes = [b'.'; MARK_BYTES + 1];
        write_mark(&mut bytes, 9_876_543_210);
        assert_eq!(&bytes, b"seq-0000009876543210.");
        assert_eq!(mark(9_876_543_210).as_bytes(), &bytes[..MARK_BYTES]);
        assert_eq!(MarkFinder::default().learn(&bytes), Some(9_876_543_210));
    }
}
