use std::fmt;

use campanile_webhooks::Histogram;
use prometheus_client::{
    encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder, NoLabelSet},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
};

/// Writes one metric after the other.
pub(super) struct Page<'a>(pub(super) DescriptorEncoder<'a>);

/// The labels of one series.
pub(super) type Labels<const N: usize> = [(&'static str, String); N];

impl Page<'_> {
    pub(super) fn gauge(&mut self, name: &str, help: &str, value: f64) -> fmt::Result {
        self.metric(name, help, &ConstGauge::new(value))
    }

    pub(super) fn counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        self.metric(name, help, &ConstCounter::new(value))
    }

    pub(super) fn counters<const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        series: impl IntoIterator<Item = (Labels<N>, u64)>,
    ) -> fmt::Result {
        let mut encoder = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        series
            .into_iter()
            .try_for_each(|(labels, value)| ConstCounter::new(value).encode(encoder.encode_family(&labels)?))
    }

    pub(super) fn histogram(&mut self, name: &str, help: &str, histogram: &Histogram) -> fmt::Result {
        encode(histogram, self.0.encode_descriptor(name, help, None, MetricType::Histogram)?)
    }

    pub(super) fn histograms<'h, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        series: impl IntoIterator<Item = (Labels<N>, &'h Histogram)>,
    ) -> fmt::Result {
        let mut encoder = self.0.encode_descriptor(name, help, None, MetricType::Histogram)?;
        series
            .into_iter()
            .try_for_each(|(labels, histogram)| encode(histogram, encoder.encode_family(&labels)?))
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
