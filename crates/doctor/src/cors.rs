use reqwest::{
    Method,
    header::{HeaderMap, HeaderValue},
};
use url::Url;

use crate::{
    failure::{Awaited, Failure},
    finding::Explanation,
    http::{self, Http},
};

/// Whether a page of that origin may read an answer with these headers; otherwise why not.
pub(crate) fn check(headers: &HeaderMap, origin: &HeaderValue) -> Result<(), Explanation> {
    let allowed: Vec<&HeaderValue> = headers.get_all("access-control-allow-origin").iter().collect();
    let shown = |value: &HeaderValue| crate::text::shown(&String::from_utf8_lossy(value.as_bytes()));
    let origin_text = shown(origin);
    let (words, advice) = match allowed[..] {
        [one] if one == "*" || one == origin => return Ok(()),
        [] => (
            format!("browsers hide the answer from {origin_text}: it has no Access-Control-Allow-Origin"),
            "Something in between removes the header, or another server answers.",
        ),
        [one] => (
            format!(
                "browsers hide the answer from {origin_text}: Access-Control-Allow-Origin is {}",
                shown(one)
            ),
            "It must be `*` or the page's origin, letter for letter.",
        ),
        _ => (
            format!(
                "browsers hide the answer from {origin_text}: Access-Control-Allow-Origin is there twice"
            ),
            "A proxy adds its own to the one that is there: remove it from the proxy's configuration.",
        ),
    };
    Err(Explanation::new(words, advice))
}

/// Asks as browsers do before a POST with `Content-Type: application/json`.
pub(crate) async fn preflight(
    http: &Http,
    url: Url,
    origin: &HeaderValue,
    deadline: crate::deadline::Deadline,
) -> Result<Result<(), Explanation>, Failure> {
    let request = http.request(Method::OPTIONS, url);
    let request = request
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let response = deadline.wait(http::send(request)).await.ok_or(Failure::Silent(Awaited::Headers))??;
    if !response.status().is_success() {
        return Ok(Err(Explanation::new(
            format!("browsers ask first (OPTIONS) and are answered {}", response.status().as_u16()),
            "Have proxies and firewalls let OPTIONS pass.",
        )));
    }
    let headers = response.headers();
    let allowed = headers.get("access-control-allow-headers").and_then(|value| value.to_str().ok());
    let allows_type = allowed.is_some_and(|list| {
        list.split(',').any(|name| name.trim().eq_ignore_ascii_case("content-type") || name.trim() == "*")
    });
    Ok(check(headers, origin).and_then(|()| {
        if allows_type {
            return Ok(());
        }
        let words =
            "browsers ask first (OPTIONS), and Content-Type is not among the Access-Control-Allow-Headers";
        Err(Explanation::new(
            words,
            "Something in between answers OPTIONS itself: have it pass to the platform.",
        ))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_header_with_a_star_or_the_origin_is_enough() {
        let origin = HeaderValue::from_static("https://shop.example");
        for (values, expected) in [
            (&["*"][..], None),
            (&["https://shop.example"], None),
            (&["https://shop.example/"], Some("is https://shop.example/")),
            (&[], Some("no Access-Control-Allow-Origin")),
            (&["*", "*"], Some("twice")),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append("access-control-allow-origin", HeaderValue::from_static(value));
            }
            let words = check(&headers, &origin).err().map(|it| it.words);
            match expected {
                Some(expected) => {
                    assert!(words.as_ref().is_some_and(|it| it.contains(expected)), "{words:?}");
                }
                None => assert_eq!(words, None),
            }
        }
    }
}
