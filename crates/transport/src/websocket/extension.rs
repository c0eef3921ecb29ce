use actix_http::header::{HeaderMap, SEC_WEBSOCKET_EXTENSIONS};

/// An agreement on permessage-deflate (RFC 7692, section 7.1). Neither side takes over a context: an event
/// is compressed once for all, and no connection holds a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deflation {
    /// How far our compressor looks back: 2^9 to 2^15 bytes.
    pub(super) window_bits: u8,
    /// Whether the peer asked for that, and must be told.
    is_asked_for: bool,
}

const NAME: &str = "permessage-deflate";
/// The largest window, and the only one that all receivers of an event can share.
const FULL_WINDOW_BITS: u8 = 15;
/// The smallest window that the compressor keeps to; the RFC knows 8 too.
const LEAST_WINDOW_BITS: u8 = 9;

impl Deflation {
    /// The first of the offers that can be accepted.
    pub(crate) fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let values = headers.get_all(SEC_WEBSOCKET_EXTENSIONS).filter_map(|value| value.to_str().ok());
        values.flat_map(|value| split(value, ',')).find_map(Self::accept)
    }

    /// Whether frames compressed for everybody suit the peer.
    pub(crate) fn has_full_window(&self) -> bool {
        self.window_bits == FULL_WINDOW_BITS
    }

    /// One offer; none where it is of another extension or has a parameter that is unknown, doubled or
    /// wrong (section 7.1): such an offer must be declined.
    fn accept(offer: &str) -> Option<Self> {
        let mut parts = split(offer, ';').map(str::trim);
        parts.next().filter(|name| name.eq_ignore_ascii_case(NAME))?;
        let mut accepted = Self { window_bits: FULL_WINDOW_BITS, is_asked_for: false };
        let mut seen = Vec::new();
        for part in parts {
            let (name, value) = match part.split_once('=') {
                Some((name, value)) => (name.trim_end(), Some(unquote(value.trim_start())?)),
                None => (part, None),
            };
            match (name, value) {
                _ if seen.contains(&name) => return None,
                ("server_no_context_takeover" | "client_no_context_takeover", None) => {}
                // The client may use any window; ours for it is the largest.
                ("client_max_window_bits", None) => {}
                ("client_max_window_bits", Some(bits)) => drop(window_bits(bits)?),
                ("server_max_window_bits", Some(bits)) => {
                    accepted.window_bits = window_bits(bits).filter(|bits| *bits >= LEAST_WINDOW_BITS)?;
                    accepted.is_asked_for = true;
                }
                _ => return None,
            }
            seen.push(name);
        }
        Some(accepted)
    }

    /// The header line that says so.
    pub(super) fn header(&self) -> String {
        let mut header = format!(
            "Sec-WebSocket-Extensions: {NAME}; server_no_context_takeover; client_no_context_takeover"
        );
        if self.is_asked_for {
            header.push_str("; server_max_window_bits=");
            header.push_str(&self.window_bits.to_string());
        }
        header.push_str("\r\n");
        header
    }
}

/// Splits where the separator is not part of a quoted string.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    text.split(move |character| {
        is_quoted ^= character == '"';
        character == separator && !is_quoted
    })
}

/// A token, or one in quotes.
fn unquote(value: &str) -> Option<&str> {
    match value.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"'),
        None => Some(value),
    }
}

/// 8 to 15, without a leading zero.
fn window_bits(text: &str) -> Option<u8> {
    let bits = text.parse().ok().filter(|bits| (8..=FULL_WINDOW_BITS).contains(bits))?;
    text.starts_with(|digit: char| ('1'..='9').contains(&digit)).then_some(bits)
}

#[cfg(test)]
mod tests {
    use actix_http::header::HeaderValue;

    use super::*;

    fn answer(offers: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_str(offers).unwrap());
        let answer = Deflation::negotiate(&headers)?.header();
        let parameters = answer.trim_end().strip_prefix(
            "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover",
        );
        Some(parameters.unwrap().to_owned())
    }

    #[test]
    fn an_offer_is_answered_with_what_it_asked_for_and_no_more() {
        for (offer, more) in [
            ("permessage-deflate", ""),
            ("Permessage-Deflate ; client_max_window_bits", ""),
            ("permessage-deflate; client_max_window_bits=10; client_no_context_takeover", ""),
            ("permessage-deflate; server_no_context_takeover", ""),
            ("permessage-deflate; server_max_window_bits=15", "; server_max_window_bits=15"),
            ("permessage-deflate; server_max_window_bits = \"9\"", "; server_max_window_bits=9"),
            ("x-webkit-deflate-frame, permessage-deflate", ""),
            (
                "x; y=\"a,permessage-deflate;b\", permessage-deflate;server_max_window_bits=10",
                "; server_max_window_bits=10",
            ),
            ("permessage-deflate; server_max_window_bits=8, permessage-deflate", ""),
            (
                "permessage-deflate; server_max_window_bits=9, permessage-deflate",
                "; server_max_window_bits=9",
            ),
        ] {
            assert_eq!(answer(offer).as_deref(), Some(more), "{offer}");
        }
    }

    #[test]
    fn an_offer_with_a_wrong_parameter_is_declined() {
        for parameter in [
            "unknown",
            "",
            "server_max_window_bits",
            "server_max_window_bits=8",
            "server_max_window_bits=7",
            "server_max_window_bits=16",
            "server_max_window_bits=010",
            "server_max_window_bits=+9",
            "server_max_window_bits=\"9",
            "server_max_window_bits=",
            "client_max_window_bits=16",
            "client_max_window_bits=x",
            "client_no_context_takeover=1",
            "server_no_context_takeover=",
            "client_max_window_bits; client_max_window_bits=9",
            "server_no_context_takeover; server_no_context_takeover",
        ] {
            assert_eq!(answer(&format!("permessage-deflate; {parameter}")), None, "{parameter}");
        }
        assert_eq!(answer("permessage-bzip2"), None);
        assert_eq!(answer("x=\"a,permessage-deflate,b\""), None);
    }
}
