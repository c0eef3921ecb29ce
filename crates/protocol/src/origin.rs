use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An origin (RFC 6454) whose pages may connect: `https://www.example.com`, `http://localhost:3000`, or
/// with a star for one or more labels in front, `https://*.example.com`. Scheme and port count: without
/// a port, the scheme's own is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AllowedOrigin {
    text: String,
    /// What stands after the star; none if there is no star.
    suffix_at: Option<usize>,
}

/// A text that is no origin.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is no origin such as https://www.example.com or https://*.example.com")]
pub struct InvalidOrigin(String);

/// The longest origin: a host name has at most 253 bytes.
const ORIGIN_BYTES: usize = 300;

impl AllowedOrigin {
    /// Whether a page of this origin, as browsers write it, is meant.
    pub fn allows(&self, origin: &str) -> bool {
        let origin = normal(origin);
        let Some(at) = self.suffix_at else { return self.text == origin };
        let (scheme, suffix) = (&self.text[..at - 1], &self.text[at..]);
        let host = origin.strip_prefix(scheme).and_then(|rest| rest.strip_suffix(suffix));
        host.is_some_and(|labels| !labels.is_empty() && is_host(labels))
    }
}

impl TryFrom<String> for AllowedOrigin {
    type Error = InvalidOrigin;

    fn try_from(text: String) -> Result<Self, InvalidOrigin> {
        let origin = normal(&text);
        let is_origin = || {
            let (scheme, rest) = origin.split_once("://")?;
            // The colons of an IPv6 address are none of a port's.
            let port = rest.rsplit_once(':').filter(|(_, port)| !port.ends_with(']'));
            let (host, port) = port.unwrap_or((rest, "0"));
            let host = host.strip_prefix("*.").unwrap_or(host);
            let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
            let is_port = port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok();
            (is_scheme && is_host(host) && is_port).then_some(())
        };
        if origin.len() > ORIGIN_BYTES || is_origin().is_none() {
            return Err(InvalidOrigin(text));
        }
        Ok(Self { suffix_at: origin.find("://*.").map(|at| at + "://*".len()), text: origin })
    }
}

impl From<AllowedOrigin> for String {
    fn from(origin: AllowedOrigin) -> Self {
        origin.text
    }
}

impl fmt::Display for AllowedOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// In small letters, without the port that the scheme implies and without a slash at the end.
fn normal(origin: &str) -> String {
    let origin = origin.trim().trim_end_matches('/').to_ascii_lowercase();
    let implied = [("https://", ":443"), ("http://", ":80")];
    let port =
        implied.into_iter().find(|(scheme, port)| origin.starts_with(scheme) && origin.ends_with(port));
    match port {
        Some((_, port)) => origin[..origin.len() - port.len()].to_owned(),
        None => origin,
    }
}

/// Labels of letters, digits, `-` and `_`, or an IPv6 address in brackets.
fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        return address
            .strip_suffix(']')
            .is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok());
    }
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    host.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> AllowedOrigin {
        AllowedOrigin::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn scheme_host_and_port_count() {
        let exact = origin("https://www.Example.com/");
        assert!(exact.allows("https://www.example.com"));
        assert!(exact.allows("https://www.example.com:443"));
        for other in [
            "http://www.example.com",
            "https://www.example.com:8443",
            "https://example.com",
            "https://www.example.com.evil.net",
            "https://evilwww.example.com",
            "null",
            "",
        ] {
            assert!(!exact.allows(other), "{other}");
        }
        assert!(origin("http://localhost:3000").allows("http://localhost:3000"));
        assert!(!origin("http://localhost:3000").allows("http://localhost"));
        assert!(origin("http://[::1]:8080").allows("http://[::1]:8080"));
        assert!(origin("http://[::1]:80").allows("http://[::1]"));
    }

    #[test]
    fn a_star_stands_for_whole_labels() {
        let any = origin("https://*.example.com");
        assert!(any.allows("https://a.example.com"));
        assert!(any.allows("https://a.b.example.com"));
        for other in [
            "https://example.com",
            "https://.example.com",
            "https://evilexample.com",
            "https://evil.net/.example.com",
            "https://user@a.example.com",
            "https://a.example.com.evil.net",
            "http://a.example.com",
        ] {
            assert!(!any.allows(other), "{other}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in [
            "",
            "*",
            "example.com",
            "https://",
            "https://*",
            "https://a.*.com",
            "https://a/b",
            "https://a:x",
            "https://a:+80",
            "https://a:65536",
            "https://[::x]",
            "https://a b",
        ] {
            assert!(AllowedOrigin::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
