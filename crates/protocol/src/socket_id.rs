use std::fmt;

use thiserror::Error;

/// Names one connection of the node, `<digits>.<digits>` on the wire.
///
/// 64 random bits: what a channel signature binds to must not be guessable, nor come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(u64);

/// The text is not `<digits>.<digits>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("socket_id must match \\d+.\\d+")]
pub struct InvalidSocketId;

impl SocketId {
    /// Makes an id of 64 bits that the caller took from a cryptographic random source.
    pub const fn from_random(bits: u64) -> Self {
        Self(bits)
    }

    /// Reads an id that came from outside. `None` is a well-formed id that no connection of ours
    /// can have (too long, or with leading zeros): it names nobody, and excludes nobody.
    pub fn parse(text: &str) -> Result<Option<Self>, InvalidSocketId> {
        let (high, low) = text.split_once('.').ok_or(InvalidSocketId)?;
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(high) || !digits(low) {
            return Err(InvalidSocketId);
        }
        let (Ok(high), Ok(low)) = (high.parse::<u32>(), low.parse::<u32>()) else { return Ok(None) };
        let id = Self(u64::from(high) << 32 | u64::from(low));
        Ok((id.to_string() == text).then_some(id))
    }
}

impl fmt::Display for SocketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 >> 32, self.0 & u64::from(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_the_way_out_and_back() {
        for bits in [0, 1, u64::MAX, 0x1234_5678_9abc_def0] {
            let id = SocketId::from_random(bits);
            assert_eq!(SocketId::parse(&id.to_string()), Ok(Some(id)));
        }
    }

    #[test]
    fn a_malformed_id_is_refused_and_a_foreign_one_names_nobody() {
        for text in ["", ".", "1", "1.", ".1", "a.1", "1.1.1", "-1.1", "1.1 ", "１.1"] {
            assert_eq!(SocketId::parse(text), Err(InvalidSocketId), "{text:?}");
        }
        for text in ["99999999999.1", "1.99999999999", "01.1", "1.01"] {
            assert_eq!(SocketId::parse(text), Ok(None), "{text:?}");
        }
    }
}
