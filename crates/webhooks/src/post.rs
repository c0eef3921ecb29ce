use std::{collections::BTreeMap, error::Error, io, time::Duration};

use bytes::Bytes;
use campanile_protocol::TenantId;
use reqwest::{
    Client, Response,
    header::{HeaderMap, RETRY_AFTER},
    redirect,
};
use thiserror::Error as ThisError;
use tokio::time::Instant;

use crate::{
    ForbiddenTarget, TargetPolicy, WebhookConfig,
    lookups::Lookups,
    resolver::{CALLER, Caller, VettingResolver},
    schedule::{Verdict, parse_retry_after},
    signing::to_plain,
};

/// What of an answer is read at most; the rest is not waited for.
const MAX_RESPONSE_BYTES: usize = 64 * 1024;
/// What of an answer is kept for its owner.
const EXCERPT_BYTES: usize = 4096;
const IDLE_CONNECTIONS_PER_HOST: usize = 4;

/// Why webhooks cannot be sent at all.
#[derive(Debug, ThisError)]
pub enum StartError {
    /// The HTTP client could not be made.
    #[error("the HTTP client for webhooks could not be made")]
    Client(#[from] reqwest::Error),
}

/// Posts to endpoints, and to nothing that the policy forbids.
#[derive(Clone, Debug)]
pub(crate) struct Poster {
    client: Client,
    policy: TargetPolicy,
}

/// One request.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) url: &'a str,
    /// Whose it is.
    pub(crate) tenant: TenantId,
    /// Whether that endpoint has succeeded before.
    pub(crate) is_proven: bool,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// For all of it, from the name to the end of the answer.
    pub(crate) timeout: Duration,
}

/// What came of one request.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) duration: Duration,
    pub(crate) result: Result<Answer, PostError>,
}

/// What the endpoint said.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) excerpt: String,
}

/// Why there is no answer, in words for the endpoint's owner.
#[derive(Debug, ThisError)]
pub(crate) enum PostError {
    #[error(transparent)]
    Forbidden(#[from] ForbiddenTarget),
    #[error("no answer within {} s", .0.as_secs_f32())]
    Timeout(Duration),
    #[error("the host name could not be resolved")]
    Name,
    #[error("could not connect: {0}")]
    Connect(String),
    #[error("the connection broke before the answer came")]
    Broken,
}

impl Reply {
    pub(crate) fn verdict(&self) -> Verdict {
        match &self.result {
            Ok(answer) => Verdict { status: Some(answer.status), retry_after: answer.retry_after },
            Err(_) => Verdict::default(),
        }
    }

    /// Why it failed, in words for the endpoint's owner.
    pub(crate) fn error(&self) -> Option<String> {
        match &self.result {
            Ok(answer) => describe_status(answer.status),
            Err(error) => Some(error.to_string()),
        }
    }
}

/// Why an answer with that status is a failure; none when it is not.
pub(crate) fn describe_status(status: u16) -> Option<String> {
    match status {
        200..300 => None,
        300..400 => Some("redirects are not followed".to_owned()),
        status => Some(format!("the endpoint answered {status}")),
    }
}

impl Poster {
    pub(crate) fn new(config: &WebhookConfig) -> Result<Self, StartError> {
        // Fails only when the process chose a provider already, which then serves us too.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let resolver =
            VettingResolver { policy: config.policy, lookup: config.lookup.clone(), lookups: Lookups::new() };
        let builder = || {
            Client::builder()
                .no_proxy()
                .redirect(redirect::Policy::none())
                .referer(false)
                .dns_resolver(resolver.clone())
                .connect_timeout(config.connect_timeout)
                .pool_max_idle_per_host(IDLE_CONNECTIONS_PER_HOST)
                .pool_idle_timeout(Duration::from_secs(30))
        };
        let client = builder().build().or_else(|error| {
            // A machine without root certificates still serves http:// endpoints.
            tracing::warn!(%error, "no root certificates: https webhooks will fail");
            builder().tls_certs_only([]).build()
        })?;
        Ok(Self { client, policy: config.policy })
    }

    /// Sends one request and reads the beginning of its answer. Never follows a redirect.
    pub(crate) async fn post(&self, request: Request<'_>) -> Reply {
        let start = Instant::now();
        let result = self.try_post(request).await;
        Reply { duration: start.elapsed(), result }
    }

    async fn try_post(&self, request: Request<'_>) -> Result<Answer, PostError> {
        // Addresses written as such never pass the resolver.
        let port = self.policy.check_url(request.url)?;
        let caller = Caller { tenant: request.tenant, is_proven: request.is_proven, port };
        let sending = self.client.post(request.url).headers(request.headers).body(request.body);
        let sent = CALLER.scope(caller, sending.timeout(request.timeout).send()).await;
        let mut response = sent.map_err(|error| explain(&error, request.timeout))?;
        Ok(Answer {
            status: response.status().as_u16(),
            retry_after: response
                .headers()
                .get(RETRY_AFTER)
                .and_then(|value| parse_retry_after(value.to_str().ok()?, time::OffsetDateTime::now_utc())),
            headers: to_plain(response.headers()),
            excerpt: read_excerpt(&mut response).await,
        })
    }
}

fn explain(error: &reqwest::Error, timeout: Duration) -> PostError {
    if causes(error).any(<dyn Error>::is::<ForbiddenTarget>) {
        PostError::Forbidden(ForbiddenTarget)
    } else if error.is_timeout() && error.is_connect() {
        PostError::Connect("timed out".to_owned())
    } else if error.is_timeout() {
        PostError::Timeout(timeout)
    } else if error.is_dns() {
        PostError::Name
    } else if error.is_connect() {
        let io = causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).last();
        PostError::Connect(io.map_or_else(|| "TLS or protocol failure".to_owned(), describe_io))
    } else {
        PostError::Broken
    }
}

/// The kind of failure; the address is not the owner's to learn.
fn describe_io(error: &io::Error) -> String {
    error.get_ref().map_or_else(|| error.kind().to_string(), ToString::to_string)
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

/// Reads to the end or to the cap, so that the connection can be used again where that is cheap.
/// How the reading ends does not matter: the status has come.
async fn read_excerpt(response: &mut Response) -> String {
    let (mut excerpt, mut read) = (Vec::new(), 0);
    while read < MAX_RESPONSE_BYTES
        && let Ok(Some(chunk)) = response.chunk().await
    {
        read += chunk.len();
        excerpt.extend_from_slice(&chunk[..chunk.len().min(EXCERPT_BYTES - excerpt.len())]);
    }
    String::from_utf8_lossy(&excerpt).into_owned()
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_name_that_means_this_machine_is_refused_at_the_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://localhost:{}/", listener.local_addr().unwrap().port());
        let poster = Poster::new(&WebhookConfig::default()).unwrap();
        // Past the check of the URL, as any other name would be.
        let port = listener.local_addr().unwrap().port();
        let caller = Caller { tenant: TenantId(uuid::Uuid::nil()), is_proven: true, port };
        let error = CALLER.scope(caller, poster.client.post(url).send()).await.unwrap_err();
        assert!(matches!(explain(&error, Duration::ZERO), PostError::Forbidden(_)), "{error:?}");
    }
}
