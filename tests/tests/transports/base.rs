//! Items 1 to 12: the service itself.

use serde_json::{Value, json};

use crate::{
    exchange::Ask,
    expect::{JSON, ORIGIN, PLAIN, expect, expect_cors, expect_granted, expect_not_cached},
    session::finish,
    stage::Stage,
    tests,
};

tests![
    the_base_url_greets,
    the_greeting_is_plain_text_without_a_cookie,
    other_paths_below_the_base_are_not_found,
    a_path_that_only_begins_like_the_base_is_no_service,
    info_tells_what_the_service_can_do,
    entropy_is_another_number_each_time,
    info_is_never_cached,
    info_may_be_read_by_every_page,
    info_tells_that_there_is_no_websocket,
    info_tells_that_a_cookie_is_needed_and_sets_none,
    a_preflight_request_for_info_is_granted,
    a_page_without_an_origin_of_its_own_is_named_null,
];

fn info(stage: &Stage, service: &str) -> Value {
    serde_json::from_str(&finish(stage.get(&format!("{service}/info")))).unwrap()
}

/// Item 1.
fn the_base_url_greets(stage: &Stage) {
    for target in ["/echo", "/echo/", "/sockjs", "/sockjs/", "/pusher"] {
        assert_eq!(finish(stage.get(target)), "Welcome to SockJS!\n", "{target}");
    }
}

/// Item 2.
fn the_greeting_is_plain_text_without_a_cookie(stage: &Stage) {
    let answer = stage.get("/cookie_needed_echo");
    expect(&answer, PLAIN);
    assert_eq!(answer.header("set-cookie"), None);
}

/// Item 3.
fn other_paths_below_the_base_are_not_found(stage: &Stage) {
    for path in ["/a", "/a.html", "//", "///", "/a/a", "/a/a/", "/a/"] {
        assert_eq!(stage.get(&format!("/echo{path}")).status, 404, "{path}");
    }
}

/// Item 4.
fn a_path_that_only_begins_like_the_base_is_no_service(stage: &Stage) {
    for path in ["/echoes", "/echoes/info", "/echo.html", "/ech", "/sockjsx/info", "/pusherx/info"] {
        assert_eq!(stage.get(path).status, 404, "{path}");
    }
    assert_eq!(stage.post("/echoes/000/a/xhr", "").status, 404);
}

/// Item 5.
fn info_tells_what_the_service_can_do(stage: &Stage) {
    expect(&stage.get("/echo/info"), JSON);
    for service in ["/echo", "/close", "/sockjs", "/sockjs/app/key", "/pusher"] {
        let info = info(stage, service);
        assert_eq!(info["websocket"], true, "{service}");
        assert_eq!(info["cookie_needed"], false, "{service}");
        assert_eq!(info["origins"], json!(["*:*"]), "{service}");
        assert!(info["entropy"].is_u64(), "{service}");
    }
}

/// Item 6.
fn entropy_is_another_number_each_time(stage: &Stage) {
    let numbers: Vec<_> = (0..3).map(|_| info(stage, "/echo")["entropy"].as_u64().unwrap()).collect();
    assert!(numbers.iter().all(|number| u32::try_from(*number).is_ok()), "{numbers:?}");
    assert!(numbers[0] != numbers[1] || numbers[1] != numbers[2], "{numbers:?}");
}

/// Item 7.
fn info_is_never_cached(stage: &Stage) {
    expect_not_cached(&stage.get("/echo/info"));
}

/// Item 8.
fn info_may_be_read_by_every_page(stage: &Stage) {
    expect_cors(&stage.get("/echo/info"), None);
    let answer = stage.send(&Ask::get("/echo/info").with(&format!("Origin: {ORIGIN}")));
    expect_cors(&answer, Some(ORIGIN));
}

/// Item 9.
fn info_tells_that_there_is_no_websocket(stage: &Stage) {
    assert_eq!(info(stage, "/disabled_websocket_echo")["websocket"], false);
}

/// Item 10.
fn info_tells_that_a_cookie_is_needed_and_sets_none(stage: &Stage) {
    assert_eq!(info(stage, "/cookie_needed_echo")["cookie_needed"], true);
    assert_eq!(stage.get("/cookie_needed_echo/info").header("set-cookie"), None);
}

/// Item 11.
fn a_preflight_request_for_info_is_granted(stage: &Stage) {
    for origin in [None, Some(ORIGIN)] {
        expect_granted(|ask| stage.send(ask), "/echo/info", "OPTIONS, GET", origin);
    }
}

/// Item 12.
fn a_page_without_an_origin_of_its_own_is_named_null(stage: &Stage) {
    let answer = stage.send(&Ask::get("/echo/info").with("Origin: null"));
    expect_cors(&answer, Some("null"));
    expect_granted(|ask| stage.send(ask), "/echo/info", "OPTIONS, GET", Some("null"));
}
