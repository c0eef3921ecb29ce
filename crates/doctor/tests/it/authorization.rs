//! The endpoint of an app's own server.

use campanile_doctor::{
    Outcome::{Failed, Passed},
    Report, Step,
};

use crate::{
    ask, assert_finding,
    platform::{Answer, Behaviour, Platform},
    questions,
};

const RIGHT: &str = r#"{"auth":"key:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}"#;
const OTHER_SECRET: &str =
    r#"{"auth":"key:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}"#;
const OTHER_KEY: &str =
    r#"{"auth":"other:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}"#;

async fn with(auth: Answer, origin: Option<&str>) -> (Report, Vec<String>) {
    let platform = Platform::start(Behaviour { auth, ..Behaviour::default() }).await;
    let mut questions = questions(&platform.url());
    questions.auth_endpoint = Some(format!("{}/auth", platform.url()).parse().unwrap());
    questions.auth_headers = vec![("Cookie".to_owned(), "session=1".to_owned())];
    questions.origin = origin.map(str::to_owned);
    (ask(questions).await, platform.seen("/auth"))
}

#[tokio::test]
async fn an_endpoint_is_asked_as_pusher_js_asks() {
    let (report, seen) = with((200, &[], RIGHT), None).await;
    assert_finding(&report, Step::Authorization, Passed, &["the platform agrees"]);
    assert_eq!(seen.len(), 1);
    let expected = "POST /auth socket_id=1.2&channel_name=private-campanile-doctor-";
    assert!(seen[0].starts_with(expected), "{}", seen[0]);
}

#[tokio::test]
async fn each_way_to_sign_wrongly_is_told_in_words() {
    for (auth, named) in [
        ((500, &[][..], ""), "500"),
        ((302, &["Location: /login"], ""), "redirects, to a login"),
        ((403, &[], "Forbidden"), "--auth-header"),
        ((200, &[], "<html>"), "no JSON"),
        ((200, &[], r#"{"auth":"key:short"}"#), "not KEY:SIGNATURE"),
        ((200, &[], OTHER_KEY), "for key other and not for key"),
        ((200, &[], OTHER_SECRET), "signs with another secret"),
    ] {
        assert_finding(&with(auth, None).await.0, Step::Authorization, Failed, &[named]);
    }
}

#[tokio::test]
async fn an_endpoint_of_another_origin_must_allow_the_page() {
    let origin = Some("https://shop.example");
    let (report, _) = with((200, &[], RIGHT), origin).await;
    assert_finding(&report, Step::Authorization, Failed, &["rightly", "Access-Control-Allow-Origin"]);
    let allowed = (200, &["Access-Control-Allow-Origin: https://shop.example"][..], RIGHT);
    assert_finding(&with(allowed, origin).await.0, Step::Authorization, Passed, &[]);
}
