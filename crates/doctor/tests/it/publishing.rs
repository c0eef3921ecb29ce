//! Events over the REST API, and their arrival.

use campanile_doctor::{
    Outcome::{Failed, Passed},
    Report, Step,
};

use crate::{
    ask, assert_finding, finding,
    platform::{Answer, Behaviour, Platform},
    questions,
};

const LONG_AGO: &[&str] = &["Date: Sun, 06 Nov 1994 08:49:37 GMT"];

async fn with(platform: &Platform) -> Report {
    let mut questions = questions(&platform.url());
    questions.secret = Some("never-shown".into());
    ask(questions).await
}

async fn refused(events: Answer) -> Report {
    with(&Platform::start(Behaviour { events, ..Behaviour::default() }).await).await
}

#[tokio::test]
async fn events_arrive_on_every_transport_that_works() {
    let platform = Platform::start(Behaviour::default()).await;
    let report = with(&platform).await;
    assert_finding(&report, Step::Publish, Passed, &["medians of 5"]);
    let measured = finding(&report, Step::Publish).measured.iter();
    let names: Vec<&str> = measured.map(|(name, _)| *name).collect();
    assert_eq!(names, ["ws", "xhr_streaming", "xhr_polling", "sockjs", "sse", "long_polling"]);
    assert_eq!(platform.seen("/apps/1001/events").len(), 5);
    assert!(report.is_healthy());
}

#[tokio::test]
async fn a_401_is_explained() {
    for (answer, named) in [
        ((401, LONG_AGO, "Timestamp expired"), "clock is"),
        ((401, &[][..], "Unknown auth_key"), "none of app 1001"),
        ((401, &[], "Invalid signature"), "the secret does not belong to the key"),
    ] {
        let report = refused(answer).await;
        assert_finding(&report, Step::Publish, Failed, &["401", named]);
        assert!(!format!("{report:?}").contains("never-shown"));
    }
}

#[tokio::test]
async fn a_proxy_that_changes_the_signed_path_is_found_out() {
    for prefix in ["", "/realtime"] {
        let platform = Platform::start(Behaviour { prefix, ..Behaviour::default() }).await;
        let mut questions = questions(&format!("{}{prefix}", platform.url()));
        questions.secret = Some("never-shown".into());
        let report = ask(questions).await;
        assert_finding(&report, Step::Websocket, Passed, &[]);
        match prefix {
            "" => assert_finding(&report, Step::Publish, Passed, &[]),
            _ => assert_finding(&report, Step::Publish, Failed, &["takes /realtime off the path"]),
        }
    }
}

#[tokio::test]
async fn another_secret_is_refused() {
    let platform = Platform::start(Behaviour { secret: "another", ..Behaviour::default() }).await;
    assert_finding(&with(&platform).await, Step::Publish, Failed, &["the secret does not belong to the key"]);
}

#[tokio::test]
async fn other_refusals_are_told_apart() {
    for (answer, named) in [
        ((404, &[][..], ""), "--app-id"),
        ((403, &[], "The app is disabled"), "The app is disabled"),
        ((503, &[], ""), "overloaded"),
    ] {
        assert_finding(&refused(answer).await, Step::Publish, Failed, &[named]);
    }
}
