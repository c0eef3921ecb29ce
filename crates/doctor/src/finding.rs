use std::time::Duration;

use serde::Serialize;

/// What is looked at, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The host's name is resolved.
    Name,
    /// A TCP connection.
    Connect,
    /// TLS and the certificate.
    Tls,
    /// `/app/{key}`.
    Websocket,
    /// `/pusher/app/{key}/…/xhr_streaming`.
    XhrStreaming,
    /// `/pusher/app/{key}/…/xhr`.
    XhrPolling,
    /// `/sockjs/app/{key}`.
    Sockjs,
    /// `/apps/{id}/sse`.
    Sse,
    /// `/apps/{id}/poll`.
    LongPolling,
    /// Events over the REST API, and their arrival.
    Publish,
    /// The endpoint that signs subscriptions.
    Authorization,
}

impl Step {
    /// For people and scripts; transports are called as in pusher-js, where it knows them.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Websocket => "ws",
            Self::XhrStreaming => "xhr_streaming",
            Self::XhrPolling => "xhr_polling",
            Self::Sockjs => "sockjs",
            Self::Sse => "sse",
            Self::LongPolling => "long_polling",
            Self::Publish => "publish",
            Self::Authorization => "authorization",
        }
    }
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As it should.
    Passed,
    /// It works, and something should be changed.
    Warned,
    /// It does not work.
    Failed,
    /// It was not looked at.
    Skipped,
}

/// What one step brought to light.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub step: Step,
    /// How it went.
    pub outcome: Outcome,
    /// How long it took; absent if it was not looked at.
    pub duration: Option<Duration>,
    /// What was seen.
    pub words: String,
    /// What to change.
    pub advice: Option<String>,
    /// Times by name, e.g. `welcome`; counted from the beginning of the step, but a `ping` from its sending
    /// and those of [`Step::Publish`] from the beginning of the request.
    pub measured: Vec<(&'static str, Duration)>,
}

impl Finding {
    pub(crate) fn passed(step: Step, words: impl Into<String>) -> Self {
        Self::new(step, Outcome::Passed, words.into(), None)
    }

    pub(crate) fn warned(step: Step, explanation: Explanation) -> Self {
        Self::new(step, Outcome::Warned, explanation.words, explanation.advice)
    }

    pub(crate) fn failed(step: Step, explanation: Explanation) -> Self {
        Self::new(step, Outcome::Failed, explanation.words, explanation.advice)
    }

    pub(crate) fn skipped(step: Step, words: impl Into<String>) -> Self {
        Self::new(step, Outcome::Skipped, words.into(), None)
    }

    pub(crate) fn took(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    pub(crate) fn with(mut self, measured: Vec<(&'static str, Duration)>) -> Self {
        self.measured = measured;
        self
    }

    /// Whether users can rely on it.
    #[must_use]
    pub fn works(&self) -> bool {
        matches!(self.outcome, Outcome::Passed | Outcome::Warned)
    }

    fn new(step: Step, outcome: Outcome, words: String, advice: Option<String>) -> Self {
        Self { step, outcome, duration: None, words, advice, measured: Vec::new() }
    }
}

/// What was seen, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Explanation {
    pub(crate) words: String,
    pub(crate) advice: Option<String>,
}

impl Explanation {
    pub(crate) fn new(words: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { words: words.into(), advice: Some(advice.into()) }
    }

    pub(crate) fn plain(words: impl Into<String>) -> Self {
        Self { words: words.into(), advice: None }
    }
}
