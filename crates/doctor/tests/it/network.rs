//! Before any protocol.

use std::time::Duration;

use campanile_doctor::{Doctor, DoctorError, Outcome::Failed, Step};
use tokio::net::TcpListener;

use crate::{
    ask, assert_finding,
    platform::{Behaviour, Platform},
    questions,
};

#[tokio::test]
async fn a_name_without_an_address_ends_it() {
    let report = ask(questions("http://nowhere.invalid")).await;
    assert_finding(&report, Step::Name, Failed, &["nowhere.invalid has no address"]);
    assert_eq!((report.findings.len(), report.transport()), (1, None));
}

#[tokio::test]
async fn a_port_on_which_nobody_listens_ends_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    drop(listener);
    let report = ask(questions(&url)).await;
    assert_finding(&report, Step::Connect, Failed, &["nobody answers at 127.0.0.1:", "firewall"]);
}

#[tokio::test]
async fn tls_on_a_port_that_speaks_none_is_told() {
    let platform = Platform::start(Behaviour::default()).await;
    let report = ask(questions(&platform.url().replace("http:", "wss:"))).await;
    let finding = crate::finding(&report, Step::Tls);
    assert_eq!((finding.outcome, report.findings.len()), (Failed, 3), "{finding:?}");
}

#[tokio::test]
async fn a_server_that_takes_everything_and_says_nothing_holds_nobody_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let silent = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    let mut questions = questions(&url);
    questions.secret = Some("never-shown".into());
    questions.auth_endpoint = Some(url.parse().unwrap());
    questions.patience = Duration::from_millis(50);
    let report = ask(questions).await;
    silent.abort();
    assert_finding(&report, Step::Websocket, Failed, &["swallows"]);
    let none_works = report.findings.iter().all(|finding| finding.step == Step::Connect || !finding.works());
    assert!(none_works && report.transport().is_none(), "{report:?}");
    assert_eq!(report.findings.len(), 11, "everything was looked at, or it says that it was not");
}

#[test]
fn questions_that_make_no_sense_are_refused() {
    let mut wrong = questions("ftp://push.example");
    assert!(matches!(Doctor::new(wrong.clone()), Err(DoctorError::Address(_))));
    wrong = questions("http://push.example");
    wrong.auth_endpoint = Some("mailto:a@example".parse().unwrap());
    assert!(matches!(Doctor::new(wrong), Err(DoctorError::Endpoint(_))));
    let mut wrong = questions("http://push.example");
    wrong.origin = Some("a\nb".to_owned());
    assert!(matches!(Doctor::new(wrong), Err(DoctorError::Header(_))));
}
