//! What becomes of responses that go on.

use campanile_doctor::{
    Outcome::{Failed, Passed},
    Questions, Report, Step,
};

use crate::{
    SHORT, ask, assert_finding, examine,
    platform::{Answer, Behaviour, Platform, Streams},
    questions,
};

const REFUSED: Answer = (403, &[], "");

async fn with(streams: Streams, polls: Option<Answer>) -> Report {
    examine(&Platform::start(Behaviour { streams, polls, ..Behaviour::default() }).await, SHORT).await
}

#[tokio::test]
async fn a_proxy_that_holds_responses_back_is_named_where_polling_works() {
    let report = with(Streams::Held, None).await;
    let named = ["nothing arrived", "not even headers", "although polling works", "proxy_buffering off"];
    for step in [Step::XhrStreaming, Step::Sse] {
        assert_finding(&report, step, Failed, &named);
    }
    assert_finding(&report, Step::XhrPolling, Passed, &[]);
    assert!(!report.is_healthy());
    assert!(report.verdict().contains("falls back to xhr_polling. Also failed: xhr_streaming, sse"));
}

#[tokio::test]
async fn how_far_a_stream_got_is_told() {
    for (streams, named) in [
        (Streams::HeadersOnly, "headers arrived after"),
        (Streams::BeginningOnly, "the beginning arrived after"),
    ] {
        let report = with(streams, None).await;
        assert_finding(&report, Step::XhrStreaming, Failed, &[named, "proxy holds responses back"]);
    }
}

#[tokio::test]
async fn nobody_is_accused_of_buffering_where_polling_fails_too() {
    let report = with(Streams::Held, Some(REFUSED)).await;
    let words = &crate::finding(&report, Step::XhrStreaming).words;
    assert!(!words.contains("although"), "{words}");
    for step in [Step::XhrPolling, Step::Sockjs] {
        assert_finding(&report, step, Failed, &["403", "firewall"]);
    }
    assert!(report.verdict().contains("there is no fallback"), "{}", report.verdict());
}

#[tokio::test]
async fn a_page_of_another_origin_needs_the_headers_for_it() {
    for (behaviour, named) in [
        (Behaviour { cors: &[], ..Behaviour::default() }, "no Access-Control-Allow-Origin"),
        (Behaviour { preflight: (403, &[], ""), ..Behaviour::default() }, "OPTIONS"),
    ] {
        for (origin, outcome, named) in [(Some("https://shop.example"), Failed, named), (None, Passed, "")] {
            let platform = Platform::start(behaviour.clone()).await;
            let origin = origin.map(str::to_owned);
            let report = ask(Questions { origin, ..questions(&platform.url()) }).await;
            assert_finding(&report, Step::XhrStreaming, outcome, &[named]);
            assert_finding(&report, Step::Websocket, Passed, &[]);
        }
    }
}
