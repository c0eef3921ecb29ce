use thiserror::Error;

use crate::{guessable::choices, passwords::MAX_PASSWORD_BYTES};

/// Fewest characters.
const MIN_CHARS: usize = 10;
/// Fewest things that one had to choose: a word and what is usually put behind it are fewer.
const MIN_CHOICES: usize = 5;

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WeakPassword {
    /// Fewer than 10 characters.
    #[error("Use at least 10 characters.")]
    Short,
    /// More than 1,024 bytes.
    #[error("Use at most 1,024 bytes.")]
    Long,
    /// A common word or the person's own in one of the usual disguises, a walk over the keyboard, and the like.
    #[error("This password is too easy to guess.")]
    Common,
}

/// Whether a new password is hard to guess: by its length, and by there being more to it than a common word or
/// two, the person's address or parts of it, with a year or a few signs behind.
///
/// # Errors
/// What is wrong with it.
pub fn check_strength(password: &str, email: &str) -> Result<(), WeakPassword> {
    if password.chars().count() < MIN_CHARS {
        return Err(WeakPassword::Short);
    }
    if password.len() > MAX_PASSWORD_BYTES {
        return Err(WeakPassword::Long);
    }
    if choices(password, &own_words(email)) < MIN_CHOICES {
        return Err(WeakPassword::Common);
    }
    Ok(())
}

/// An address, what is before its `@`, and each part of it that is long enough to be a word.
fn own_words(email: &str) -> Vec<String> {
    let email = email.trim().to_lowercase();
    let name = email.split('@').next().unwrap_or_default();
    let parts = email.split(|c: char| !c.is_alphanumeric()).filter(|part| part.chars().count() >= 3);
    let whole = [email.as_str(), name].into_iter().filter(|whole| !whole.is_empty());
    whole.chain(parts).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_tries_is_refused() {
        let email = "Ada.Lovelace@example.com";
        for (password, expected) in [
            ("correct horse battery", Ok(())),
            ("the bell rings at noon", Ok(())),
            ("ünïcödé123", Ok(())),
            ("long enough", Ok(())),
            ("q8#Lm2vTz1", Ok(())),
            ("7395018264", Ok(())),
            ("short one", Err(WeakPassword::Short)),
            ("Password123", Err(WeakPassword::Common)),
            ("P@$$w0rd2026!", Err(WeakPassword::Common)),
            ("qwertyuiop", Err(WeakPassword::Common)),
            ("qazwsxedcrfv", Err(WeakPassword::Common)),
            ("1qaz2wsx3edc", Err(WeakPassword::Common)),
            ("aaaaaaaaaaaa", Err(WeakPassword::Common)),
            ("ababababab", Err(WeakPassword::Common)),
            ("abc123abc123", Err(WeakPassword::Common)),
            ("iloveyou-forever", Err(WeakPassword::Common)),
            ("Campanile2026!", Err(WeakPassword::Common)),
            ("ada.lovelace@EXAMPLE.com", Err(WeakPassword::Common)),
            ("ada.lovelace", Err(WeakPassword::Common)),
            ("Lovelace1815", Ok(())),
            ("Lovelace1915", Err(WeakPassword::Common)),
            ("example.com1", Err(WeakPassword::Common)),
        ] {
            assert_eq!(check_strength(password, email), expected, "{password}");
        }
        let long: String = (0..1_000).map(|number: u32| format!("{number}x")).collect();
        let long = &long[..1_024];
        assert_eq!(check_strength(long, email), Ok(()));
        assert_eq!(check_strength(&format!("{long}x"), email), Err(WeakPassword::Long));
        assert_eq!(check_strength("correct horse battery", ""), Ok(()));
    }

    #[test]
    fn the_usual_disguises_of_a_common_word_are_refused() {
        let disguised = |word: &str| {
            let leet = word.replace('a', "@").replace('e', "3").replace('o', "0").replace('i', "1");
            let (first, rest) = word.split_at(1);
            let capital = format!("{}{rest}", first.to_uppercase());
            let ends =
                ["123", "1234", "12345", "123456", "2024", "2026", "1987!", "007", "!!", "01", "qwerty"];
            let ended = ends.iter().flat_map(|end| {
                [word, &leet, &capital]
                    .map(|form| format!("{form}{end}"))
                    .into_iter()
                    .chain([format!("{end}{word}")])
            });
            ended.chain([word.repeat(2), format!("{word}_{word}"), format!("my{word}1")]).collect::<Vec<_>>()
        };
        let passwords: Vec<String> = include_str!("guessable/common_words.txt")
            .lines()
            .flat_map(disguised)
            .filter(|password| password.chars().count() >= MIN_CHARS)
            .collect();
        assert!(passwords.len() > 10_000, "{}", passwords.len());
        for password in passwords {
            assert_eq!(check_strength(&password, ""), Err(WeakPassword::Common), "{password}");
        }
    }
}
