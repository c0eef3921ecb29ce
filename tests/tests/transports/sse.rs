//! `GET /apps/{app_id}/sse`.

use std::{
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::{
    exchange::Ask,
    fallback::eventually,
    plain::{Sse, public, token, url},
    signing::query,
    stage::Stage,
    tests,
};

tests![
    a_stream_welcomes_subscribes_and_tells_events,
    a_cached_event_is_told_to_who_comes_later,
    events_are_numbered_and_browsers_told_when_to_return,
    the_last_event_id_goes_on_exactly_there,
    nothing_is_lost_or_doubled_over_many_breaks_under_load,
    an_id_that_means_nothing_here_begins_anew,
    an_id_of_another_app_opens_nothing,
    a_session_is_kept_for_a_while_and_then_over,
    a_stream_that_returns_needs_no_second_place,
    a_silent_stream_carries_comments,
    http_1_0_gets_bare_events,
    a_disabled_app_ends_its_streams,
    curl_shows_events_live,
    a_preflight_request_is_granted,
    only_get_is_a_method_for_it,
];

fn a_stream_welcomes_subscribes_and_tells_events(stage: &Stage) {
    let app = stage.app(&[]);
    let mut sse = Sse::open(stage, &app, &public(&app, "news,sport"));
    sse.welcomed();
    sse.joined(&["news", "sport"]);
    stage.publish(&app, "news", "posted", "{\"text\":\"é😀\\n%\"}");
    let expected = json!({ "event": "posted", "channel": "news", "data": "{\"text\":\"é😀\\n%\"}" });
    assert_eq!(sse.next(), expected);
}

fn a_cached_event_is_told_to_who_comes_later(stage: &Stage) {
    let app = stage.app(&[]);
    Sse::subscribed(stage, &app, &public(&app, "cache-x")).event("pusher:cache_miss");
    stage.publish(&app, "cache-x", "posted", "x");
    Sse::subscribed(stage, &app, &public(&app, "cache-x")).event("posted");
}

fn events_are_numbered_and_browsers_told_when_to_return(stage: &Stage) {
    let app = stage.app(&[]);
    let mut answer = stage.get(&url(&app, "sse", &public(&app, "news")));
    assert_eq!(answer.header("x-accel-buffering"), Some("no"));
    assert_eq!(answer.chunk().unwrap(), "retry: 1000\n\n");
    let mut sse = Sse::subscribed(stage, &app, &public(&app, "news"));
    let (session, number) = sse.last.rsplit_once('.').unwrap();
    let (session, number): (String, u64) = (session.to_owned(), number.parse().unwrap());
    assert!(session.len() >= 22, "nobody guesses 128 bits: {session}");
    for index in 1..=3 {
        stage.publish(&app, "news", "posted", "x");
        sse.event("posted");
        assert_eq!(sse.last, format!("{session}.{}", number + index));
    }
}

fn the_last_event_id_goes_on_exactly_there(stage: &Stage) {
    let app = stage.app(&[]);
    let query = public(&app, "news");
    let mut sse = Sse::subscribed(stage, &app, &query);
    let mut ids = vec![sse.last.clone()];
    for index in 0..5 {
        stage.publish(&app, "news", &index.to_string(), "x");
        sse.event(&index.to_string());
        ids.push(sse.last.clone());
    }
    drop(sse);
    stage.publish(&app, "news", "5", "x");
    // Two events were read by nobody, as far as this client knows.
    let mut sse = Sse::resume(stage, &app, &query, &ids[3]);
    for index in 3..6 {
        sse.event(&index.to_string());
    }
    let last = sse.last.clone();
    drop(sse);
    let in_query = format!("{query}&last_event_id={last}");
    let mut sse = Sse::open(stage, &app, &in_query);
    stage.publish(&app, "news", "6", "x");
    sse.event("6");
}

/// Whatever breaks, the ids say what has arrived: every event once, in order.
fn nothing_is_lost_or_doubled_over_many_breaks_under_load(stage: &Stage) {
    const EVENTS: usize = 400;
    let app = stage.app(&[]);
    let query = public(&app, "news");
    let mut sse = Sse::subscribed(stage, &app, &query);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for index in 0..EVENTS {
                stage.publish(&app, "news", &index.to_string(), &"é😀".repeat(200));
            }
            is_over.store(true, Ordering::Relaxed);
        });
        let mut next = 0;
        for round in 0.. {
            for _ in 0..round % 11 {
                if next < EVENTS {
                    sse.event(&next.to_string());
                    next += 1;
                }
            }
            if next == EVENTS {
                return;
            }
            if round % 2 == 0 {
                // What is on its way is lost, and told again.
                sse = Sse::resume(stage, &app, &query, &sse.last);
            } else {
                sse.answer.abort();
                for event in sse.leftovers() {
                    assert_eq!(event["event"], next.to_string());
                    next += 1;
                }
                sse = Sse::resume(stage, &app, &query, &sse.last);
            }
        }
    });
    assert!(is_over.load(Ordering::Relaxed));
}

