use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;
use thiserror::Error;
use url::Url;

use crate::{
    address::{Address, AddressError},
    finding::Finding,
    http::Http,
    random,
    report::Report,
    visit::Visit,
};

/// All of an examination, in patiences.
const TOTAL: u32 = 12;

/// What is to be found out.
#[derive(Clone, Debug)]
pub struct Questions {
    /// The platform's address for clients: http, https, ws or wss, with the path before all others if there
    /// is one.
    pub url: Url,
    /// The app's key.
    pub key: String,
    /// Whose pages are to connect, e.g. `https://shop.example`.
    pub origin: Option<String>,
    /// The app's id; without it, transports whose address it is part of are left out.
    pub app: Option<String>,
    /// The key's secret; without it, nothing is published.
    pub secret: Option<SecretString>,
    /// The endpoint that signs subscriptions.
    pub auth_endpoint: Option<Url>,
    /// What it is sent besides, e.g. a user's cookie; names and values.
    pub auth_headers: Vec<(String, String)>,
    /// How long each thing is waited for; all together twelve times as long.
    pub patience: Duration,
}

/// Questions that make no sense.
#[derive(Debug, Error)]
pub enum DoctorError {
    /// The platform's address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The endpoint's.
    #[error("{0} is no http or https address")]
    Endpoint(Url),
    /// A header that cannot be sent.
    #[error("the header {0} cannot be sent")]
    Header(String),
    /// The HTTP client could not be made.
    #[error("the HTTP client could not be made")]
    Client(#[from] reqwest::Error),
}

/// Examines the way from a client to the platform.
pub struct Doctor {
    pub(crate) questions: Questions,
    pub(crate) address: Address,
    pub(crate) http: Http,
    pub(crate) origin: Option<HeaderValue>,
    pub(crate) auth_headers: HeaderMap,
    /// A public channel that nobody else uses.
    pub(crate) channel: String,
}

impl Doctor {
    /// Checks the questions; nothing is asked yet.
    pub fn new(questions: Questions) -> Result<Self, DoctorError> {
        if let Some(url) = questions.auth_endpoint.as_ref().filter(|url| !is_web(url)) {
            return Err(DoctorError::Endpoint(url.clone()));
        }
        let unsendable = |name: &str| DoctorError::Header(name.to_owned());
        let origin = questions.origin.as_deref().map(HeaderValue::try_from).transpose();
        let origin = origin.map_err(|_| unsendable("Origin"))?;
        let mut auth_headers = HeaderMap::new();
        for (name, value) in &questions.auth_headers {
            let parsed = HeaderName::try_from(name).ok().zip(HeaderValue::try_from(value).ok());
            let (parsed_name, value) = parsed.ok_or_else(|| unsendable(name))?;
            auth_headers.append(parsed_name, value);
        }
        Ok(Self {
            address: Address::new(&questions.url, &questions.key)?,
            http: Http::new(origin.clone(), questions.patience)?,
            channel: format!("campanile-doctor-{}", hex::encode(random::bytes::<8>())),
            origin,
            auth_headers,
            questions,
        })
    }

    /// Looks at everything in order and tells each finding at once. Publishes to a channel of its own, and
    /// leaves nothing behind. May be dropped at any time.
    pub async fn examine(&self, tell: impl FnMut(&Finding)) -> Report {
        let findings = Visit::new(self, self.questions.patience * TOTAL, tell).run().await;
        Report { findings, is_tls: self.address.is_tls() }
    }
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}
