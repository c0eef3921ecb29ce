use std::fmt::{self, Write as _};

use campanile_webhooks::Histogram;
use prometheus_client::{
    encoding::{
        DescriptorEncoder, EncodeCounterValue, EncodeLabelKey, EncodeLabelValue, EncodeMetric,
        LabelKeyEncoder, MetricEncoder, NoLabelSet,
    },
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge, info::Info},
};

/// Writes one metric after the other.
pub(super) struct Page<'a>(pub(super) DescriptorEncoder<'a>);

/// Every label there is. What a label says is one of few words: no tenant, app, channel, key or path, of
/// which there is no end. The one exception is an endpoint's id, which an operator must ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Label {
    Area,
    Endpoint,
    Kind,
    Limit,
    Outcome,
    Reason,
    Scope,
    State,
    Status,
    Transport,
    Version,
}

/// The labels of one series.
pub(super) type Labels<const N: usize, V = &'static str> = [(Label, V); N];

impl Label {
    fn name(self) -> &'static str {
        match self {
            Self::Area => "area",
            Self::Endpoint => "endpoint",
            Self::Kind => "kind",
            Self::Limit => "limit",
            Self::Outcome => "outcome",
            Self::Reason => "reason",
            Self::Scope => "scope",
            Self::State => "state",
            Self::Status => "status",
            Self::Transport => "transport",
            Self::Version => "version",
        }
    }
}

impl EncodeLabelKey for Label {
    fn encode(&self, encoder: &mut LabelKeyEncoder<'_>) -> fmt::Result {
        encoder.write_str(self.name())
    }
}

impl Page<'_> {
    pub(super) fn gauge(&mut self, name: &str, help: &str, value: f64) -> fmt::Result {
        self.metric(name, help, &ConstGauge::new(value))
    }

    pub(super) fn gauges<const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        series: impl IntoIterator<Item = (Labels<N>, f64)>,
    ) -> fmt::Result {
        let mut encoder = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        series
            .into_iter()
            .try_for_each(|(labels, value)| ConstGauge::new(value).encode(encoder.encode_family(&labels)?))
    }

    pub(super) fn counter<C: EncodeCounterValue>(&mut self, name: &str, help: &str, value: C) -> fmt::Result
    where
        ConstCounter<C>: EncodeMetric,
    {
        self.metric(name, help, &ConstCounter::new(value))
    }

    pub(super) fn counters<const N: usize, V: EncodeLabelValue>(
        &mut self,
        name: &str,
        help: &str,
        series: impl IntoIterator<Item = (Labels<N, V>, u64)>,
    ) -> fmt::Result {
        let mut encoder = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        series
            .into_iter()
            .try_for_each(|(labels, value)| ConstCounter::new(value).encode(encoder.encode_family(&labels)?))
    }

    pub(super) fn histogram(&mut self, name: &str, help: &str, histogram: &Histogram) -> fmt::Result {
        encode(histogram, self.0.encode_descriptor(name, help, None, MetricType::Histogram)?)
    }

    pub(super) fn histograms<'h, const N: usize, V: EncodeLabelValue>(
        &mut self,
        name: &str,
        help: &str,
        series: impl IntoIterator<Item = (Labels<N, V>, &'h Histogram)>,
    ) -> fmt::Result {
        let mut encoder = self.0.encode_descriptor(name, help, None, MetricType::Histogram)?;
        series
            .into_iter()
            .try_for_each(|(labels, histogram)| encode(histogram, encoder.encode_family(&labels)?))
    }

    /// What does not change while the process lives.
    pub(super) fn info<const N: usize>(&mut self, name: &str, help: &str, labels: Labels<N>) -> fmt::Result {
        self.metric(name, help, &Info::new(labels))
    }

    fn metric(&mut self, name: &str, help: &str, metric: &impl EncodeMetric) -> fmt::Result {
        metric.encode(self.0.encode_descriptor(name, help, None, metric.metric_type())?)
    }
}

fn encode(histogram: &Histogram, mut encoder: MetricEncoder<'_>) -> fmt::Result {
    let bounds = histogram.bounds_seconds.iter().copied().chain([f64::INFINITY]);
    let buckets: Vec<(f64, u64)> = bounds.zip(histogram.counts.iter().copied()).collect();
    let count = histogram.counts.iter().sum();
    encoder.encode_histogram::<NoLabelSet>(histogram.sum_seconds, count, &buckets, None)
}
