//! The names of requests, by which a person who asks for help, a program's log and ours mean the same one.

use actix_http::header::{HeaderName, HeaderValue};
use uuid::Uuid;

/// Where a request's name stands, in requests and in answers.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const MAX_CHARS: usize = 64;

/// A request's name: its client's own, if that may stand in a log, or a new one. Plain text in either case.
pub fn name(given: Option<&HeaderValue>) -> HeaderValue {
    let given = given.filter(|value| value.to_str().is_ok_and(is_sane)).cloned();
    given.unwrap_or_else(|| {
        HeaderValue::try_from(Uuid::now_v7().to_string()).expect("letters, digits and hyphens")
    })
}

fn is_sane(text: &str) -> bool {
    (1..=MAX_CHARS).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_could_break_a_log_line_is_not_taken() {
        for sane in ["a", "01HV.b_c-d:1", &"x".repeat(64)] {
            let given = HeaderValue::from_str(sane).unwrap();
            assert_eq!(name(Some(&given)), given);
        }
        for odd in ["", "a b", "a\tb", "\"", &"x".repeat(65)] {
            let given = HeaderValue::from_str(odd).unwrap();
            let new = name(Some(&given));
            assert!(new != given && is_sane(new.to_str().unwrap()), "{odd:?} → {new:?}");
        }
        assert!(!is_sane("é") && !is_sane("a\nb"));
    }
}
