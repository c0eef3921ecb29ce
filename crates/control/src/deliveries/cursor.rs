use std::{fmt, str::FromStr};

use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

/// The last delivery of a page: the next page begins behind it. As text it is opaque.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryCursor {
    pub(super) frozen_at: OffsetDateTime,
    pub(super) id: Uuid,
}

/// The text is no cursor of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the cursor is not one that was given out")]
pub struct InvalidCursor;

impl fmt::Display for DeliveryCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.frozen_at.unix_timestamp_nanos() / 1_000, self.id.simple())
    }
}

impl FromStr for DeliveryCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let (micros, id) = text.split_once('_').ok_or(InvalidCursor)?;
        let micros: i64 = micros.parse().map_err(|_| InvalidCursor)?;
        if micros < 0 {
            return Err(InvalidCursor);
        }
        let frozen_at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000)
            .map_err(|_| InvalidCursor)?;
        Ok(Self { frozen_at, id: Uuid::try_parse(id).map_err(|_| InvalidCursor)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_way_out_and_back() {
        let frozen_at = OffsetDateTime::from_unix_timestamp_nanos(1_700_000_000_123_456_000).unwrap();
        let cursor = DeliveryCursor { frozen_at, id: Uuid::from_u128(7) };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        let zero = "00000000000000000000000000000007";
        let (no_number, too_early) = (format!("x_{zero}"), format!("-1_{zero}"));
        for text in ["", "_", "1", "1_", &no_number, &too_early, "9223372036854775807_1"] {
            assert_eq!(text.parse::<DeliveryCursor>(), Err(InvalidCursor), "{text:?}");
        }
    }
}
