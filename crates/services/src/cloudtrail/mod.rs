//! CloudTrail: the audit trail as its readers ask for it.

mod errors;
mod lookup_events;
