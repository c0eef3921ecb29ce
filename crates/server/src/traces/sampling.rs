use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanKind, TraceContextExt, TraceId, TraceState},
};
use opentelemetry_sdk::trace::{
    IdGenerator, RandomIdGenerator, Sampler, SamplingDecision, SamplingResult, ShouldSample,
};

/// The share of traces that are followed. A caller can have its trace not followed, and not more of them: callers
/// are tenants' servers, whose own collectors may take all they do.
#[derive(Clone, Debug)]
pub(super) struct Share(pub(super) f64);

impl ShouldSample for Share {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        _: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let caller = parent.filter(|parent| parent.has_active_span());
        if caller.is_some_and(|caller| !caller.span().span_context().is_sampled()) {
            let (attributes, trace_state) = (Vec::new(), TraceState::default());
            return SamplingResult { decision: SamplingDecision::Drop, attributes, trace_state };
        }
        // Not by the trace's own id, which a caller may choose so that it is always followed.
        let die = RandomIdGenerator::default().new_trace_id();
        Sampler::TraceIdRatioBased(self.0).should_sample(parent, die, name, kind, attributes, links)
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{SpanContext, SpanId, TraceFlags};

    use super::*;

    fn is_followed(share: f64, caller: Option<TraceFlags>) -> bool {
        let id = TraceId::from(7);
        let caller = caller.map(|flags| {
            let span = SpanContext::new(id, SpanId::from(1), flags, true, TraceState::default());
            Context::new().with_remote_span_context(span)
        });
        let sampled = Share(share).should_sample(caller.as_ref(), id, "", &SpanKind::Server, &[], &[]);
        sampled.decision == SamplingDecision::RecordAndSample
    }

    #[test]
    fn a_caller_can_have_less_followed_and_not_more() {
        assert!(is_followed(1.0, None) && is_followed(1.0, Some(TraceFlags::SAMPLED)));
        assert!(!is_followed(1.0, Some(TraceFlags::NOT_SAMPLED)));
        assert!(!is_followed(0.0, None) && !is_followed(0.0, Some(TraceFlags::SAMPLED)));
    }

    #[test]
    fn an_id_that_its_caller_chose_does_not_have_it_followed() {
        assert!(!is_followed(1e-12, Some(TraceFlags::SAMPLED)));
    }
}
