use std::net::IpAddr;

use actix_http::header::{HeaderMap, HeaderName, HeaderValue};

use super::{TrustedProxies, TrustedProxy};

fn trusted(proxies: &[&str]) -> TrustedProxies {
    proxies.iter().map(|text| text.parse::<TrustedProxy>().unwrap()).collect()
}

/// Lines of a request's head, `xff:` and `fwd:` for short.
fn headers(lines: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(':').unwrap();
        let name = match name {
            "xff" => "x-forwarded-for",
            "fwd" => "forwarded",
            other => other,
        };
        let value = HeaderValue::from_bytes(value.trim().as_bytes()).unwrap();
        headers.append(HeaderName::try_from(name).unwrap(), value);
    }
    headers
}

/// The client of a request from `peer`, with `10.0.0.0/8`, `127.0.0.1` and `fd00::/8` trusted.
fn client(peer: &str, lines: &[&str]) -> IpAddr {
    trusted(&["10.0.0.0/8", "127.0.0.1", "fd00::/8"]).client(peer.parse().unwrap(), &headers(lines))
}

#[test]
fn the_client_is_the_nearest_one_who_is_not_trusted() {
    let table: &[(&str, &[&str], &str)] = &[
        // Nobody in between.
        ("198.51.100.7", &[], "198.51.100.7"),
        ("127.0.0.1", &[], "127.0.0.1"),
        ("::ffff:198.51.100.7", &[], "198.51.100.7"),
        // One proxy.
        ("127.0.0.1", &["xff: 203.0.113.9"], "203.0.113.9"),
        ("::ffff:127.0.0.1", &["xff: 203.0.113.9"], "203.0.113.9"),
        ("fd00::1", &["xff: 2001:db8::5"], "2001:db8::5"),
        ("10.255.255.255", &["xff: 203.0.113.9:51234"], "203.0.113.9"),
        ("10.1.1.1", &["xff: [2001:db8::5]"], "2001:db8::5"),
        ("10.1.1.1", &["xff: [2001:db8::5]:443"], "2001:db8::5"),
        ("10.1.1.1", &["xff: ::ffff:203.0.113.9"], "203.0.113.9"),
        // Several, on one line or on many.
        ("127.0.0.1", &["xff: 203.0.113.9, 10.0.0.2,10.0.0.1"], "203.0.113.9"),
        ("127.0.0.1", &["xff: 203.0.113.9", "xff: 10.0.0.2", "xff: 10.0.0.1"], "203.0.113.9"),
        ("127.0.0.1", &["xff: 203.0.113.9, , 10.0.0.1,"], "203.0.113.9"),
        // Everyone on the way is trusted: the one who began.
        ("127.0.0.1", &["xff: 10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        // RFC 7239.
        ("127.0.0.1", &["fwd: for=203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", &["fwd: proto=https;For=\"203.0.113.9:4711\" ; by=10.0.0.1"], "203.0.113.9"),
        ("127.0.0.1", &["fwd: for=\"[2001:db8::5]\""], "2001:db8::5"),
        ("127.0.0.1", &["fwd: for=\"[2001:db8::5]:_port\";host=\"a,b;for=1.1.1.1\""], "2001:db8::5"),
        ("127.0.0.1", &["fwd: for=203.0.113.9, for=10.0.0.2"], "203.0.113.9"),
        ("127.0.0.1", &["fwd: for=203.0.113.9", "fwd: for=10.0.0.2;proto=http"], "203.0.113.9"),
        // Both, of one mind; one that says nothing of addresses.
        ("127.0.0.1", &["xff: 203.0.113.9", "fwd: for=203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", &["xff: 203.0.113.9", "fwd: proto=https"], "203.0.113.9"),
        ("127.0.0.1", &["xff:", "fwd: for=203.0.113.9"], "203.0.113.9"),
    ];
    for (peer, lines, expected) in table {
        assert_eq!(client(peer, lines).to_string(), *expected, "{peer} {lines:?}");
    }
}

#[test]
fn nobody_can_pass_for_someone_else() {
    let table: &[(&str, &[&str], &str)] = &[
        // The peer is no proxy of ours.
        ("198.51.100.7", &["xff: 127.0.0.1"], "198.51.100.7"),
        ("198.51.100.7", &["fwd: for=10.0.0.1"], "198.51.100.7"),
        ("11.0.0.1", &["xff: 203.0.113.9"], "11.0.0.1"),
        ("127.0.0.2", &["xff: 203.0.113.9"], "127.0.0.2"),
        ("::1", &["xff: 203.0.113.9"], "::1"),
        // What the client itself sent stands left of what the proxy wrote.
        ("127.0.0.1", &["xff: 1.1.1.1, 198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", &["xff: 1.1.1.1", "xff: 198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", &["xff: 127.0.0.1, 10.0.0.9, 198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", &["xff: 1.1.1.1, 198.51.100.7, 10.0.0.1"], "198.51.100.7"),
        ("127.0.0.1", &["fwd: for=1.1.1.1, for=198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", &["fwd: for=\"1.1.1.1, for=198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", &["fwd: for=\"1.1.1.1", "fwd: for=\"198.51.100.7\""], "198.51.100.7"),
        ("127.0.0.1", &["xff: \u{fffd}, 1.1.1.1\u{fffd}, 198.51.100.7"], "198.51.100.7"),
        // Beyond someone who cannot be told, nothing is known.
        ("127.0.0.1", &["xff: 1.1.1.1, unknown"], "127.0.0.1"),
        ("127.0.0.1", &["xff: 1.1.1.1, unknown, 10.0.0.1"], "10.0.0.1"),
        ("127.0.0.1", &["fwd: for=1.1.1.1, for=_hidden, for=10.0.0.1"], "10.0.0.1"),
        ("127.0.0.1", &["fwd: for=1.1.1.1, proto=https, for=10.0.0.1"], "10.0.0.1"),
        ("127.0.0.1", &["fwd: for=1.1.1.1;for=2.2.2.2"], "127.0.0.1"),
        ("127.0.0.1", &["xff: 203.0.113.9 10.0.0.1"], "127.0.0.1"),
        ("127.0.0.1", &["xff: 0x7f.1"], "127.0.0.1"),
        ("127.0.0.1", &["xff: [203.0.113.9]"], "127.0.0.1"),
        ("127.0.0.1", &["xff: [2001:db8::5]x"], "127.0.0.1"),
        ("127.0.0.1", &["xff: 1.2.3.4.example.com"], "127.0.0.1"),
        // One header is the proxy's, the other the client's; nobody can tell which.
        ("127.0.0.1", &["xff: 198.51.100.7", "fwd: for=1.1.1.1"], "127.0.0.1"),
        ("127.0.0.1", &["xff: 1.1.1.1", "fwd: for=unknown"], "127.0.0.1"),
        // Not a header that we read.
        ("127.0.0.1", &["x-real-ip: 1.1.1.1", "client-ip: 1.1.1.1"], "127.0.0.1"),
    ];
    for (peer, lines, expected) in table {
        assert_eq!(client(peer, lines).to_string(), *expected, "{peer} {lines:?}");
    }
}

#[test]
fn nobody_is_trusted_by_default() {
    let nobody = TrustedProxies::default();
    assert!(nobody.is_empty());
    let peer = IpAddr::from([127, 0, 0, 1]);
    assert_eq!(nobody.client(peer, &headers(&["xff: 203.0.113.9"])), peer);
}

#[test]
fn a_proxy_is_an_address_or_a_network() {
    for (text, shown) in [
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("10.1.2.3/8", "10.0.0.0/8"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("fd00::/8", "fd00::/8"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
    ] {
        assert_eq!(text.parse::<TrustedProxy>().unwrap().to_string(), shown);
    }
    for text in ["", "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0", "[::1]", "10.0.0.1:80", " 10.0.0.1"] {
        assert!(text.parse::<TrustedProxy>().is_err(), "{text:?}");
    }
}