fn an_id_that_means_nothing_here_begins_anew(stage: &Stage) {
    let app = stage.app(&[]);
    let query = public(&app, "news");
    let mut sse = Sse::subscribed(stage, &app, &query);
    let session = sse.last.rsplit_once('.').unwrap().0.to_owned();
    for last in [
        "x",
        "",
        ".",
        "unknown.1",
        "%00.1",
        "a.b.c",
        "AAAAAAAAAAAAAAAAAAAAAA.1",
        "../x.1",
        &format!("{session}.99"),
        &format!("{session}.-1"),
        &format!("{session}.x"),
        &session,
        &format!("{session}.18446744073709551615"),
        &format!("{session}.18446744073709551616"),
    ] {
        assert_ne!(Sse::resume(stage, &app, &query, last).welcomed(), session, "{last:?}");
    }
    stage.publish(&app, "news", "posted", "x");
    sse.event("posted");
}

fn an_id_of_another_app_opens_nothing(stage: &Stage) {
    let (app, other) = (stage.app(&[]), stage.app(&[]));
    let mut sse = Sse::subscribed(stage, &app, &public(&app, "news"));
    let last = sse.last.clone();
    let session = last.rsplit_once('.').unwrap().0.to_owned();
    let mut foreign = Sse::resume(stage, &other, &public(&other, "news"), &last);
    assert_ne!(foreign.welcomed(), session);
    foreign.event("pusher_internal:subscription_succeeded");
    let one_of_app = |base: String| stage.post(&format!("{base}/000/{session}/xhr_send"), "[]").status;
    for base in ["/echo", "/sockjs", "/pusher"] {
        assert_eq!(one_of_app(base.to_owned()), 404);
    }
    for mount in ["pusher", "sockjs"] {
        assert_eq!(one_of_app(format!("/{mount}/app/{}", app.key)), 404);
    }
    stage.publish(&app, "news", "mine", "x");
    stage.publish(&other, "news", "theirs", "x");
    sse.event("mine");
    foreign.event("theirs");
}

fn a_session_is_kept_for_a_while_and_then_over(stage: &Stage) {
    let app = stage.app(&[]);
    let query_ = public(&app, "news");
    let sse = Sse::subscribed(stage, &app, &query_);
    let last = sse.last.clone();
    let begun = Instant::now();
    drop(sse);
    let is_there = || {
        let channel = query(&stage.platform, &app, "channels/news", &[]);
        channel["occupied"] == true
    };
    while is_there() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it never ends");
        thread::sleep(Duration::from_millis(200));
    }
    assert!(begun.elapsed() >= Duration::from_secs(15), "too early: {:?}", begun.elapsed());
    let session = last.rsplit_once('.').unwrap().0;
    assert_ne!(Sse::resume(stage, &app, &query_, &last).welcomed(), session);
}

