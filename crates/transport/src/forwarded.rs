//! What proxies say of the client behind them: `X-Forwarded-For`, `X-Forwarded-Proto` and `Forwarded`
//! (RFC 7239). Whether to believe it is not decided here.

use std::{
    borrow::Cow,
    net::{IpAddr, Ipv6Addr},
};

use actix_http::header::{HeaderMap, HeaderName};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED: HeaderName = HeaderName::from_static("forwarded");

/// Those a request came through, the nearest first. `None` stands for one that cannot be told: `unknown`,
/// an obfuscated name (RFC 7239, section 6.3), or what is no address at all.
pub(crate) type Hops = Vec<Option<IpAddr>>;

/// The hops in `X-Forwarded-For`.
pub(crate) fn x_forwarded_for(headers: &HeaderMap) -> Hops {
    elements(headers, &X_FORWARDED_FOR).iter().map(|element| node(element)).collect()
}

/// The hops in `Forwarded`; none if it names nobody, but only a scheme or a host.
pub(crate) fn forwarded_for(headers: &HeaderMap) -> Hops {
    let elements = elements(headers, &FORWARDED);
    if !elements.iter().any(|element| parameters(element, "for").next().is_some()) {
        return Hops::new();
    }
    elements.iter().map(|element| only(parameters(element, "for")).and_then(node)).collect()
}

/// Whether a request came over TLS, as the proxy that ended the TLS says in `X-Forwarded-Proto` or, without
/// that, in `Forwarded`; of several, the one that is nearest to the client counts. Believed of everyone:
/// a client that lies about its own connection fools only itself.
pub fn is_secure(headers: &HeaderMap) -> bool {
    let is_https = |scheme: &str| scheme.eq_ignore_ascii_case("https");
    match elements(headers, &X_FORWARDED_PROTO).last() {
        Some(scheme) => is_https(scheme),
        None => elements(headers, &FORWARDED)
            .last()
            .is_some_and(|element| only(parameters(element, "proto")).is_some_and(is_https)),
    }
}

/// The elements of a list that may go over several lines, the last one first: the nearest proxy has written
/// it. So what a client put in front, such as half of a quoted string, spoils nothing that comes after.
fn elements<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<Cow<'a, str>> {
    let mut elements = Vec::new();
    for line in headers.get_all(name).rev() {
        match String::from_utf8_lossy(line.as_bytes()) {
            Cow::Borrowed(line) => elements.extend(last_first(line).map(Cow::Borrowed)),
            Cow::Owned(line) => elements.extend(last_first(&line).map(|it| Cow::Owned(it.to_owned()))),
        }
    }
    elements
}

fn last_first(line: &str) -> impl Iterator<Item = &str> {
    line.rsplit(outside_quotes(',')).map(str::trim).filter(|element| !element.is_empty())
}

/// The values of an element's parameters of that name, without their quotes.
fn parameters<'a>(element: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    element
        .split(outside_quotes(';'))
        .filter_map(|pair| pair.split_once('='))
        .filter(move |(key, _)| key.trim().eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim().trim_matches('"'))
}

fn outside_quotes(separator: char) -> impl FnMut(char) -> bool {
    let mut is_quoted = false;
    move |c| {
        is_quoted ^= c == '"';
        c == separator && !is_quoted
    }
}

/// The item, if there is exactly one: a parameter must not occur twice.
fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let item = items.next()?;
    items.next().is_none().then_some(item)
}

/// An address with or without a port; an IPv6 address that has one stands in brackets.
fn node(text: &str) -> Option<IpAddr> {
    let address = if let Some(bracketed) = text.strip_prefix('[') {
        let (address, port) = bracketed.split_once(']')?;
        let is_port = port.is_empty() || port.starts_with(':');
        is_port.then(|| address.parse::<Ipv6Addr>().ok())?.map(IpAddr::V6)
    } else {
        let (host, _) = text.split_once(':').unwrap_or((text, ""));
        text.parse().ok().or_else(|| host.parse().ok())
    };
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_http::header::HeaderValue;

    use super::*;

    #[test]
    fn the_scheme_that_the_client_used_is_the_first() {
        let table: &[(&[(HeaderName, &'static str)], bool)] = &[
            (&[], false),
            (&[(X_FORWARDED_PROTO, "https")], true),
            (&[(X_FORWARDED_PROTO, "HTTPS")], true),
            (&[(X_FORWARDED_PROTO, "http")], false),
            (&[(X_FORWARDED_PROTO, "https, http")], true),
            (&[(X_FORWARDED_PROTO, "http, https")], false),
            (&[(X_FORWARDED_PROTO, "https"), (X_FORWARDED_PROTO, "http")], true),
            (&[(X_FORWARDED_PROTO, "http"), (FORWARDED, "proto=https")], false),
            (&[(FORWARDED, "for=203.0.113.9;Proto=https")], true),
            (&[(FORWARDED, "proto=\"https\", for=10.0.0.1;proto=http")], true),
            (&[(FORWARDED, "for=203.0.113.9, proto=https")], false),
            (&[(FORWARDED, "for=\"x;proto=https\"")], false),
        ];
        for (lines, expected) in table {
            let mut headers = HeaderMap::new();
            for (name, value) in *lines {
                headers.append(name.clone(), HeaderValue::from_static(value));
            }
            assert_eq!(is_secure(&headers), *expected, "{lines:?}");
        }
    }
}
