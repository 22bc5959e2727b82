//! What the plane counts about itself, in Prometheus' text format.

use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use std::{fmt, time::Duration};

/// Bucket bounds in seconds: from a warm identity call to a slow store.
const BUCKETS: [f64; 12] =
    [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0];

/// The plane's counters.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Outcome, Counter>,
    durations: Family<OfService, Histogram>,
    /// Requests that are being answered now.
    pub(crate) in_flight: Gauge,
    /// Audit records that were given up since the start.
    pub(crate) audit_events_lost: Gauge,
    /// 1 while the audit files are further behind than they may be, and changes are refused.
    pub(crate) audit_files_behind: Gauge,
}

/// One kind of outcome. All three come from closed sets, so that no client can make series without end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Outcome {
    pub(crate) service: &'static str,
    pub(crate) operation: &'static str,
    pub(crate) code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfService {
    service: &'static str,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("portcullis");
        let requests = Family::<Outcome, Counter>::default();
        let durations = Family::<OfService, Histogram>::new_with_constructor(|| Histogram::new(BUCKETS));
        let in_flight = Gauge::default();
        registry.register("requests", "Answered API requests by outcome", requests.clone());
        registry.register_with_unit(
            "request_duration",
            "Time from the request's headers to its answer",
            Unit::Seconds,
            durations.clone(),
        );
        registry.register("requests_in_flight", "API requests being answered", in_flight.clone());
        let (audit_events_lost, audit_files_behind) = (Gauge::default(), Gauge::default());
        registry.register(
            "audit_events_lost",
            "Audit records given up since the start",
            audit_events_lost.clone(),
        );
        registry.register(
            "audit_files_behind",
            "1 while changes are refused because the audit files are behind",
            audit_files_behind.clone(),
        );
        Self { registry, requests, durations, in_flight, audit_events_lost, audit_files_behind }
    }

    /// Counts one answered request.
    pub(crate) fn answered(&self, outcome: &Outcome, took: Duration) {
        self.requests.get_or_create(outcome).inc();
        self.durations.get_or_create(&OfService { service: outcome.service }).observe(took.as_secs_f64());
    }

    /// Everything, as text.
    pub(crate) fn render(&self) -> String {
        let mut page = String::new();
        // Writing to a String does not fail.
        let _ = text::encode(&mut page, &self.registry);
        page
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}
