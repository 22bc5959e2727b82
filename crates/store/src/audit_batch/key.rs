//! What batches are looked up by.

use aws_lc_rs::digest;
use jiff::Timestamp;

use crate::{
    Parameter, StoreError, Transaction, Value,
    audit_event::{AuditAttribute, AuditEvent},
};

/// What one statement writes at most of what batches are looked up by.
const AT_ONCE: usize = 32;

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

/// One of what batches are looked up by, for a batch that ended then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    day: i64,
    hash: i64,
    /// In milliseconds since 1970.
    last_at: i64,
}

impl Key {
    pub(super) fn new(hash: i64, last_at: Timestamp) -> Self {
        Self { day: day(last_at), hash, last_at: last_at.as_millisecond() }
    }
}

/// The hashes in a row.
pub(super) fn hashes(bytes: &[u8]) -> &[[u8; 8]] {
    bytes.as_chunks().0
}

/// Stores what batches are looked up by.
pub(super) async fn insert(tx: &mut Transaction, keys: &[Key]) -> Result<(), StoreError> {
    let (whole, rest) = keys.as_chunks::<AT_ONCE>();
    for keys in whole {
        let named = NAMES.iter().zip(keys).flat_map(|([day, hash, last_at], key)| {
            [(*day, &key.day as &dyn Parameter), (*hash, &key.hash), (*last_at, &key.last_at)]
        });
        tx.execute(INSERT_MANY, &named.collect::<Vec<_>>()).await?;
    }
    for Key { day, hash, last_at } in rest {
        tx.execute(INSERT, &[(":day", day), (":hash", hash), (":last_at", last_at)]).await?;
    }
    Ok(())
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

pub(super) const INSERT: &str = "INSERT INTO audit_batch_key (day, hash, last_at)
    VALUES (:day, :hash, :last_at) ON CONFLICT (day, hash, last_at) DO NOTHING";

/// Makes the statement that writes many at once, and the names of its parameters.
macro_rules! insert_many {
    ($first:literal $(, $more:literal)*) => {
        pub(super) const INSERT_MANY: &str = concat!(
            "INSERT INTO audit_batch_key (day, hash, last_at) VALUES (:day", $first, ", :hash", $first,
            ", :last_at", $first, ")",
            $(", (:day", $more, ", :hash", $more, ", :last_at", $more, ")",)*
            " ON CONFLICT (day, hash, last_at) DO NOTHING"
        );
        const NAMES: [[&str; 3]; AT_ONCE] = [
            [concat!(":day", $first), concat!(":hash", $first), concat!(":last_at", $first)],
            $([concat!(":day", $more), concat!(":hash", $more), concat!(":last_at", $more)]),*
        ];
    };
}
insert_many!(
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
    29, 30, 31
);

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

pub(super) fn each_value<'e, D>(
    event: &'e AuditEvent<D>,
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
