use campanile_webhooks::{Attempting, Follow, Followed};
use opentelemetry::{
    Context, KeyValue,
    trace::{Span as _, SpanKind, Status, Tracer},
};
use opentelemetry_sdk::trace::{SdkTracer, Span};

/// Makes a span of each request to a webhook's endpoint. The endpoint's address stays out of it: it may hold a
/// password.
pub(crate) struct TracedAttempts(pub(super) SdkTracer);

struct TracedAttempt(Span);

impl Follow for TracedAttempts {
    fn begin(&self, attempting: &Attempting) -> Option<Box<dyn Followed>> {
        let attributes = [
            KeyValue::new("app.id", attempting.app_id.to_string()),
            KeyValue::new("webhook.id", attempting.webhook.to_string()),
            KeyValue::new("delivery.id", attempting.delivery.to_string()),
            KeyValue::new("delivery.attempt", i64::from(attempting.attempt)),
            KeyValue::new("http.request.method", "POST"),
        ];
        let builder = self.0.span_builder("webhook attempt").with_kind(SpanKind::Client);
        let span = builder.with_attributes(attributes).start_with_context(&self.0, &Context::new());
        span.is_recording().then(|| Box::new(TracedAttempt(span)) as Box<dyn Followed>)
    }
}

impl Followed for TracedAttempt {
    fn traceparent(&self) -> String {
        let context = self.0.span_context();
        let flags = context.trace_flags().to_u8();
        format!("00-{}-{}-{flags:02x}", context.trace_id(), context.span_id())
    }

    fn end(mut self: Box<Self>, status: Option<u16>, error: Option<&str>) {
        if let Some(status) = status {
            self.0.set_attribute(KeyValue::new("http.response.status_code", i64::from(status)));
        }
        if let Some(error) = error {
            self.0.set_status(Status::error(error.to_owned()));
        }
        self.0.end();
    }
}