/// The session it goes on with has its place already.
fn a_stream_that_returns_needs_no_second_place(stage: &Stage) {
    let app = stage.app(&["max_connections=1"]);
    let query = public(&app, "news");
    let sse = Sse::subscribed(stage, &app, &query);
    let last = sse.last.clone();
    drop(sse);
    let mut sse = Sse::resume(stage, &app, &query, &last);
    stage.publish(&app, "news", "posted", "x");
    sse.event("posted");
}

fn a_silent_stream_carries_comments(stage: &Stage) {
    let app = stage.app(&[]);
    let mut sse = Sse::subscribed(stage, &app, &public(&app, "news"));
    assert_eq!(sse.answer.chunk().unwrap(), ":\n\n");
    stage.publish(&app, "news", "posted", "x");
    sse.event("posted");
}

fn http_1_0_gets_bare_events(stage: &Stage) {
    let app = stage.app(&[]);
    let ask = Ask::get(&url(&app, "sse", &public(&app, "news"))).in_http_1_0();
    let mut answer = stage.send(&ask);
    assert_eq!(answer.header("transfer-encoding"), None);
    assert_eq!(answer.bytes(13), "retry: 1000\n\n");
    assert!(answer.line().starts_with("id: "));
    let welcome = answer.line();
    assert!(welcome.starts_with("data: {") && welcome.contains("connection_established"), "{welcome}");
}

fn a_disabled_app_ends_its_streams(stage: &Stage) {
    let app = stage.app(&[]);
    let query = public(&app, "news");
    let mut sse = Sse::subscribed(stage, &app, &query);
    stage.change(&app, &json!({ "enabled": false }));
    let error = sse.event("pusher:error");
    assert_eq!(error["data"]["code"], 4003);
    assert!(sse.try_next().is_none());
    // Browsers return, and stop where they are told so by a status.
    eventually(|| {
        let ask = Ask::get(&url(&app, "sse", &query)).with(&format!("Last-Event-ID: {}", sse.last));
        stage.send(&ask).status == 403
    });
}

fn curl_shows_events_live(stage: &Stage) {
    let app = stage.app(&[]);
    let url = format!("http://{}{}", stage.platform.authority, url(&app, "sse", &public(&app, "news")));
    let Ok(mut curl) = Command::new("curl").args(["-sN", &url]).stdout(Stdio::piped()).spawn() else {
        return; // Not installed.
    };
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(curl.stdout.take().unwrap()));
    let mut until = |text: &str| lines.any(|line| line.unwrap().contains(text));
    assert!(until("subscription_succeeded"));
    for name in ["one", "two"] {
        stage.publish(&app, "news", name, "x");
        assert!(until(&format!("\"event\":\"{name}\"")));
    }
    curl.kill().unwrap();
    curl.wait().unwrap();
}

fn a_preflight_request_is_granted(stage: &Stage) {
    let app = stage.app(&[]);
    for kind in ["sse", "poll"] {
        let ask = Ask::options(&url(&app, kind, &public(&app, "news")));
        let ask = ask.with("Origin: https://www.example.com");
        let answer = stage.send(&ask.with("Access-Control-Request-Headers: authorization"));
        assert!([200, 204].contains(&answer.status), "{}", answer.head);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-allow-headers"), Some("authorization"));
    }
}

fn only_get_is_a_method_for_it(stage: &Stage) {
    let app = stage.app(&[]);
    for kind in ["sse", "poll"] {
        let answer = stage.post(&url(&app, kind, &public(&app, "news")), "");
        assert_eq!(answer.status, 405, "{}", answer.head);
        let claims = json!({ "channels": ["private-x"] });
        let by_token = url(&app, kind, &format!("token={}", token(&app, claims)));
        assert_eq!(stage.post(&by_token, "").status, 405);
    }
}
