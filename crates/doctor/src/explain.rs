//! Evidence into words: what was seen, and what to do about it.

use std::time::Duration;

use reqwest::header::HeaderMap;

use crate::{
    failure::{Answer, Awaited, Failure},
    finding::{Explanation, Step},
    proxy, text,
};

/// What the words depend on.
#[derive(Clone, Debug)]
pub(crate) struct Circumstances {
    pub(crate) patience: Duration,
    pub(crate) is_tls: bool,
    pub(crate) origin: Option<String>,
    /// The traces of those who answered so far.
    pub(crate) traces: HeaderMap,
}

impl Circumstances {
    /// What any transport can fail with.
    pub(crate) fn explain(&self, step: Step, failure: &Failure) -> Explanation {
        match failure {
            Failure::Unreachable(cause) => Explanation::new(
                format!("the connection broke: {cause}"),
                "Something in between cut it; look into the log of the last proxy before the platform.",
            ),
            Failure::Untrusted(explanation) => explanation.clone(),
            Failure::Refused(answer) if step == Step::Websocket => self.no_upgrade(answer),
            Failure::Refused(answer) => self.wrong_status(step, answer),
            Failure::Silent(awaited) if step == Step::Websocket => self.silent_socket(*awaited),
            Failure::Silent(awaited) => self.silent_answer(*awaited),
            Failure::Closed { code, reason } => self.closed(*code, reason),
            Failure::Ended => Explanation::new(
                "the connection ended without a word",
                "The platform always says why it closes: something in between cut it, or it is another server.",
            ),
            Failure::Strange(what) => Explanation::new(
                what.clone(),
                "Something other than the platform answers here, or a proxy changes what it says.",
            ),
        }
    }

    /// The upgrade was answered with a plain response.
    fn no_upgrade(&self, answer: &Answer) -> Explanation {
        match answer.status {
            400 if answer.body.contains("HTTPS port") => Explanation::new(
                format!("{answer}: the port speaks TLS"),
                "Use https:// or wss://; with pusher-js forceTLS: true.",
            ),
            400 | 426 => Explanation::new(
                format!("{answer} instead of an upgrade: a proxy in between dropped the Upgrade header"),
                proxy::upgrade_advice(&answer.headers),
            ),
            200..=299 => Explanation::new(
                format!(
                    "{answer} instead of an upgrade: something there serves pages and knows no WebSockets"
                ),
                format!(
                    "Does the path lead to the platform? If so: {}",
                    proxy::upgrade_advice(&answer.headers)
                ),
            ),
            _ => self.wrong_status(Step::Websocket, answer),
        }
    }

    fn wrong_status(&self, step: Step, answer: &Answer) -> Explanation {
        match answer.status {
            300..=399 => redirected(answer),
            401 | 403 if matches!(step, Step::Sse | Step::LongPolling) => Explanation::new(
                format!("{answer}: the app refuses the key or the channel"),
                "Do --app-id and key belong together, and is the app enabled?",
            ),
            401 | 403 => Explanation::new(
                format!(
                    "{answer}: a firewall or proxy refuses; the platform itself refuses with close codes"
                ),
                "Have it allow the platform's host, port and paths, and WebSockets. wss:// on port 443 passes most.",
            ),
            407 => Explanation::new(
                format!("{answer}: a proxy wants its users to log in"),
                "Browsers do that by themselves where the proxy is configured; otherwise have it make an exception.",
            ),
            404 | 405 => Explanation::new(
                format!("{answer}: no platform at this address and path"),
                not_found_advice(step),
            ),
            502..=504 => Explanation::new(
                format!("{answer}: a proxy answers, but does not reach the platform behind it"),
                "Is the platform running, and does the proxy point to its address and port?",
            ),
            _ => Explanation::new(
                format!("{answer} was not expected"),
                "Look into the log of the platform and of each proxy before it.",
            ),
        }
    }

    fn silent_socket(&self, awaited: Awaited) -> Explanation {
        let time = text::duration(self.patience);
        match awaited {
            Awaited::Connection | Awaited::Agreement => Explanation::new(
                format!("a second connection was not taken within {time}"),
                "Look for a limit of connections per address.",
            ),
            Awaited::Headers => Explanation::new(
                format!("the upgrade was not answered within {time}: something in between swallows it"),
                format!(
                    "Users wait for the fallback. Better no answer than none at all: {}",
                    proxy::upgrade_advice(&self.traces)
                ),
            ),
            Awaited::Open | Awaited::Welcome => Explanation::new(
                format!("the upgrade succeeded (101), then nothing came for {time}"),
                "A proxy agreed to the upgrade by itself, or holds frames back to inspect them: have it pass \
                 WebSockets unread. wss:// on port 443 passes most.",
            ),
            Awaited::Pong | Awaited::Subscription | Awaited::Event => Explanation::new(
                format!("the welcome came, then no answer for {time}"),
                "Something in between passes the first frame only, or none from the client: have it pass \
                 WebSockets unread.",
            ),
        }
    }

