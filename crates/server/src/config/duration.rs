use std::time::Duration;

use serde::{Deserialize, Deserializer, de::Error};

const UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];

/// A duration as text with its unit: `500ms`, `10s`, `5m`, `1h`.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text)
        .ok_or_else(|| D::Error::custom(format!("{text:?} is not a duration such as 500ms, 10s, 5m or 1h")))
}

fn parse(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
    Some(Duration::from_millis(number.parse::<u64>().ok()?.checked_mul(*factor)?))
}

/// The same text again, in the largest unit that loses nothing.
pub(super) fn show(duration: Duration) -> String {
    let millis = duration.as_millis();
    let exact =
        UNITS.iter().rev().find(|(_, factor)| millis.is_multiple_of(u128::from(*factor)) && millis > 0);
    let (unit, factor) = exact.unwrap_or(&UNITS[1]);
    format!("{}{unit}", millis / u128::from(*factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_needs_its_unit_and_reads_back_the_same() {
        for (text, millis) in [("500ms", 500), ("10s", 10_000), ("5m", 300_000), ("1h", 3_600_000), ("0s", 0)]
        {
            let duration = Duration::from_millis(millis);
            assert_eq!((parse(text), show(duration).as_str()), (Some(duration), text));
        }
        for text in ["", "10", "s", "-1s", "1.5s", "10 s", "1d", "99999999999999999999h"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
