/// Patterns at most, and characters of one.
const MAX_PATTERNS: usize = 20;
const MAX_PATTERN_CHARS: usize = 200;

/// Which channels an endpoint hears of: globs, in which `*` stands for any run of characters. Matching
/// takes no more than the product of both lengths, whatever a tenant writes.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChannelFilter(Vec<String>);

impl ChannelFilter {
    pub(crate) fn new(patterns: Vec<String>) -> Self {
        Self(patterns)
    }

    /// Whether the patterns can be kept.
    pub(crate) fn is_valid(patterns: &[String]) -> bool {
        let is_valid = |pattern: &String| {
            (1..=MAX_PATTERN_CHARS).contains(&pattern.chars().count())
                && !pattern.chars().any(char::is_control)
        };
        patterns.len() <= MAX_PATTERNS && patterns.iter().all(is_valid)
    }

    /// Without a pattern every channel passes, and what concerns no channel always does.
    pub(crate) fn passes(&self, channel: Option<&str>) -> bool {
        channel.is_none_or(|channel| {
            self.0.is_empty() || self.0.iter().any(|pattern| matches(pattern.as_bytes(), channel.as_bytes()))
        })
    }
}

/// Greedy with one step back: when what follows the last `*` fits no further, the `*` takes one byte more.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut last_star = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                last_star = Some((p, t));
                p += 1;
            }
            Some(byte) if *byte == text[t] => (p, t) = (p + 1, t + 1),
            Some(_) | None => {
                let Some((star, taken)) = last_star else { return false };
                last_star = Some((star, taken + 1));
                (p, t) = (star + 1, taken + 1);
            }
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        let table = [
            ("*", "", true),
            ("*", "news", true),
            ("news", "news", true),
            ("news", "newsroom", false),
            ("news", "new", false),
            ("room-*", "room-", true),
            ("room-*", "room-1", true),
            ("room-*", "a-room-1", false),
            ("*-eu", "news-eu", true),
            ("*-eu", "news-eu-1", false),
            ("*-eu", "-eu-eu", true),
            ("a*b*c", "abc", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxcyyb", false),
            ("**a**", "bab", true),
            ("a*a", "a", false),
            ("presence-ü*", "presence-übung", true),
        ];
        for (pattern, text, expected) in table {
            assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn one_pattern_is_enough_and_none_is_every_channel() {
        let filter = |patterns: &[&str]| {
            ChannelFilter::new(patterns.iter().map(|pattern| (*pattern).to_owned()).collect())
        };
        assert!(filter(&[]).passes(Some("anything")));
        assert!(filter(&["a*", "*b"]).passes(Some("xb")));
        assert!(!filter(&["a*", "*b"]).passes(Some("xc")));
        assert!(filter(&["a*"]).passes(None));
    }

    #[test]
    fn patterns_are_bounded_in_number_and_length() {
        let pattern = |chars: usize| "ü".repeat(chars);
        assert!(ChannelFilter::is_valid(&vec![pattern(200); 20]));
        for patterns in [vec![pattern(1); 21], vec![pattern(201)], vec![String::new()], vec!["a\n".into()]] {
            assert!(!ChannelFilter::is_valid(&patterns), "{patterns:?}");
        }
    }

    #[test]
    fn threat_31_no_pattern_takes_long() {
        let filter = ChannelFilter::new(vec![format!("{}b", "a*".repeat(99)); 20]);
        let start = Instant::now();
        for _ in 0..10 {
            assert!(!filter.passes(Some(&"a".repeat(200))));
        }
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    }
}
