use std::{error::Error, time::Duration};

use thiserror::Error;

const MAX_SHOWN_CHARS: usize = 100;
const MAX_LINE_BYTES: usize = 1 << 20;

/// No line of the protocol is that long.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a line of more than 1 MiB")]
pub(crate) struct LineTooLong;

/// Cuts what arrives into lines.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    rest: Vec<u8>,
}

impl Lines {
    /// The lines that `bytes` completes, without their ends (LF or CRLF).
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Vec<String>, LineTooLong> {
        self.rest.extend_from_slice(bytes);
        let end = self.rest.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
        let complete: Vec<u8> = self.rest.drain(..end).collect();
        if self.rest.len() > MAX_LINE_BYTES {
            return Err(LineTooLong);
        }
        Ok(String::from_utf8_lossy(&complete).lines().map(str::to_owned).collect())
    }
}

/// The first line that says something, cut to what fits in a sentence. Markup says nothing, control
/// characters do not reach the terminal.
pub(crate) fn first_line(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    (!line.starts_with('<')).then(|| shown(line))
}

/// Foreign text as it may be printed.
pub(crate) fn shown(text: &str) -> String {
    let cut = text.chars().filter(|letter| !letter.is_control()).take(MAX_SHOWN_CHARS);
    let mut shown: String = cut.collect();
    if text.chars().count() > MAX_SHOWN_CHARS {
        shown.push('…');
    }
    shown
}

/// The innermost cause, which is what a person can act upon.
pub(crate) fn cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    shown(&cause.to_string())
}

/// `3 ms`, `1.4 s`.
pub(crate) fn duration(duration: Duration) -> String {
    match duration.as_millis() {
        0 => "under 1 ms".to_owned(),
        millis @ 1..1000 => format!("{millis} ms"),
        _ => format!("{:.1} s", duration.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_arrive_whole_however_the_bytes_are_cut() {
        let mut lines = Lines::default();
        let mut found = Vec::new();
        for bytes in [&b"o\r"[..], b"\na[\"\xc3", b"\xa9\"]\n\nh"] {
            found.extend(lines.push(bytes).unwrap());
        }
        assert_eq!(found, ["o", "a[\"é\"]", ""]);
        assert_eq!(lines.push(b"\n").unwrap(), ["h"]);
    }

    #[test]
    fn a_line_has_a_bound() {
        let mut lines = Lines::default();
        let chunk = vec![b'x'; MAX_LINE_BYTES / 2];
        assert!((0..4).any(|_| lines.push(&chunk) == Err(LineTooLong)));
    }

    #[test]
    fn foreign_text_is_short_and_harmless() {
        assert_eq!(first_line("\n <html>\nx").as_deref(), None);
        assert_eq!(first_line("\n Bad\u{1b}[31m Request \n").as_deref(), Some("Bad[31m Request"));
        assert_eq!(first_line(&"é".repeat(200)).unwrap().chars().count(), MAX_SHOWN_CHARS + 1);
    }
}
