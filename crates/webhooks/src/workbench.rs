//! What an endpoint's owner tries out by hand: a request of an example, and whether a signature is right.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use campanile_control::{Recipient, Store, WebhookError, example_body};
use campanile_protocol::{App, AppId, OccurrenceType, TenantId};
use secrecy::SecretString;
use thiserror::Error;
use time::OffsetDateTime;
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

use crate::{
    Verification,
    post::{Poster, Request},
    shares::{Share, Shares},
    signing::{Label, headers, masked},
    verify::verify,
};

/// Trial requests under way at once,
const MAX_TRIALS: usize = 16;
/// and those of one tenant: an address that answers slowly keeps nobody else from trying his.
const MAX_TRIALS_PER_TENANT: usize = 4;

/// Sends examples and checks signatures. Cloning shares it.
#[derive(Clone)]
pub struct Workbench {
    pub(crate) store: Store,
    pub(crate) poster: Poster,
    pub(crate) trials: Trials,
}

/// The places for trials. Cloning shares them.
#[derive(Clone)]
pub(crate) struct Trials {
    all: Arc<Semaphore>,
    tenants: Shares<TenantId>,
}

/// Why nothing was sent.
#[derive(Debug, Error)]
pub enum WorkbenchError {
    /// Too many trials at this moment, of this tenant or of all.
    #[error("too many test requests are under way")]
    Busy,
    /// There is no such endpoint, or it cannot be as described.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
}

/// An endpoint that is not saved yet.
#[derive(Clone, Debug, Default)]
pub struct Ping {
    /// Where.
    pub url: String,
    /// Its custom headers.
    pub headers: Vec<(String, SecretString)>,
    /// How long it may take; ten seconds when absent.
    pub timeout: Option<Duration>,
}

/// What came of a trial.
#[derive(Clone, Debug)]
pub struct TestResult {
    /// What was answered, if anything.
    pub status: Option<u16>,
    /// How long it took.
    pub duration: Duration,
    /// Why it failed.
    pub error: Option<String>,
    /// What was sent, without the values of custom headers.
    pub request_headers: BTreeMap<String, String>,
    /// And its body.
    pub request_body: String,
    /// What came back: foreign text.
    pub response: Option<TestResponse>,
}

/// An answer: foreign text, never to be shown as markup.
#[derive(Clone, Debug)]
pub struct TestResponse {
    /// Its headers.
    pub headers: BTreeMap<String, String>,
    /// The first 4 KiB of its body.
    pub excerpt: String,
}

impl Trials {
    pub(crate) fn new() -> Self {
        Self { all: Arc::new(Semaphore::new(MAX_TRIALS)), tenants: Shares::new(MAX_TRIALS_PER_TENANT) }
    }

    pub(crate) fn take(
        &self,
        tenant: TenantId,
    ) -> Result<(Share<TenantId>, SemaphorePermit<'_>), WorkbenchError> {
        let share = self.tenants.take(tenant).ok_or(WorkbenchError::Busy)?;
        Ok((share, self.all.try_acquire().map_err(|_| WorkbenchError::Busy)?))
    }
}

impl Workbench {
    /// Posts an example to an endpoint, signed as its deliveries are, with the header `webhook-test: 1`. It
    /// is no delivery: it has no place in any order, and is not written down.
    pub async fn send_test(
        &self,
        tenant: TenantId,
        app: AppId,
        webhook: Uuid,
        kind: Option<OccurrenceType>,
    ) -> Result<TestResult, WorkbenchError> {
        let recipient = self.find_recipient(tenant, app, webhook).await?;
        self.send(&recipient, kind.unwrap_or(OccurrenceType::ChannelOccupied)).await
    }

    /// Posts an example to an endpoint that is not saved, signed with a secret that nobody knows.
    pub async fn ping(&self, tenant: TenantId, app: AppId, ping: Ping) -> Result<TestResult, WorkbenchError> {
        let app = self.find_app(tenant, app).await?;
        let recipient = Recipient::provisional(&app, &ping.url, ping.headers, ping.timeout)?;
        self.send(&recipient, OccurrenceType::ChannelOccupied).await
    }

    /// Whether a request that arrived somewhere bears the signatures of an endpoint, and which it should
    /// bear. Whether it is recent is not judged: people look at requests that came some time ago.
    #[expect(clippy::too_many_arguments, reason = "whose endpoint it is takes three of them")]
    pub async fn verify(
        &self,
        tenant: TenantId,
        app: AppId,
        webhook: Uuid,
        headers: &HashMap<String, String>,
        body: &str,
    ) -> Result<Verification, WebhookError> {
        let recipient = self.find_recipient(tenant, app, webhook).await?;
        let app = self.find_app(tenant, app).await?;
        Ok(verify(&recipient, &app.keys, headers, body))
    }

    /// A listener has no address, and is not the dashboard's business.
    async fn find_recipient(
        &self,
        tenant: TenantId,
        app: AppId,
        webhook: Uuid,
    ) -> Result<Recipient, WebhookError> {
        let recipient = self.store.find_recipient(tenant, app, webhook).await?;
        if recipient.url.is_empty() { Err(WebhookError::NotFound) } else { Ok(recipient) }
    }

    pub(crate) async fn find_app(&self, tenant: TenantId, app: AppId) -> Result<App, WebhookError> {
        let found = self.store.find_app(app).await?;
        found.filter(|app| app.tenant_id == tenant).ok_or(WebhookError::NotFound)
    }

    async fn send(&self, recipient: &Recipient, kind: OccurrenceType) -> Result<TestResult, WorkbenchError> {
        let _place = self.trials.take(recipient.tenant_id)?;
        let now = OffsetDateTime::now_utc();
        let request_body = example_body(kind, now);
        let label = Label::Test(Uuid::now_v7().to_string());
        let headers = headers(recipient, &label, request_body.as_bytes(), now);
        let request_headers = masked(&headers);
        let request = Request {
            url: &recipient.url,
            tenant: recipient.tenant_id,
            is_proven: false,
            headers,
            body: Bytes::from(request_body.clone()),
            timeout: recipient.timeout,
        };
        let reply = self.poster.post(request).await;
        let (duration, error) = (reply.duration, reply.error());
        let answer = reply.result.ok();
        Ok(TestResult {
            status: answer.as_ref().map(|answer| answer.status),
            duration,
            error,
            request_headers,
            request_body,
            response: answer.map(|answer| TestResponse { headers: answer.headers, excerpt: answer.excerpt }),
        })
    }
}
