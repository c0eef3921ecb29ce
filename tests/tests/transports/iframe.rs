//! Items 13 to 18: the page for browsers that talk only to their own origin.

use crate::{
    exchange::{Ask, Body},
    expect::{HTML, expect, expect_cached_for_a_year},
    session::finish,
    stage::Stage,
    tests,
};

tests![
    the_page_is_literally_the_one_that_clients_expect,
    every_version_in_the_name_gets_the_same_page,
    queries_are_ignored,
    names_that_only_look_alike_are_not_found,
    the_page_may_be_kept_for_a_year,
    a_page_that_is_known_is_not_sent_again,
];

/// Item 13. Of the script's address, only the form is fixed.
fn the_page_is_literally_the_one_that_clients_expect(stage: &Stage) {
    let answer = stage.get("/echo/iframe.html");
    expect(&answer, HTML);
    let body = finish(answer);
    let (before, rest) = body.split_once("<script src=\"").unwrap();
    let (source, after) = rest.split_once('"').unwrap();
    assert!(source.starts_with('/') || source.starts_with("http"), "{source}");
    assert_eq!(
        before,
        "<!DOCTYPE html>\n<html>\n<head>\n\
         \x20 <meta http-equiv=\"X-UA-Compatible\" content=\"IE=edge\" />\n\
         \x20 <meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\" />\n  "
    );
    assert_eq!(
        after.trim_end(),
        "></script>\n  <script>\n    document.domain = document.domain;\n    SockJS.bootstrap_iframe();\n\
         \x20 </script>\n</head>\n<body>\n  <h2>Don't panic!</h2>\n\
         \x20 <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>\n</body>\n</html>"
    );
}

/// Item 14.
fn every_version_in_the_name_gets_the_same_page(stage: &Stage) {
    let page = finish(stage.get("/echo/iframe.html"));
    for name in ["-a", "-", "-0.1.2", "-0.1.2abc-dirty.2144", "-0_1"] {
        assert_eq!(finish(stage.get(&format!("/echo/iframe{name}.html"))), page, "{name}");
    }
}

/// Item 15.
fn queries_are_ignored(stage: &Stage) {
    let page = finish(stage.get("/echo/iframe.html"));
    for name in ["-a.html?t=1234", "-0.1.2.html?t=123414", "-0.1.2abc-dirty.2144.html?t=qweqweq123"] {
        assert_eq!(finish(stage.get(&format!("/echo/iframe{name}"))), page, "{name}");
    }
}

/// Item 16.
fn names_that_only_look_alike_are_not_found(stage: &Stage) {
    for name in ["iframe.htm", "iframe", "IFRAME.HTML", "iframe.HTML", "iframe.xml", "iframe-/.html"] {
        assert_eq!(stage.get(&format!("/echo/{name}")).status, 404, "{name}");
    }
}

/// Item 17.
fn the_page_may_be_kept_for_a_year(stage: &Stage) {
    let answer = stage.get("/cookie_needed_echo/iframe.html");
    expect_cached_for_a_year(&answer);
    assert!(answer.header("etag").unwrap().starts_with('"'), "{}", answer.head);
    assert_eq!(answer.header("set-cookie"), None);
}

/// Item 18.
fn a_page_that_is_known_is_not_sent_again(stage: &Stage) {
    let tag = stage.get("/echo/iframe.html").header("etag").unwrap().to_owned();
    assert_eq!(stage.get("/echo/iframe-1.html").header("etag"), Some(tag.as_str()));
    let known = stage.send(&Ask::get("/echo/iframe.html").with(&format!("If-None-Match: {tag}")));
    assert_eq!((known.status, known.framing()), (304, Body::Ended));
    assert_eq!(known.header("content-type"), None, "{}", known.head);
    let other = stage.send(&Ask::get("/echo/iframe.html").with("If-None-Match: \"other\""));
    assert_eq!(other.status, 200);
}
