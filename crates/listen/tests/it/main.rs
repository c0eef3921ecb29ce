//! Listening, against a stand-in for the platform and for the developer's own server.

#![expect(clippy::unwrap_used, reason = "a failed assumption is a failed test")]

mod server;

use std::time::Duration;

use campanile_listen::{ListenError, Listener, Notice, Source};
use tokio::sync::mpsc;

use crate::server::{Request, Server};

const LISTENING: &str = "event: listening\ndata: {\"listener\":\"L1\",\"signing_secret\":\"whsec_x\",\"event_types\":[\"a\"]}\n\n";
const DELIVERY: &str = concat!(
    ": still here\n\n",
    "event: delivery\n",
    r#"data: {"id":"d1","headers":{"webhook-id":"d1","x-custom":"é"},"body":"{\"events\":[{\"name\":\"a\",\"channel\":\"é\"}] }"}"#,
    "\n\n",
);

fn listener(platform: &Server, target: &Server) -> Listener {
    let source = Source {
        platform: platform.url("/base/"),
        token: "cmt_token".into(),
        app: "1001".into(),
        webhook: Some("w 1".into()),
        take: true,
        types: vec!["a".into(), "b".into()],
    };
    Listener::new(source, target.url("/hook?x=1"), Duration::from_secs(5)).unwrap()
}

/// What happens, as it happens.
fn run(listener: Listener) -> mpsc::UnboundedReceiver<Result<Notice, ListenError>> {
    let (sender, notices) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let told = sender.clone();
        // The test may have ended.
        let ended = listener.run(move |notice| drop(told.send(Ok(notice)))).await;
        let _ = sender.send(ended.map(|never| match never {}));
    });
    notices
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    request.headers.get(name).map_or("", String::as_str)
}

#[tokio::test]
async fn a_delivery_is_posted_as_it_is_and_its_answer_reported() {
    let (mut platform, mut target) = (Server::start().await, Server::start().await);
    let mut notices = run(listener(&platform, &target));

    let asked = platform.next().await;
    assert_eq!(asked.target, "/base/api/v1/apps/1001/webhooks/listen?webhook=w+1&take=true&types=a%2Cb");
    assert_eq!((asked.method.as_str(), header(&asked, "authorization")), ("GET", "Bearer cmt_token"));
    let stream = asked.stream(&format!("{LISTENING}{DELIVERY}")).await;

    let posted = target.next().await;
    assert_eq!((posted.target.as_str(), header(&posted, "webhook-id")), ("/hook?x=1", "d1"));
    assert_eq!(posted.body, r#"{"events":[{"name":"a","channel":"é"}] }"#);
    posted.answer(503, "").await;

    let reported = platform.next().await;
    assert_eq!(reported.target, "/base/api/v1/apps/1001/webhooks/listen/L1/results");
    let result: serde_json::Value = serde_json::from_str(&reported.body).unwrap();
    assert_eq!((&result["id"], &result["status"], &result["error"]), (&"d1".into(), &503.into(), &().into()));
    reported.answer(204, "").await;

    let Some(Ok(Notice::Listening { signing_secret, .. })) = notices.recv().await else {
        panic!("not listening")
    };
    assert_eq!(signing_secret.as_deref(), Some("whsec_x"));
    let Some(Ok(Notice::Posted { delivery, answer, unreported })) = notices.recv().await else {
        panic!("not posted")
    };
    assert_eq!(delivery.events()[0].channel.as_deref(), Some("é"));
    assert_eq!((answer.status, unreported), (Some(503), None));

    // The end of the connection is not the end of listening.
    drop(stream);
    assert!(matches!(notices.recv().await, Some(Ok(Notice::Lost { .. }))));
    assert_eq!(platform.next().await.method, "GET");
}

#[tokio::test]
async fn a_local_server_that_is_away_is_reported_too() {
    let (mut platform, target) = (Server::start().await, Server::start().await);
    let listener = listener(&platform, &target);
    drop(target);
    let _notices = run(listener);
    let _stream = platform.next().await.stream(&format!("{LISTENING}{DELIVERY}")).await;
    let reported = platform.next().await;
    let result: serde_json::Value = serde_json::from_str(&reported.body).unwrap();
    assert!(result["status"].is_null() && result["error"].is_string(), "{result}");
}

#[tokio::test]
async fn a_refusal_ends_it_and_a_failure_does_not() {
    let (mut platform, target) = (Server::start().await, Server::start().await);
    let mut notices = run(listener(&platform, &target));
    platform.next().await.answer(500, "").await;
    assert!(matches!(notices.recv().await, Some(Ok(Notice::Lost { .. }))));
    let refusal = r#"{"error":{"code":"unauthenticated","message":"Log in first."}}"#;
    platform.next().await.answer(401, refusal).await;
    let Some(Err(error)) = notices.recv().await else { panic!("it goes on") };
    assert_eq!(error.to_string(), "Log in first. (401)");
}
