use std::{
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use reqwest::{Client, redirect};
use tokio::runtime::Handle;

/// Brings spans to the collector. The exporter's thread waits for it; the platform's runtime does the work.
#[derive(Debug)]
pub(super) struct Carrier {
    client: Client,
    runtime: Handle,
    /// Whether the last try failed: an outage is two lines of the log.
    is_failing: AtomicBool,
}

const TIMEOUT: Duration = Duration::from_secs(5);

impl Carrier {
    pub(super) fn new() -> Result<Self, reqwest::Error> {
        // Fails only when the process chose a provider already, which then serves us too.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || Client::builder().redirect(redirect::Policy::none()).timeout(TIMEOUT);
        // A machine without root certificates still reaches a collector at http://.
        let client = builder().build().or_else(|_| builder().tls_certs_only([]).build())?;
        Ok(Self { client, runtime: Handle::current(), is_failing: AtomicBool::new(false) })
    }

    fn note(&self, sent: &Result<Response<Bytes>, HttpError>) {
        let fault = match sent {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("the collector answered {}", answer.status())),
            Err(error) => Some(error.to_string()),
        };
        let was_failing = self.is_failing.swap(fault.is_some(), Relaxed);
        match fault {
            Some(error) if !was_failing => tracing::warn!(error, "traces do not reach the collector"),
            None if was_failing => tracing::info!("traces reach the collector again"),
            Some(_) | None => {}
        }
    }
}

type Sent<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'a>>;

impl HttpClient for Carrier {
    fn send_bytes<'s, 'f>(&'s self, request: Request<Bytes>) -> Sent<'f>
    where
        's: 'f,
        Self: 'f,
    {
        let sending = self.runtime.spawn(send(self.client.clone(), request));
        Box::pin(async move {
            let sent = sending.await.map_err(HttpError::from).and_then(|sent| sent);
            self.note(&sent);
            sent
        })
    }
}

async fn send(client: Client, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let answer = client.execute(request.try_into()?).await.map_err(reqwest::Error::without_url)?;
    let status = answer.status();
    let mut response = Response::new(answer.bytes().await?);
    *response.status_mut() = status;
    Ok(response)
}
