//! What batches are looked up by.

use aws_lc_rs::digest;
use jiff::Timestamp;

use crate::{
    StoreError, Value,
    audit_event::{AuditAttribute, AuditEvent},
};

/// What is looked up lies together with all else of its day, in milliseconds: what is written now is in a small part of the
/// table, and a lookup of a value that nothing has asks once for each day.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// What a value is looked up by. Whoever chooses values cannot choose two of the same hash: then looking one up would read
/// the batches of the other in vain.
pub(super) fn hash(account_id: &str, attribute: AuditAttribute, value: &str) -> i64 {
    let text = [account_id, "\n", spelled(attribute), "\n", value].concat();
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    digest.as_ref().first_chunk().map_or(0, |bytes| i64::from_be_bytes(*bytes))
}

/// The day of a time, counted from 1970.
pub(super) fn day(at: Timestamp) -> i64 {
    at.as_millisecond().div_euclid(DAY)
}

/// What batches are looked up by. The id of an event says when it happened, which is enough to find it.
pub(super) const KEYS_OF_FACTS: [AuditAttribute; 5] = [
    AuditAttribute::AccessKeyId,
    AuditAttribute::EventName,
    AuditAttribute::EventSource,
    AuditAttribute::ReadOnly,
    AuditAttribute::UserName,
];
pub(super) const KEYS_OF_RESOURCES: [AuditAttribute; 2] =
    [AuditAttribute::ResourceName, AuditAttribute::ResourceType];

/// As it is hashed with its values.
fn spelled(attribute: AuditAttribute) -> &'static str {
    match attribute {
        AuditAttribute::AccessKeyId => "access_key_id",
        AuditAttribute::EventId => "event_id",
        AuditAttribute::EventName => "event_name",
        AuditAttribute::EventSource => "event_source",
        AuditAttribute::ReadOnly => "read_only",
        AuditAttribute::ResourceName => "resource_name",
        AuditAttribute::ResourceType => "resource_type",
        AuditAttribute::UserName => "user_name",
    }
}

/// Fails for an event that has a name which PostgreSQL would not take: both engines refuse the same.
pub(crate) fn require_storable(event: &AuditEvent) -> Result<(), StoreError> {
    let mut storable = Ok(());
    for attribute in KEYS_OF_FACTS.iter().chain(&KEYS_OF_RESOURCES) {
        each_value(event, *attribute, |value| {
            if let Err(error) = Value::Text(value.into()).checked() {
                storable = Err(error);
            }
        });
    }
    storable
}

pub(super) fn each_value<'e>(
    event: &'e AuditEvent,
    attribute: AuditAttribute,
    mut with: impl FnMut(&'e str),
) {
    match attribute {
        AuditAttribute::AccessKeyId => event.access_key_id.as_deref().into_iter().for_each(with),
        AuditAttribute::EventId => with(&event.id),
        AuditAttribute::EventName => with(&event.event_name),
        AuditAttribute::EventSource => with(&event.event_source),
        AuditAttribute::ReadOnly => with(if event.read_only { "true" } else { "false" }),
        AuditAttribute::ResourceName => event.resources.iter().for_each(|resource| with(&resource.name)),
        AuditAttribute::ResourceType => event.resources.iter().for_each(|resource| with(&resource.kind)),
        AuditAttribute::UserName => event.user_name.as_deref().into_iter().for_each(with),
    }
}
