use serde::{Deserialize, de::Error};
use serde_json::Value;

/// Reads a struct from a JSON *object*. Serde alone would also take an array of its members.
pub fn from_object<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, serde_json::Error> {
    if text.trim_ascii_start().starts_with('{') {
        serde_json::from_str(text)
    } else {
        Err(serde_json::Error::custom("expected a JSON object"))
    }
}

/// Values nested deeper than this are not passed on: the parsers of some clients give up, and one
/// subscriber must not be able to break the others.
const DEPTH: usize = 32;

/// Whether valid JSON can be passed on to any client: not nested too deeply, and without escapes that
/// stand for no character.
pub(crate) fn is_harmless(json: &str) -> bool {
    let has_sound_escapes = || !json.contains("\\u") || serde_json::from_str::<Value>(json).is_ok();
    depth(json) <= DEPTH && has_sound_escapes()
}

fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_values_and_broken_escapes_are_not_passed_on() {
        let nested = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(is_harmless(&nested(32)) && !is_harmless(&nested(33)));
        assert!(is_harmless(&format!("\"{}\"", "[".repeat(100))));
        assert!(is_harmless(r#"{"a":"\\\"[","b":"\u00fc"}"#));
        assert!(!is_harmless(r#"{"a":"\ud800"}"#));
    }
}
