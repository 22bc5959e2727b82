//! CloudTrail's operations.

mod lookup_events;
