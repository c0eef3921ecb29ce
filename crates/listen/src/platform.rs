use std::{error::Error as StdError, fmt, time::Duration};

use reqwest::{Client, ClientBuilder, Response, StatusCode, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use thiserror::Error;
use url::Url;

use crate::Answer;

/// The platform says something every 15 seconds; longer silence is a dead connection.
const SILENCE: Duration = Duration::from_secs(40);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const REPORT_TIMEOUT: Duration = Duration::from_secs(10);

/// What to listen to.
#[derive(Clone, Debug)]
pub struct Source {
    /// The platform's address.
    pub platform: Url,
    /// A management token.
    pub token: SecretString,
    /// The app's id.
    pub app: String,
    /// Hear what this endpoint hears, signed with its secret.
    pub webhook: Option<String>,
    /// Take that endpoint's own deliveries while listening.
    pub take: bool,
    /// Hear only these types; all if empty.
    pub types: Vec<String>,
}

/// Why there is no point in trying again.
#[derive(Debug, Error)]
pub enum ListenError {
    /// The platform said no: the token, the app or the question is wrong.
    #[error("{message} ({status})")]
    Refused {
        /// Its status.
        status: u16,
        /// Its words.
        message: String,
    },
    /// The address cannot be asked.
    #[error("{0} is no http or https address")]
    Address(Url),
    /// The HTTP client could not be made.
    #[error("the HTTP client could not be made")]
    Client(#[from] reqwest::Error),
}

/// Why a request came to nothing.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It will again.
    Final(ListenError),
    /// It may succeed later; the reason for people.
    Passing(String),
}

/// The platform's API, as far as listening needs it.
#[derive(Clone)]
pub(crate) struct Platform {
    client: Client,
    source: Source,
    listen: Url,
}

#[derive(Deserialize)]
struct Refusal {
    error: Explanation,
}

#[derive(Deserialize)]
struct Explanation {
    message: String,
    #[serde(default)]
    fields: std::collections::BTreeMap<String, String>,
}

impl Platform {
    pub(crate) fn new(source: Source) -> Result<Self, ListenError> {
        let client = build(|| {
            Client::builder()
                .user_agent(concat!("campanile-listen/", env!("CARGO_PKG_VERSION")))
                .redirect(redirect::Policy::none())
                .connect_timeout(CONNECT_TIMEOUT)
                .read_timeout(SILENCE)
        })?;
        let address = || ListenError::Address(source.platform.clone());
        if !matches!(source.platform.scheme(), "http" | "https") {
            return Err(address());
        }
        let mut listen = source.platform.clone();
        listen.path_segments_mut().map_err(|()| address())?.pop_if_empty().extend([
            "api",
            "v1",
            "apps",
            &source.app,
            "webhooks",
            "listen",
        ]);
        Ok(Self { client, source, listen })
    }

    /// Opens the stream.
    pub(crate) async fn open(&self) -> Result<Response, Failure> {
        let mut url = self.listen.clone();
        let Source { webhook, take, types, .. } = &self.source;
        if let Some(webhook) = webhook {
            url.query_pairs_mut().append_pair("webhook", webhook);
        }
        if *take {
            url.query_pairs_mut().append_pair("take", "true");
        }
        if !types.is_empty() {
            url.query_pairs_mut().append_pair("types", &types.join(","));
        }
        let request = self.client.get(url).bearer_auth(self.source.token.expose_secret());
        let response = request.send().await.map_err(|error| Failure::Passing(describe(&error)))?;
        accept(response, "There is no such app or webhook.").await
    }

    /// Tells what became of a delivery.
    pub(crate) async fn report(&self, listener: &str, answer: &Answer) -> Result<(), Failure> {
        let mut url = self.listen.clone();
        url.path_segments_mut().expect("checked when it was made").extend([listener, "results"]);
        let request = self.client.post(url).bearer_auth(self.source.token.expose_secret());
        let body = serde_json::to_vec(answer).expect("text and numbers always serialise");
        let request = request.header("content-type", "application/json").body(body).timeout(REPORT_TIMEOUT);
        let response = request.send().await.map_err(|error| Failure::Passing(describe(&error)))?;
        accept(response, "It is no longer waited for.").await.map(drop)
    }
}

/// A success, or what the platform says instead; `absent` says what its 404 means. What is the caller's fault
/// will stay so.
async fn accept(response: Response, absent: &str) -> Result<Response, Failure> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body = response.bytes().await.unwrap_or_default();
    let message = match serde_json::from_slice::<Refusal>(&body) {
        Ok(_) if status == StatusCode::NOT_FOUND => absent.to_owned(),
        Ok(Refusal { error }) => error.to_string(),
        Err(_) => "the server there does not answer like this platform".to_owned(),
    };
    let is_passing = status.is_server_error() || matches!(status.as_u16(), 408 | 409 | 429);
    Err(if is_passing {
        Failure::Passing(format!("{message} ({})", status.as_u16()))
    } else {
        Failure::Final(ListenError::Refused { status: status.as_u16(), message })
    })
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.fields.iter().try_for_each(|(field, text)| write!(f, " {field}: {text}"))
    }
}

/// A client, also on a machine without root certificates: there, only `https://` fails.
pub(crate) fn build(builder: impl Fn() -> ClientBuilder) -> Result<Client, reqwest::Error> {
    // Fails only when the process chose a provider already, which then serves us too.
    let _ = rustls::crypto::ring::default_provider().install_default();
    builder().build().or_else(|_| builder().tls_certs_only([]).build())
}

/// The innermost cause, which is what a person can act upon.
pub(crate) fn describe(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut cause: &dyn StdError = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
