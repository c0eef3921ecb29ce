use std::{io, time::Duration};

use campanile_doctor::{Doctor, DoctorError, Finding, Outcome, Questions, Report, Step};
use clap::Args;
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use url::Url;

use super::{
    failure::{Told, UsageError},
    output::Output,
};

/// Of a step's name, the longest of which is `authorization`.
const NAME_WIDTH: usize = 13;
const TIME_WIDTH: usize = 9;

#[derive(Args, Debug)]
pub(super) struct DoctorArgs {
    /// The address that clients connect to, e.g. https://push.example.com
    url: Url,
    /// The app's key
    key: String,
    /// Connect as a page of this origin would, e.g. https://www.example.com
    #[arg(long)]
    origin: Option<String>,
    /// The app's id: examines SSE and long polling, too
    #[arg(long, value_name = "ID")]
    app_id: Option<String>,
    /// The key's secret: publishes events and has them arrive; better in the environment than on a command line
    #[arg(long, env = "CAMPANILE_APP_SECRET", hide_env_values = true)]
    secret: Option<SecretString>,
    /// Your endpoint that signs subscriptions, e.g. https://www.example.com/pusher/auth
    #[arg(long, value_name = "URL")]
    auth_endpoint: Option<Url>,
    /// A header for it, e.g. 'Cookie: session=…'; may be repeated
    #[arg(long, value_name = "NAME: VALUE", value_parser = header, requires = "auth_endpoint")]
    auth_header: Vec<Header>,
    /// How long each thing is waited for; all together twelve times as long
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=60))]
    timeout: u64,
}

type Header = (String, String);

/// `campanile doctor`: asks as a client does, past the proxies of the environment, and runs wherever clients do.
pub(super) fn doctor(args: DoctorArgs, output: Output) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let doctor = Doctor::new(args.questions()).map_err(|error| match error {
        DoctorError::Client(_) => anyhow::Error::new(error),
        wrong => UsageError(wrong.to_string()).into(),
    })?;
    let mut printed = Ok(());
    let report = runtime.block_on(doctor.examine(|finding| {
        if printed.is_ok() && !output.is_json() {
            printed = output.print(&Value::Null, &line(finding));
        }
    }));
    // A name server that does not answer keeps a thread for longer than anybody waits.
    runtime.shutdown_background();
    printed.and_then(|()| conclude(&report, output))?;
    if report.is_healthy() { Ok(()) } else { Err(Told.into()) }
}

impl DoctorArgs {
    fn questions(self) -> Questions {
        Questions {
            url: self.url,
            key: self.key,
            origin: self.origin,
            app: self.app_id,
            secret: self.secret,
            auth_endpoint: self.auth_endpoint,
            auth_headers: self.auth_header,
            patience: Duration::from_secs(self.timeout),
        }
    }
}

fn header(text: &str) -> Result<Header, &'static str> {
    let (name, value) = text.split_once(':').ok_or("a header is NAME: VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// `✓ xhr_streaming      3 ms  flows: …`.
fn line(finding: &Finding) -> String {
    let symbol = match finding.outcome {
        Outcome::Passed => "✓",
        Outcome::Warned => "!",
        Outcome::Failed => "✗",
        Outcome::Skipped => "–",
    };
    let time = finding.duration.map(|duration| format!("{} ms", duration.as_millis())).unwrap_or_default();
    format!("{symbol} {:<NAME_WIDTH$} {time:>TIME_WIDTH$}  {}", finding.step.name(), finding.words)
}

fn conclude(report: &Report, output: Output) -> io::Result<()> {
    output.print(&to_json(report), &verdict(report))
}

fn verdict(report: &Report) -> String {
    let mut lines = vec![String::new(), report.verdict()];
    let changes = report.changes();
    if !changes.is_empty() {
        lines.push("What to change:".to_owned());
        lines.extend(changes.iter().map(|(step, advice)| format!("  {}: {advice}", step.name())));
    }
    lines.join("\n")
}

fn to_json(report: &Report) -> Value {
    let findings: Vec<Value> = report.findings.iter().map(finding_to_json).collect();
    let changes = report.changes().into_iter();
    let changes: Vec<Value> =
        changes.map(|(step, advice)| json!({ "step": step.name(), "advice": advice })).collect();
    json!({
        "healthy": report.is_healthy(),
        "transport": report.transport().map(Step::name),
        "verdict": report.verdict(),
        "changes": changes,
        "findings": findings,
    })
}

fn finding_to_json(finding: &Finding) -> Value {
    let measured = finding.measured.iter().map(|&(name, time)| (name.to_owned(), json!(millis(time))));
    json!({
        "step": finding.step.name(),
        "outcome": finding.outcome,
        "duration_ms": finding.duration.map(millis),
        "words": finding.words,
        "advice": finding.advice,
        "measured_ms": measured.collect::<Map<_, _>>(),
    })
}

/// To a microsecond.
fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(step: Step, outcome: Outcome, duration: Option<Duration>) -> Finding {
        Finding {
            step,
            outcome,
            duration,
            words: "so".to_owned(),
            advice: Some("Do.".to_owned()),
            measured: vec![],
        }
    }

    #[test]
    fn a_line_says_how_it_went_how_long_it_took_and_what_was_seen() {
        let (passed, skipped) = (Some(Duration::from_micros(3_400)), None);
        for (finding, expected) in [
            (finding(Step::Websocket, Outcome::Passed, passed), "✓ ws                 3 ms  so"),
            (finding(Step::Authorization, Outcome::Skipped, skipped), "– authorization            so"),
        ] {
            assert_eq!(line(&finding), expected);
        }
    }

    #[test]
    fn the_verdict_ends_with_what_to_change() {
        let findings = vec![finding(Step::Websocket, Outcome::Failed, None)];
        let report = Report { findings, is_tls: false };
        assert!(
            verdict(&report).ends_with("cannot connect.\nWhat to change:\n  ws: Do."),
            "{}",
            verdict(&report)
        );
        let value = to_json(&report);
        assert_eq!((&value["healthy"], &value["transport"]), (&json!(false), &Value::Null));
        assert_eq!(value["changes"], json!([{ "step": "ws", "advice": "Do." }]));
    }

    #[test]
    fn a_header_is_a_name_and_a_value() {
        assert_eq!(header("Cookie: a=b:c"), Ok(("Cookie".to_owned(), "a=b:c".to_owned())));
        assert!(header("Cookie").is_err());
    }
}
