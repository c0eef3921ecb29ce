//! The doctor against small platforms, each with a fault of its own.

#![expect(clippy::unwrap_used, reason = "a failed assumption is a failed test")]

mod authorization;
mod network;
mod platform;
mod publishing;
mod request;
mod streams;
mod tls;
mod upgrade;

use std::time::Duration;

use campanile_doctor::{Doctor, Finding, Outcome, Questions, Report, Step};

use crate::platform::{KEY, Platform};

/// Of tests in which everything that is waited for comes.
const PATIENCE: Duration = Duration::from_secs(20);
/// Of tests in which something does not come.
const SHORT: Duration = Duration::from_millis(1500);

fn questions(url: &str) -> Questions {
    Questions {
        url: url.parse().unwrap(),
        key: KEY.to_owned(),
        origin: None,
        app: Some("1001".to_owned()),
        secret: None,
        auth_endpoint: None,
        auth_headers: Vec::new(),
        patience: PATIENCE,
    }
}

async fn examine(platform: &Platform, patience: Duration) -> Report {
    ask(Questions { patience, ..questions(&platform.url()) }).await
}

async fn ask(questions: Questions) -> Report {
    let mut told = Vec::new();
    let report = Doctor::new(questions).unwrap().examine(|finding| told.push(finding.clone())).await;
    assert_eq!(told, report.findings, "each finding is told when it is made");
    report
}

fn finding(report: &Report, step: Step) -> &Finding {
    report.findings.iter().find(|finding| finding.step == step).unwrap()
}

/// Asserts how a step went, and that words and advice name these. On a busy computer what passes may also
/// be found to be slow.
#[track_caller]
fn assert_finding(report: &Report, step: Step, outcome: Outcome, named: &[&str]) {
    let found = finding(report, step);
    match outcome {
        Outcome::Passed => assert!(found.works(), "{found:?}"),
        _ => assert_eq!(found.outcome, outcome, "{found:?}"),
    }
    let text = format!("{} {}", found.words, found.advice.as_deref().unwrap_or_default());
    for part in named {
        assert!(text.contains(part), "{part:?} is not in {text:?}");
    }
}
