//! What becomes of a WebSocket on its way.

use campanile_doctor::{
    Outcome::{Failed, Passed, Skipped},
    Step,
};

use crate::{
    PATIENCE, SHORT, assert_finding, examine, finding,
    platform::{Behaviour, Platform, Upgrade},
};

async fn with(upgrade: Upgrade) -> campanile_doctor::Report {
    let patience = if matches!(upgrade, Upgrade::Swallowed | Upgrade::Mute) { SHORT } else { PATIENCE };
    examine(&Platform::start(Behaviour { upgrade, ..Behaviour::default() }).await, patience).await
}

#[tokio::test]
async fn a_good_platform_is_healthy_on_every_transport() {
    let report = with(Upgrade::Works).await;
    for step in [
        Step::Connect,
        Step::Websocket,
        Step::XhrStreaming,
        Step::XhrPolling,
        Step::Sockjs,
        Step::Sse,
        Step::LongPolling,
    ] {
        assert_finding(&report, step, Passed, &[]);
        assert!(finding(&report, step).duration.is_some());
    }
    for (step, words) in [
        (Step::Name, "an address already"),
        (Step::Tls, "https://"),
        (Step::Publish, "CAMPANILE_APP_SECRET"),
        (Step::Authorization, "--auth-endpoint"),
    ] {
        assert_finding(&report, step, Skipped, &[words]);
    }
    assert!(report.is_healthy());
    assert_eq!(report.transport(), Some(Step::Websocket));
    let measured = finding(&report, Step::XhrStreaming).measured.iter();
    let names: Vec<&str> = measured.map(|(name, _)| *name).collect();
    assert_eq!(names, ["headers", "prelude", "open", "welcome", "ping"]);
}

#[tokio::test]
async fn a_proxy_that_drops_the_upgrade_is_named_by_what_it_left_behind() {
    let answer = (400, &["Via: 1.1 cache (Varnish/7.1)", "Server: campanile"][..], "no upgrade");
    let report = with(Upgrade::Answered(answer)).await;
    let named = [
        "400 \"no upgrade\"",
        "dropped the Upgrade header",
        "Via: 1.1 cache (Varnish/7.1)",
        "Server: campanile",
        "vcl_recv",
    ];
    assert_finding(&report, Step::Websocket, Failed, &named);
    assert_finding(&report, Step::XhrStreaming, Passed, &[]);
    assert!(!report.is_healthy());
    assert_eq!(report.transport(), Some(Step::XhrStreaming));
    assert!(report.verdict().contains("xhr_streaming, 5 s after"), "{}", report.verdict());
}

#[tokio::test]
async fn other_answers_to_an_upgrade_are_told_apart() {
    for (answer, named) in [
        ((426, &["Server: nginx"][..], ""), "proxy_set_header Upgrade"),
        ((403, &[], ""), "firewall"),
        ((407, &[], ""), "log in"),
        ((404, &[], ""), "wsPath"),
        ((502, &[], ""), "does not reach the platform"),
        ((301, &["Location: https://push.example/"], ""), "forceTLS: true"),
        ((200, &[], "<html>"), "knows no WebSockets"),
        ((400, &[], "The plain HTTP request was sent to HTTPS port"), "speaks TLS"),
    ] {
        assert_finding(&with(Upgrade::Answered(answer)).await, Step::Websocket, Failed, &[named]);
    }
}

#[tokio::test]
async fn an_upgrade_without_an_answer_and_a_socket_without_a_word_are_told_apart() {
    assert_finding(&with(Upgrade::Swallowed).await, Step::Websocket, Failed, &["swallows"]);
    assert_finding(&with(Upgrade::Mute).await, Step::Websocket, Failed, &["(101)", "nothing came"]);
}

#[tokio::test]
async fn what_the_app_refuses_is_explained_and_not_tried_again() {
    for (code, reason, named) in [
        (4000, "", "forceTLS: true"),
        (4001, "", "no app with this key"),
        (4003, "", "disabled"),
        (4004, "", "max_connections"),
        (4009, "Origin not allowed", "--origin"),
    ] {
        let report = with(Upgrade::Closed(code, reason)).await;
        assert_finding(&report, Step::Websocket, Failed, &[named, &code.to_string(), reason]);
        assert_finding(&report, Step::XhrStreaming, Skipped, &["as it refused the websocket"]);
        assert_eq!(report.transport(), None);
    }
}

#[tokio::test]
async fn a_server_that_restarts_does_not_stop_the_examination() {
    let report = with(Upgrade::Closed(4200, "")).await;
    assert_finding(&report, Step::Websocket, Failed, &["4200"]);
    assert_finding(&report, Step::XhrStreaming, Passed, &[]);
}
