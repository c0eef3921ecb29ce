use std::{
    io::{self, Write},
    time::Duration,
};

use campanile_listen::{Answer, Delivery, Listener, Notice, Source};
use campanile_protocol::{AppId, OccurrenceType};
use clap::Args;
use secrecy::SecretString;
use serde_json::{Value, json};
use time::OffsetDateTime;
use url::Url;
use uuid::Uuid;

use super::{output::Output, signals::StopSignals};

/// As long as an endpoint may take at most.
const TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Args, Debug)]
pub(super) struct ListenArgs {
    /// The platform's address
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:6001")]
    url: Url,
    /// A management token, see `campanile token create`; better in the environment than on a command line
    #[arg(long, env = "CAMPANILE_TOKEN", hide_env_values = true)]
    token: SecretString,
    /// The app's id
    #[arg(long)]
    app: AppId,
    /// Where to post to: a server of your own, e.g. http://localhost:3000/hook
    #[arg(long, value_name = "URL")]
    forward: Url,
    /// Hear what this webhook endpoint hears, signed with its secret
    #[arg(long, value_name = "ID")]
    webhook: Option<Uuid>,
    /// Take that endpoint's own deliveries away from it for as long as this runs
    #[arg(long, requires = "webhook")]
    take: bool,
    /// What to hear, separated by commas, e.g. member_added,client_event; if absent, everything but
    /// connections
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    types: Vec<OccurrenceType>,
}

/// `campanile listen`: needs neither a database nor a configuration, and runs wherever the platform's
/// address can be reached.
pub(super) fn listen(args: &ListenArgs, output: Output) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let stop = StopSignals::catch()?;
        let listener = Listener::new(args.source(), args.forward.clone(), TIMEOUT)?;
        let forward = args.forward.as_str();
        let mut printed = Ok(());
        tokio::select! {
            ended = listener.run(|notice| {
                if printed.is_ok() {
                    printed = tell(&notice, forward, output);
                }
            }) => match ended? {},
            () = stop.wait() => {}
        }
        Ok(printed?)
    })
}

impl ListenArgs {
    fn source(&self) -> Source {
        Source {
            platform: self.url.clone(),
            token: self.token.clone(),
            app: self.app.to_string(),
            webhook: self.webhook.map(|id| id.to_string()),
            take: self.take,
            types: self.types.iter().map(|kind| kind.as_str().to_owned()).collect(),
        }
    }
}

/// One line per webhook on standard output. What is about the connection goes to standard error, except
/// in JSON, where everything is a value of its own.
fn tell(notice: &Notice, forward: &str, output: Output) -> io::Result<()> {
    match notice {
        Notice::Listening { signing_secret, event_types } => {
            let (types, secret) = (event_types.join(", "), signing_secret.as_deref());
            let secret = secret.map(|it| format!("\nSigning secret of this session: {it}"));
            let text = format!("Listening to {types}; posting to {forward}{}", secret.unwrap_or_default());
            let value =
                json!({ "listening": { "event_types": event_types, "signing_secret": signing_secret } });
            output.note(&value, &text)
        }
        Notice::Posted { delivery, answer, unreported } => {
            output.print(&to_json(delivery, answer), &line(OffsetDateTime::now_utc(), delivery, answer))?;
            match unreported {
                Some(reason) => output.note(
                    &json!({ "unreported": { "id": delivery.id, "reason": reason } }),
                    &format!("The platform was not told and will send this again: {reason}"),
                ),
                None => Ok(()),
            }
        }
        Notice::Lost { reason, retry_in } => {
            let seconds = retry_in.as_secs();
            let value = json!({ "lost": { "reason": reason, "retry_in_seconds": seconds } });
            output.note(&value, &format!("Not connected: {reason}. Trying again in {seconds} s."))
        }
    }
}

fn to_json(delivery: &Delivery, answer: &Answer) -> Value {
    let events: Vec<Value> = delivery
        .events()
        .into_iter()
        .map(|event| json!({ "name": event.name, "channel": event.channel }))
        .collect();
    json!({
        "delivery": {
            "id": delivery.id,
            "events": events,
            "status": answer.status,
            "duration_ms": answer.duration_ms,
            "error": answer.error,
        }
    })
}

/// `12:03:04Z  200    12 ms  member_added, member_removed  presence-room`.
fn line(now: OffsetDateTime, delivery: &Delivery, answer: &Answer) -> String {
    let events = delivery.events();
    let names = distinct(events.iter().map(|event| event.name.as_str()));
    let channels = distinct(events.iter().filter_map(|event| event.channel.as_deref()));
    let status = answer.status.map_or_else(|| "---".to_owned(), |status| status.to_string());
    let (hour, minute, second) = now.to_hms();
    let fault = match (&answer.error, answer.is_success()) {
        (Some(error), _) => format!("  ({error}; it comes again)"),
        (None, false) => "  (it comes again)".to_owned(),
        (None, true) => String::new(),
    };
    format!(
        "{hour:02}:{minute:02}:{second:02}Z  {status}  {:>5} ms  {names}  {channels}{fault}",
        answer.duration_ms
    )
    .trim_end()
    .to_owned()
}

/// Each once, in order of appearance; how many there are in all where that differs.
fn distinct<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let (mut seen, mut count) = (Vec::new(), 0);
    for word in words {
        count += 1;
        if !seen.contains(&word) {
            seen.push(word);
        }
    }
    const SHOWN: usize = 3;
    let more = if seen.len() > SHOWN { ", …" } else { "" };
    let shown = seen.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if count > seen.len() { format!("{shown}{more} ({count} events)") } else { format!("{shown}{more}") }
}

impl Output {
    /// What is not a result. A reader of JSON gets it in order with the results.
    fn note(self, value: &Value, text: &str) -> io::Result<()> {
        if self.is_json() { self.print(value, text) } else { writeln!(io::stderr(), "{text}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(body: &str) -> Delivery {
        Delivery { id: "1".into(), headers: [].into(), body: body.into() }
    }

    fn answer(status: Option<u16>, error: Option<&str>) -> Answer {
        Answer { id: "1".into(), status, duration_ms: 12, error: error.map(str::to_owned) }
    }

    #[test]
    fn a_line_says_when_what_where_and_how_it_went() {
        let now = OffsetDateTime::from_unix_timestamp(3_723).unwrap();
        let one = delivery(r#"{"events":[{"name":"member_added","channel":"presence-a"}]}"#);
        let many = delivery(
            r#"{"events":[{"name":"a","channel":"x"},{"name":"a","channel":"y"},{"name":"b","channel":"x"}]}"#,
        );
        let silent = delivery(r#"{"events":[{"name":"connection_opened"}]}"#);
        for (delivery, answer, expected) in [
            (&one, answer(Some(200), None), "01:02:03Z  200     12 ms  member_added  presence-a"),
            (&many, answer(Some(204), None), "01:02:03Z  204     12 ms  a, b (3 events)  x, y (3 events)"),
            (
                &silent,
                answer(Some(500), None),
                "01:02:03Z  500     12 ms  connection_opened    (it comes again)",
            ),
            (
                &one,
                answer(None, Some("refused")),
                "01:02:03Z  ---     12 ms  member_added  presence-a  (refused; it comes again)",
            ),
        ] {
            assert_eq!(line(now, delivery, &answer), expected);
        }
    }
}
