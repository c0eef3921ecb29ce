//! How much of a password its owner has made up. What people do to a word so that it passes for a password is
//! what programs that guess passwords do first: they write it with digits, put a year behind it, walk over
//! neighbouring keys, say it twice. A few hundred words and these rules stand for millions of passwords.

use std::{iter::once, sync::LazyLock};

/// Words that people take, in lower case.
static WORDS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| include_str!("guessable/common_words.txt").lines().collect());

/// Keys beside and below each other; the first row once more with the shift key.
const KEYS: [(usize, &str); 5] =
    [(0, "1234567890-="), (0, "!@#$%^&*()_+"), (1, "qwertyuiop[]"), (2, "asdfghjkl;'"), (3, "zxcvbnm,./")];

/// How often one had to choose to make this password: a common word, a word of the person's own, a year, a run
/// of letters or of neighbouring keys is one choice, anything else one for each character. What is said twice
/// counts once.
pub(crate) fn choices(password: &str, own: &[String]) -> usize {
    let chars: Vec<char> = password.to_lowercase().chars().collect();
    let chars = without_repetition(&chars);
    let mut least: Vec<usize> = (0..=chars.len()).collect();
    for start in 0..chars.len() {
        for length in pieces(&chars[start..], own) {
            least[start + length] = least[start + length].min(least[start] + 1);
        }
    }
    least[chars.len()]
}

/// How long what is chosen at once may be at this place.
fn pieces<'a>(rest: &'a [char], own: &'a [String]) -> impl Iterator<Item = usize> {
    let runs: [fn(char, char) -> bool; 4] =
        [|a, b| a == b, |a, b| follows(a, b), |a, b| follows(b, a), are_neighbours];
    let longest = runs.map(|goes_on| run(rest, goes_on)).into_iter().max().unwrap_or_default();
    let words = WORDS.iter().copied().chain(own.iter().map(String::as_str));
    let words = words.filter(|word| is_written(word, rest)).map(|word| word.chars().count());
    once(1).chain(3..=longest).chain(is_year(rest).then_some(4)).chain(words)
}

fn without_repetition(chars: &[char]) -> &[char] {
    let is_all = |length: &usize| chars.chunks(*length).all(|chunk| chunk == &chars[..*length]);
    let length = (1..chars.len()).filter(|length| chars.len().is_multiple_of(*length)).find(is_all);
    &chars[..length.unwrap_or(chars.len())]
}

fn run(rest: &[char], goes_on: fn(char, char) -> bool) -> usize {
    1 + rest.windows(2).take_while(|pair| goes_on(pair[0], pair[1])).count()
}

fn follows(a: char, b: char) -> bool {
    u32::from(a) + 1 == u32::from(b)
}

fn are_neighbours(a: char, b: char) -> bool {
    key(a).zip(key(b)).is_some_and(|(a, b)| a.0.abs_diff(b.0) <= 1 && a.1.abs_diff(b.1) <= 1)
}

/// Row and column.
fn key(char: char) -> Option<(usize, usize)> {
    KEYS.iter().find_map(|(row, keys)| Some((*row, keys.find(char)?)))
}

fn is_year(rest: &[char]) -> bool {
    matches!(rest, ['1', '9', a, b, ..] | ['2', '0', a, b, ..] if a.is_ascii_digit() && b.is_ascii_digit())
}

/// Whether it begins with the word, some of whose letters may be digits and signs that look like them.
fn is_written(word: &str, rest: &[char]) -> bool {
    let mut rest = rest.iter();
    word.chars().all(|letter| rest.next().is_some_and(|char| *char == letter || looks_like(*char, letter)))
}

fn looks_like(char: char, letter: char) -> bool {
    match char {
        '0' => letter == 'o',
        '1' | '!' | '|' => matches!(letter, 'i' | 'l'),
        '2' => letter == 'z',
        '3' => letter == 'e',
        '4' | '@' => letter == 'a',
        '5' | '$' => letter == 's',
        '6' | '9' => letter == 'g',
        '7' | '+' => letter == 't',
        '8' => letter == 'b',
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_at_once_counts_once() {
        for (password, expected) in [
            ("", 0),
            ("password", 1),
            ("P4$$w0rd", 1),
            ("password2026!", 3),
            ("monkey-dragon", 3),
            ("qwertyuiop", 1),
            ("1q2w3e4r5t", 1),
            ("zaq12wsx", 1),
            ("poiuytrewq", 1),
            ("abcdefgh", 1),
            ("gfedcba", 1),
            ("éééééé", 1),
            ("x7f!x7f!x7f!", 4),
            ("xk", 2),
            ("ubmgt", 5),
        ] {
            assert_eq!(choices(password, &[]), expected, "{password}");
        }
        assert_eq!(choices("Ada-1815", &["ada".to_owned()]), 6);
        assert_eq!(choices("Ada-1915", &["ada".to_owned()]), 3);
    }

    #[test]
    fn the_words_are_sorted_in_lower_case_and_each_there_once() {
        assert!(WORDS.is_sorted_by(|a, b| a < b));
        assert!(WORDS.iter().all(|word| word.len() >= 3 && *word == word.to_lowercase()));
    }
}
