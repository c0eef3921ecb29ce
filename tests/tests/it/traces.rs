//! Spans as a collector receives them: OTLP over HTTP, in protobuf.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use campanile_tests::{App, Options, Platform, WebhookReceiver, request};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::any_value::Value,
    trace::v1::{Span, span::SpanKind, status::StatusCode},
};
use prost::Message;
use serde_json::json;

use crate::{
    program::Program,
    signing::SignedRequest,
    webhook_stage::{PATIENCE, Stage, header},
};

/// The caller's trace and span.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

/// A collector that keeps what it is told.
struct Collector {
    receiver: WebhookReceiver,
    spans: Vec<Span>,
}

impl Collector {
    fn start() -> Self {
        Self { receiver: WebhookReceiver::start().unwrap(), spans: Vec::new() }
    }

    /// Waits for a span that fits.
    fn find(&mut self, fits: impl Fn(&Span) -> bool) -> Span {
        loop {
            if let Some(span) = self.spans.iter().find(|span| fits(span)) {
                return span.clone();
            }
            let export = self.receiver.next(PATIENCE).unwrap();
            assert_eq!(export.headers["content-type"], "application/x-protobuf");
            let export = ExportTraceServiceRequest::decode(export.body.as_slice()).unwrap();
            for resource in export.resource_spans {
                let name = attribute_of(&resource.resource.unwrap().attributes, "service.name");
                assert_eq!(name.as_deref(), Some("campanile"));
                self.spans.extend(resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
            }
        }
    }
}

fn attribute_of(
    attributes: &[opentelemetry_proto::tonic::common::v1::KeyValue],
    name: &str,
) -> Option<String> {
    let value = attributes.iter().find(|attribute| attribute.key == name)?.value.clone()?;
    Some(match value.value? {
        Value::StringValue(text) => text,
        Value::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    })
}

fn attribute(span: &Span, name: &str) -> String {
    attribute_of(&span.attributes, name).unwrap_or_default()
}

fn traced(endpoint: &str, ratio: &str) -> Platform {
    let environment = vec![
        ("CAMPANILE_TELEMETRY_OTLP_ENDPOINT", endpoint.to_owned()),
        ("CAMPANILE_TELEMETRY_SAMPLE_RATIO", ratio.to_owned()),
    ];
    Platform::spawn_with(Options { environment, ..Options::default() }).unwrap()
}

fn trigger(platform: &Platform, app: &App, body: &str, caller: &str) -> u16 {
    let signed = SignedRequest::post(app, "events", body);
    let target = format!("{}?{}", signed.path, signed.query());
    let caller = format!("traceparent: {caller}");
    request(&platform.authority, "POST", &target, &[&caller], body.as_bytes()).unwrap().status
}

#[test]
fn a_trigger_is_a_span_below_its_callers_and_tells_no_secret() {
    let mut collector = Collector::start();
    let platform = traced(collector.receiver.url(), "1");
    let tenant = platform.create_tenant("Acme").unwrap();
    let app = platform.create_app(&tenant, "Shop", &[]).unwrap();
    let body = json!({ "name": "hush", "channel": "hidden-room", "data": "whisper" }).to_string();
    // First one that its caller does not follow: it must not come.
    assert_eq!(
        trigger(&platform, &app, &body, "00-11111111111111111111111111111111-2222222222222222-00"),
        200
    );
    assert_eq!(trigger(&platform, &app, &body, &format!("00-{TRACE}-{CALLER}-01")), 200);
    assert_eq!(trigger(&platform, &app, "{}", &format!("00-{TRACE}-{CALLER}-01")), 400);

    let refused = collector.find(|span| attribute(span, "http.response.status_code") == "400");
    assert_eq!(attribute(&refused, "request.id").len(), 36);
    let span = collector.find(|span| attribute(span, "http.response.status_code") == "200");
    assert_eq!(
        (hex::encode(&span.trace_id), hex::encode(&span.parent_span_id)),
        (TRACE.into(), CALLER.into())
    );
    assert_eq!((span.name.as_str(), span.kind()), ("POST /apps/{app_id}/events", SpanKind::Server));
    assert_eq!(attribute(&span, "http.request.method"), "POST");
    assert_eq!(attribute(&span, "http.route"), "/apps/{app_id}/events");
    assert_eq!(attribute(&span, "app.id"), app.id);
    assert!(span.end_time_unix_nano > span.start_time_unix_nano);
    assert!(collector.spans.iter().all(|span| hex::encode(&span.trace_id) == TRACE), "{:?}", collector.spans);
    let told = format!("{:?}", collector.spans);
    for secret in ["hush", "hidden-room", "whisper", "auth_signature", &app.key, &app.secret] {
        assert!(!told.contains(secret), "{secret}: {told}");
    }
}

#[test]
fn a_management_request_and_a_webhook_are_spans_and_the_endpoint_learns_its_trace() {
    let mut collector = Collector::start();
    let stage = Stage::on(traced(collector.receiver.url(), "1"));
    let endpoint = stage.endpoint(&json!({}));
    let _client = stage.occupy(&["news"]);
    let delivery = stage.next_about("news");

    let attempt = collector.find(|span| span.name == "webhook attempt");
    let (trace, own) = (hex::encode(&attempt.trace_id), hex::encode(&attempt.span_id));
    assert_eq!(header(&delivery, "traceparent"), format!("00-{trace}-{own}-01"));
    assert_eq!(attempt.kind(), SpanKind::Client);
    assert_eq!(attribute(&attempt, "webhook.id"), endpoint.id);
    assert_eq!(attribute(&attempt, "app.id"), stage.app.id);
    assert_eq!(attribute(&attempt, "http.response.status_code"), "200");
    assert_ne!(attempt.status.unwrap_or_default().code(), StatusCode::Error);

    let made = collector.find(|span| span.name == "POST /api/v1/apps/{app_id}/webhooks");
    assert_eq!(attribute(&made, "app.id"), stage.app.id);
    assert_eq!(attribute(&made, "request.id").len(), 36);
    let told = format!("{:?}", collector.spans);
    assert!(!told.contains(&stage.token) && !told.contains("news"), "{told}");
}

#[test]
fn a_collector_that_is_away_costs_a_line_of_the_log() {
    // A port that was free a moment ago.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let mut platform = traced(&address, "1");
    let tenant = platform.create_tenant("Acme").unwrap();
    let app = platform.create_app(&tenant, "Shop", &[]).unwrap();
    let body = json!({ "name": "x", "channel": "news", "data": "x" }).to_string();
    let line = "traces do not reach the collector";
    let deadline = Instant::now() + PATIENCE;
    while !platform.log().contains(line) {
        assert_eq!(trigger(&platform, &app, &body, ""), 200);
        assert!(Instant::now() < deadline, "the log does not say so");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(trigger(&platform, &app, &body, ""), 200);
    assert!(platform.stop().unwrap().success());
    assert_eq!(platform.log().matches(line).count(), 1, "{}", platform.log());
}

#[test]
fn without_a_collector_an_endpoint_learns_of_no_trace() {
    let stage = Stage::new();
    stage.endpoint(&json!({}));
    let _client = stage.occupy(&["news"]);
    assert_eq!(header(&stage.next_about("news"), "traceparent"), "");
    let program = Program::new(&stage.platform, &stage.token);
    assert_eq!(program.send("GET", "/apps", &serde_json::Value::Null, &[]).status, 200);
}
