//! Traces, where an operator has a collector for them (OTLP over HTTP, in protobuf). Without one a request pays
//! for one branch.
//!
//! What a span says is bounded and harmless: method, route, status, the app's id, the request's name. Never a
//! path, which may name a channel or a user, nor a query, which holds a signature, nor anything of a body. A
//! collector that is away costs nothing but a line in the log: spans wait in a queue of 4,096, and what comes
//! then is lost.

mod attempts;
mod carrier;
mod sampling;

use std::{sync::Arc, time::Duration};

use actix_http::{RequestHead, StatusCode};
use actix_web::http::header::{HeaderMap, HeaderName};
use opentelemetry::{
    Context, KeyValue,
    propagation::{Extractor, TextMapPropagator},
    trace::{Span as _, SpanKind, Status, Tracer, TracerProvider},
};
use opentelemetry_otlp::{ExporterBuildError, Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracer, SdkTracerProvider, Span},
};
use thiserror::Error;
use uuid::Uuid;

pub(crate) use self::attempts::TracedAttempts;
use self::{carrier::Carrier, sampling::Share};

/// Where traces go.
#[derive(Clone, Debug)]
pub struct TraceSettings {
    /// The collector's address; spans are posted to `/v1/traces` there.
    pub endpoint: String,
    /// The share of traces that are followed, from 0 to 1.
    pub sample_ratio: f64,
}

/// Why there can be no traces.
#[derive(Debug, Error)]
pub enum TraceError {
    /// The HTTP client could not be made.
    #[error("the HTTP client for traces could not be made")]
    Client(#[from] reqwest::Error),
    /// The exporter could not be made.
    #[error("the exporter of traces could not be made")]
    Exporter(#[from] ExporterBuildError),
}

/// Makes spans, if there is somebody to tell. Cloning shares it.
#[derive(Clone, Default)]
pub(crate) struct Traces(Option<Arc<Open>>);

struct Open {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

/// The span of one request.
pub(crate) struct RequestSpan {
    span: Span,
    method: &'static str,
}

/// What is told of a request when it is answered.
pub(crate) struct Answered<'a> {
    pub(crate) status: StatusCode,
    /// The route with its `{parameters}`, if one was found.
    pub(crate) route: Option<&'a str>,
    pub(crate) app_id: Option<&'a str>,
    pub(crate) request_id: Option<&'a str>,
}

const QUEUE: usize = 4096;
const BATCH: usize = 512;
const EXPORT_EVERY: Duration = Duration::from_secs(1);
/// How long the end of the process waits for the last spans.
const LAST_SPANS: Duration = Duration::from_secs(2);
const USUAL_METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/// The longest id that an app has.
const ID_CHARS: usize = 20;

impl Traces {
    /// To be called within a tokio runtime, which does the sending. `node` tells this start of the process from
    /// others.
    pub(crate) fn start(settings: Option<TraceSettings>, node: Uuid) -> Result<Self, TraceError> {
        let Some(TraceSettings { endpoint, sample_ratio }) = settings else { return Ok(Self(None)) };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Carrier::new()?)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .build()?;
        let queue = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE)
            .with_max_export_batch_size(BATCH)
            .with_scheduled_delay(EXPORT_EVERY);
        let resource = Resource::builder_empty().with_service_name("campanile").with_attributes([
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
            KeyValue::new("service.instance.id", node.to_string()),
        ]);
        let provider = SdkTracerProvider::builder()
            .with_sampler(Share(sample_ratio))
            .with_span_processor(
                BatchSpanProcessor::builder(exporter).with_batch_config(queue.build()).build(),
            )
            .with_resource(resource.build())
            .build();
        let tracer = provider.tracer("campanile");
        Ok(Self(Some(Arc::new(Open { provider, tracer }))))
    }

    pub(crate) fn are_on(&self) -> bool {
        self.0.is_some()
    }

    /// Begins the span of a request, below its caller's, if this trace is to be followed.
    pub(crate) fn begin(&self, head: &RequestHead) -> Option<RequestSpan> {
        let tracer = &self.0.as_ref()?.tracer;
        let caller =
            TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(&head.headers));
        // Methods beyond the usual are a client's own words.
        let usual = USUAL_METHODS.into_iter().find(|usual| *usual == head.method.as_str());
        let method = usual.unwrap_or("_OTHER");
        let builder = tracer.span_builder(method).with_kind(SpanKind::Server);
        let mut span = builder.start_with_context(tracer, &caller);
        if !span.is_recording() {
            return None;
        }
        span.set_attribute(KeyValue::new("http.request.method", method));
        Some(RequestSpan { span, method })
    }

    /// Follows requests to webhooks' endpoints; nobody does when there are no traces.
    pub(crate) fn attempts(&self) -> Option<TracedAttempts> {
        self.0.as_ref().map(|open| TracedAttempts(open.tracer.clone()))
    }

    /// Sends what has not been sent.
    pub(crate) async fn close(&self) {
        let Some(open) = self.0.clone() else { return };
        // It blocks until the collector has answered, which takes this thread.
        let closing = tokio::task::spawn_blocking(move || open.provider.shutdown_with_timeout(LAST_SPANS));
        if let Ok(Err(error)) = closing.await {
            tracing::warn!(%error, "the last traces are lost");
        }
    }
}

impl RequestSpan {
    /// Ends it.
    pub(crate) fn end(mut self, answered: &Answered<'_>) {
        let Answered { status, route, app_id, request_id } = answered;
        let span = &mut self.span;
        span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
        if let Some(route) = route {
            span.update_name(format!("{} {route}", self.method));
            span.set_attribute(KeyValue::new("http.route", (*route).to_owned()));
        }
        let is_id = |id: &&str| id.len() <= ID_CHARS && id.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(app_id) = app_id.filter(is_id) {
            span.set_attribute(KeyValue::new("app.id", app_id.to_owned()));
        }
        if let Some(request_id) = request_id {
            span.set_attribute(KeyValue::new("request.id", (*request_id).to_owned()));
        }
        if status.is_server_error() {
            span.set_status(Status::error(""));
        }
        span.end();
    }
}

/// Reads what a caller says of its own trace (W3C Trace Context).
struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}
