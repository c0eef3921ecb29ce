//! What answers of one kind have in common.

use crate::exchange::{Answer, Ask, Body};

pub(crate) const NO_CACHE: &str = "no-store, no-cache, no-transform, must-revalidate, max-age=0";
pub(crate) const JAVASCRIPT: &str = "application/javascript; charset=utf-8";
pub(crate) const PLAIN: &str = "text/plain; charset=utf-8";
pub(crate) const HTML: &str = "text/html; charset=utf-8";
pub(crate) const JSON: &str = "application/json; charset=utf-8";
/// A page that asks.
pub(crate) const ORIGIN: &str = "http://www.example.com";

/// An answer that must succeed and have this type; the letters' case is of no account.
pub(crate) fn expect(answer: &Answer, content_type: &str) {
    assert_eq!(answer.status, 200, "{}", answer.head);
    let told = answer.header("content-type").map(str::to_lowercase);
    assert_eq!(told.as_deref(), Some(content_type), "{}", answer.head);
}

pub(crate) fn expect_not_cached(answer: &Answer) {
    assert_eq!(answer.header("cache-control"), Some(NO_CACHE), "{}", answer.head);
    assert_eq!(answer.header("expires"), None);
    assert_eq!(answer.header("last-modified"), None);
}

pub(crate) fn expect_cached_for_a_year(answer: &Answer) {
    let control = answer.header("cache-control").unwrap();
    assert!(control.contains("public") && control.contains("max-age=31536000"), "{control}");
    assert!(answer.header("expires").is_some(), "{}", answer.head);
    assert_eq!(answer.header("last-modified"), None);
}

/// What tells a browser that the page of `origin`, or without one anybody, may read the answer.
pub(crate) fn expect_cors(answer: &Answer, origin: Option<&str>) {
    assert_eq!(answer.header("access-control-allow-origin"), Some(origin.unwrap_or("*")), "{}", answer.head);
    assert_eq!(answer.header("access-control-allow-credentials"), origin.map(|_| "true"), "{}", answer.head);
    assert_eq!(answer.header("vary"), Some("Origin"), "{}", answer.head);
}

/// An answer to a method that the path does not know.
pub(crate) fn expect_method_not_allowed(answer: &Answer, allowed: &str) {
    assert_eq!(answer.status, 405, "{}", answer.head);
    assert_eq!(answer.header("allow"), Some(allowed), "{}", answer.head);
    assert_eq!(answer.header("content-type"), None, "{}", answer.head);
    assert_eq!(answer.framing(), Body::Ended, "{}", answer.head);
}

/// A preflight request: its answer is empty, and grants what was asked for.
pub(crate) fn expect_granted(
    send: impl Fn(&Ask) -> Answer,
    target: &str,
    methods: &str,
    origin: Option<&str>,
) {
    let ask = Ask::options(target);
    let ask = origin.iter().fold(ask, |ask, origin| ask.with(&format!("Origin: {origin}")));
    let answer = send(&ask);
    assert!([200, 204].contains(&answer.status) && answer.framing() == Body::Ended, "{}", answer.head);
    expect_cached_for_a_year(&answer);
    expect_cors(&answer, origin);
    assert_eq!(answer.header("access-control-allow-methods"), Some(methods));
    let age: u64 = answer.header("access-control-max-age").unwrap().parse().unwrap();
    assert!(age > 1_000_000, "{age}");
    assert_eq!(answer.header("access-control-allow-headers"), None);
    let answer = send(&ask.clone().with("Access-Control-Request-Headers: a, b, c"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("a, b, c"));
    let answer = send(&ask.with("Access-Control-Request-Headers: "));
    assert_eq!(answer.header("access-control-allow-headers"), None);
}
