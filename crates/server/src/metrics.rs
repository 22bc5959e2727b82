//! What the plane counts about itself, in Prometheus' text format.

use crate::body::BodyMemory;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, text},
    metrics::{
        counter::{ConstCounter, Counter},
        family::Family,
        gauge::{ConstGauge, Gauge},
        histogram::Histogram,
        info::Info,
    },
    registry::{Registry, Unit},
};
use services::Plane;
use std::{borrow::Cow, fmt, sync::Arc, time::Duration};
use store::node::Node;

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
    /// The counters of a node, of the plane it serves and of the memory its requests take.
    pub(crate) fn new(node: &Node, plane: Arc<Plane>, bodies: BodyMemory) -> Self {
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
        let labels = vec![("name", node.name.clone()), ("version", node.program_version.clone())];
        let of_node = registry.sub_registry_with_label((Cow::from("node"), Cow::from(node.id.clone())));
        of_node.register("node", "This process", Info::new(labels));
        of_node.register_collector(Box::new(OfNode { plane, bodies }));
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

/// What is read off the node when asked for.
#[derive(Debug)]
struct OfNode {
    plane: Arc<Plane>,
    bodies: BodyMemory,
}

impl Collector for OfNode {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let directory = self.plane.directory.statistics();
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let up = i64::from(self.plane.store.out_of_reach().is_none());
        let lag = directory.silence.unwrap_or_default().as_secs_f64();
        gauge(&mut encoder, "store_up", "Whether the store answers", None, &ConstGauge::new(up))?;
        let writable = i64::from(self.plane.store.cannot_write().is_none());
        let help = "0 while changes are refused because the disk failed when it was written to";
        gauge(&mut encoder, "store_writable", help, None, &ConstGauge::new(writable))?;
        if let Some(bytes) = self.plane.store.log_bytes() {
            let help = "The write-ahead log that is not in the database yet";
            gauge(&mut encoder, "store_log", help, Some(&Unit::Bytes), &ConstGauge::new(number(bytes)))?;
        }
        let help = "Time since the change log was last looked at";
        gauge(&mut encoder, "change_log_lag", help, Some(&Unit::Seconds), &ConstGauge::new(lag))?;
        let taken = i64::try_from(self.bodies.held()).unwrap_or(i64::MAX);
        let help = "What large bodies take while they are read and answered";
        gauge(&mut encoder, "body_memory", help, Some(&Unit::Bytes), &ConstGauge::new(taken))?;
        let help = "Keys, principals and policies in memory";
        gauge(&mut encoder, "directory_entries", help, None, &ConstGauge::new(number(directory.entries)))?;
        let (help, bytes) = ("What they take", ConstGauge::new(number(directory.bytes)));
        gauge(&mut encoder, "directory_size", help, Some(&Unit::Bytes), &bytes)?;
        for (name, help, count) in [
            ("directory_hits", "Lookups answered from memory", directory.hits),
            ("directory_misses", "Lookups that read the store", directory.misses),
            ("directory_invalidations", "Changes that memory was told of", directory.invalidations),
        ] {
            let counter = ConstCounter::new(count);
            counter.encode(encoder.encode_descriptor(name, help, None, counter.metric_type())?)?;
        }
        Ok(())
    }
}

fn gauge(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    unit: Option<&Unit>,
    gauge: &impl EncodeMetric,
) -> fmt::Result {
    gauge.encode(encoder.encode_descriptor(name, help, unit, gauge.metric_type())?)
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}