    fn silent_answer(&self, awaited: Awaited) -> Explanation {
        let time = text::duration(self.patience);
        let what = match awaited {
            Awaited::Connection | Awaited::Agreement => "no connection",
            Awaited::Headers => "no answer",
            Awaited::Open => "an answer began, but nothing followed",
            Awaited::Welcome => "it opened, but no welcome came",
            Awaited::Pong => "a ping was not answered",
            Awaited::Subscription => "a subscription was not answered",
            Awaited::Event => "an event did not arrive",
        };
        Explanation::new(format!("{what} within {time}"), proxy::streaming_advice(&self.traces))
    }

    /// The service itself said no.
    fn closed(&self, code: u16, reason: &str) -> Explanation {
        let reason = text::shown(reason);
        let (meaning, advice) = match code {
            4000 => ("the app accepts TLS only", self.tls_only()),
            4001 => (
                "there is no app with this key",
                "Copy the key from the app's page; is it the right platform?".to_owned(),
            ),
            4003 => ("the app is disabled", "Enable it on its page in the dashboard.".to_owned()),
            4004 => (
                "the app, or its organisation, has all the connections it may have",
                "Raise max_connections of the app or the limit of its organisation, or close connections."
                    .to_owned(),
            ),
            4005 => (
                "the path is unknown to the service",
                "Is this a platform's address, and the prefix right?".to_owned(),
            ),
            4006..=4008 => (
                "the version is not spoken there",
                "Update the platform; the doctor speaks protocol 7.".to_owned(),
            ),
            4009 if self.is_about_origin(&reason) => {
                ("the app does not allow this origin", self.add_origin())
            }
            4009 => (
                "the app wants connections to be authorised",
                "Sign in, or join a private or presence channel, within the app's time.".to_owned(),
            ),
            4100 => (
                "the server is at its limit",
                "Look at the load and the open sockets of the platform.".to_owned(),
            ),
            4200..=4299 => {
                ("the server wants clients to reconnect", "It restarts; examine it again.".to_owned())
            }
            1006..=1015 => (
                "the connection was cut",
                "Look into the log of the last proxy before the platform.".to_owned(),
            ),
            _ => ("the service closed the connection", "Look into the log of the platform.".to_owned()),
        };
        let quoted = if reason.is_empty() { String::new() } else { format!(", \"{reason}\"") };
        Explanation::new(format!("{meaning} ({code}{quoted})"), advice)
    }

    fn is_about_origin(&self, reason: &str) -> bool {
        reason.to_ascii_lowercase().contains("origin")
    }

    fn add_origin(&self) -> String {
        match &self.origin {
            Some(origin) => format!("Add {origin} to the app's allowed_origins."),
            None => {
                "The app has allowed_origins: name your page's with --origin, and see that it is among them."
                    .to_owned()
            }
        }
    }

    fn tls_only(&self) -> String {
        if self.is_tls {
            return "TLS ends at a proxy that the platform does not believe: have it send X-Forwarded-Proto: https, \
                    and name its address in trusted_proxies."
                .to_owned();
        }
        "Use https:// or wss://; with pusher-js forceTLS: true. Or switch force_tls off for the app."
            .to_owned()
    }
}

fn redirected(answer: &Answer) -> Explanation {
    let target = answer.header("location").map_or_else(|| "elsewhere".to_owned(), text::shown);
    let advice = if target.starts_with("https:") {
        "Clients do not follow redirects here: use https:// or wss://, with pusher-js forceTLS: true."
    } else {
        "Clients do not follow redirects here: give them the address to which it leads."
    };
    Explanation::new(format!("{answer}: redirected to {target}"), advice)
}

fn not_found_advice(step: Step) -> &'static str {
    match step {
        Step::Websocket => {
            "Check host, port and the path before /app; behind a prefix pusher-js needs wsPath."
        }
        Step::XhrStreaming | Step::XhrPolling => {
            "Proxies must pass /pusher/ on, too; behind a prefix pusher-js needs httpPath: 'PREFIX/pusher'."
        }
        Step::Sockjs => "Proxies must pass /sockjs/ on, too.",
        Step::Sse | Step::LongPolling => "Is --app-id right? Proxies must pass /apps/ on, too.",
        _ => "Check host, port and path.",
    }
}
