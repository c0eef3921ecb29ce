//! What the fields of an endpoint may hold.

use std::time::Duration;

use campanile_protocol::OccurrenceType;
use url::{Host, Url};

use crate::{WebhookError, channel_filter::ChannelFilter};

pub(super) const MAX_URL_BYTES: usize = 2048;
pub(super) const MAX_NAME_CHARS: usize = 80;
pub(super) const MAX_LANES: u8 = 16;
const TIMEOUT_MS: std::ops::RangeInclusive<i32> = 1_000..=30_000;

pub(super) fn url(text: &str) -> Result<String, WebhookError> {
    let url = Url::parse(text.trim()).map_err(|_| WebhookError::InvalidUrl)?;
    let has_host = match url.host() {
        Some(Host::Domain(name)) => !name.is_empty(),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    };
    let is_plain = url.username().is_empty() && url.password().is_none();
    let is_valid = matches!(url.scheme(), "http" | "https")
        && has_host
        && is_plain
        && url.as_str().len() <= MAX_URL_BYTES;
    if is_valid { Ok(url.into()) } else { Err(WebhookError::InvalidUrl) }
}

pub(super) fn name(text: &str) -> Result<String, WebhookError> {
    let text = text.trim();
    let is_valid = text.chars().count() <= MAX_NAME_CHARS && !text.chars().any(char::is_control);
    if is_valid { Ok(text.to_owned()) } else { Err(WebhookError::InvalidName) }
}

pub(super) fn event_types(types: &[OccurrenceType]) -> Result<Vec<&'static str>, WebhookError> {
    let chosen = OccurrenceType::ALL.into_iter().filter(|kind| types.contains(kind));
    let names: Vec<_> = chosen.map(OccurrenceType::as_str).collect();
    if names.is_empty() { Err(WebhookError::NoEventTypes) } else { Ok(names) }
}

pub(super) fn channels(patterns: Vec<String>) -> Result<Vec<String>, WebhookError> {
    if ChannelFilter::is_valid(&patterns) { Ok(patterns) } else { Err(WebhookError::InvalidChannels) }
}

pub(super) fn lanes(lanes: Option<u8>) -> Result<i16, WebhookError> {
    let lanes = lanes.unwrap_or(1);
    if (1..=MAX_LANES).contains(&lanes) { Ok(lanes.into()) } else { Err(WebhookError::InvalidLanes) }
}

pub(super) fn timeout_ms(timeout: Duration) -> Result<i32, WebhookError> {
    let millis = i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX);
    if TIMEOUT_MS.contains(&millis) { Ok(millis) } else { Err(WebhookError::InvalidTimeout) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_must_have_the_shape_of_a_web_address() {
        for text in ["https://example.com/hook?x=1", "http://10.0.0.1:8080", " https://[::1]/ "] {
            assert!(url(text).is_ok(), "{text}");
        }
        let long = format!("https://example.com/{}", "x".repeat(MAX_URL_BYTES));
        let user = "https://me@example.com/";
        let password = "https://:pw@example.com/";
        for text in
            ["", "example.com", "ftp://example.com", "https://", "file:///etc/passwd", &long, user, password]
        {
            assert!(matches!(url(text), Err(WebhookError::InvalidUrl)), "{text}");
        }
    }

    #[test]
    fn names_lanes_and_timeouts_have_bounds() {
        assert_eq!(name(" hook ").unwrap(), "hook");
        assert!(name(&"ü".repeat(80)).is_ok());
        assert!(name(&"ü".repeat(81)).is_err() && name("a\nb").is_err());
        assert_eq!(lanes(None).unwrap(), 1);
        assert!(lanes(Some(16)).is_ok() && lanes(Some(0)).is_err() && lanes(Some(17)).is_err());
        let millis = |millis| timeout_ms(Duration::from_millis(millis));
        assert!(millis(1000).is_ok() && millis(30_000).is_ok());
        assert!(millis(999).is_err() && millis(30_001).is_err() && millis(u64::MAX).is_err());
    }
}
