//! Events packed into one column: for each a line of facts and one of resources, where `=` stands for those of the event before,
//! a line with its time, id and length, and its document.

use std::{borrow::Cow, collections::HashSet, fmt::Write as _, time::Duration};

use domain::AccountId;
use jiff::Timestamp;
use lz4_flex::block::{CompressTable, compress_into_with_table, get_maximum_output_size};
use serde::{Deserialize, Serialize};

use super::{
    AuditBatch, MOST,
    key::{KEYS_OF_FACTS, KEYS_OF_RESOURCES, each_value, hash},
};
use crate::{
    Row, StoreError,
    audit_event::{AuditAttribute, AuditEvent},
    document,
};

/// A batch that is this long gets no more events, in bytes before it is packed.
const LENGTH: usize = 512 * 1024;
/// Longer than any batch is, with its last event.
const LONGEST: usize = 8 * 1024 * 1024;
/// From the first to the last event of a batch, at most.
pub(super) const SPAN: Duration = Duration::from_mins(1);

/// What is known of an event beside its time, id, resources and document. Events in a row have it in common.
#[derive(Serialize, Deserialize)]
struct Facts<'a> {
    #[serde(borrow, rename = "n")]
    event_name: Cow<'a, str>,
    #[serde(borrow, rename = "s")]
    event_source: Cow<'a, str>,
    #[serde(rename = "o")]
    read_only: bool,
    #[serde(borrow, rename = "u")]
    user_name: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "k")]
    access_key_id: Option<Cow<'a, str>>,
}

/// Room to pack batches in, one after the other: as much as the largest of them took.
#[derive(Default)]
pub(crate) struct Room {
    text: String,
    packed: Vec<u8>,
    table: CompressTable,
}

/// A batch in the making.
pub(super) struct Packing<'a> {
    first_at: Timestamp,
    events: usize,
    last: Option<&'a AuditEvent>,
    values: HashSet<(AuditAttribute, &'a str)>,
    room: &'a mut Room,
    failed: Option<StoreError>,
}

impl<'a> Packing<'a> {
    pub(super) fn new(first: &AuditEvent, room: &'a mut Room) -> Self {
        room.text.clear();
        Self { first_at: first.at, events: 0, last: None, values: HashSet::new(), room, failed: None }
    }

    /// Takes the event, if there is room for it.
    pub(super) fn takes(&mut self, event: &'a AuditEvent) -> bool {
        let late = event.at.duration_since(self.first_at).unsigned_abs() > SPAN;
        if late || self.events >= MOST || self.room.text.len() >= LENGTH || self.failed.is_some() {
            return false;
        }
        if let Err(error) = self.facts(event).and_then(|()| self.resources(event)) {
            self.failed = Some(error);
            return false;
        }
        let (at, length) = (event.at.as_millisecond(), event.document.len());
        // Writing to a String does not fail.
        let text = &mut self.room.text;
        let _ = writeln!(text, "{at} {} {length}", event.id);
        text.push_str(&event.document);
        text.push('\n');
        self.events += 1;
        self.last = Some(event);
        true
    }

    fn facts(&mut self, event: &'a AuditEvent) -> Result<(), StoreError> {
        if self.last.is_some_and(|last| same_facts(last, event)) {
            self.room.text.push_str("=\n");
            return Ok(());
        }
        let facts = Facts {
            event_name: Cow::Borrowed(&event.event_name),
            event_source: Cow::Borrowed(&event.event_source),
            read_only: event.read_only,
            user_name: event.user_name.as_deref().map(Cow::Borrowed),
            access_key_id: event.access_key_id.as_deref().map(Cow::Borrowed),
        };
        self.line(&document::write(&facts)?);
        self.note(event, &KEYS_OF_FACTS);
        Ok(())
    }

    fn resources(&mut self, event: &'a AuditEvent) -> Result<(), StoreError> {
        if self.last.is_some_and(|last| last.resources == event.resources) {
            self.room.text.push_str("=\n");
            return Ok(());
        }
        self.line(&document::write(&event.resources)?);
        self.note(event, &KEYS_OF_RESOURCES);
        Ok(())
    }

    fn line(&mut self, line: &str) {
        self.room.text.push_str(line);
        self.room.text.push('\n');
    }

    fn note(&mut self, event: &'a AuditEvent, attributes: &[AuditAttribute]) {
        for attribute in attributes {
            let mut last = None;
            each_value(event, *attribute, |value| {
                // Resources lie in the order of their types.
                if last.replace(value) != Some(value) {
                    self.values.insert((*attribute, value));
                }
            });
        }
    }

    pub(super) fn finish(
        self,
        account_id: AccountId,
        first: &AuditEvent,
        last: &AuditEvent,
    ) -> Result<AuditBatch, StoreError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let account = account_id.to_string();
        let values = self.values.iter();
        let mut hashes: Vec<[u8; 8]> =
            values.map(|(attribute, value)| hash(&account, *attribute, value).to_be_bytes()).collect();
        hashes.sort_unstable();
        let Room { text, packed, table } = self.room;
        let length = u32::try_from(text.len()).map_err(|_| too_long())?;
        let most = get_maximum_output_size(text.len());
        if packed.len() < most {
            packed.resize(most, 0);
        }
        let bytes = compress_into_with_table(text.as_bytes(), packed, table).map_err(|_| too_long())?;
        let packed = packed.get(..bytes).unwrap_or_default();
        Ok(AuditBatch {
            account_id,
            last_at: last.at,
            id: first.id.clone(),
            events: self.events,
            hashes: hashes.as_flattened().to_vec(),
            packed: [&length.to_le_bytes(), packed].concat(),
        })
    }
}

fn same_facts(a: &AuditEvent, b: &AuditEvent) -> bool {
    a.event_name == b.event_name
        && a.event_source == b.event_source
        && a.read_only == b.read_only
        && a.user_name == b.user_name
        && a.access_key_id == b.access_key_id
}

/// Whether a row is what was packed: for checks.
pub(crate) fn check(row: &Row) -> Result<(), StoreError> {
    let account_id = AccountId::parse(row.text("account_id")?).map_err(|_| damaged())?;
    let events = unpack(account_id, row)?;
    let (first, last) = events.first().zip(events.last()).ok_or_else(damaged)?;
    if first.id == row.text("batch_id")? && last.at == row.time("last_at")? {
        Ok(())
    } else {
        Err(StoreError::Corrupt("a batch of events is not the one it says it is".into()))
    }
}

/// The events of a row, in their order.
pub(super) fn unpack(account_id: AccountId, row: &Row) -> Result<Vec<AuditEvent>, StoreError> {
    if row.integer("doc_version")? != document::VERSION {
        return Err(StoreError::Corrupt("the form of a batch of events is not known".into()));
    }
    let packed = row.bytes("packed")?;
    // How long it gets is judged before there is room made for it.
    let length = packed.first_chunk().map_or(usize::MAX, |length| u32::from_le_bytes(*length) as usize);
    let text = Some(packed).filter(|_| length <= LONGEST);
    let text = text.and_then(|packed| lz4_flex::decompress_size_prepended(packed).ok());
    let text = text.and_then(|text| String::from_utf8(text).ok()).ok_or_else(damaged)?;
    read(account_id, &text).ok_or_else(damaged)
}

fn too_long() -> StoreError {
    StoreError::Statement("a batch of events is too long to be packed".into())
}

fn damaged() -> StoreError {
    StoreError::Corrupt("a batch of events cannot be read".into())
}

fn read(account_id: AccountId, text: &str) -> Option<Vec<AuditEvent>> {
    let mut events: Vec<AuditEvent> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (facts, behind) = rest.split_once('\n')?;
        let (resources, behind) = behind.split_once('\n')?;
        let (line, behind) = behind.split_once('\n')?;
        let mut words = line.split(' ');
        let at = Timestamp::from_millisecond(words.next()?.parse().ok()?).ok()?;
        let id = words.next()?.to_owned();
        let length: usize = words.next()?.parse().ok()?;
        let document = behind.get(..length)?.to_owned();
        rest = behind.get(length..)?.strip_prefix('\n')?;
        let resources = match resources {
            "=" => events.last()?.resources.clone(),
            list => serde_json::from_str(list).ok()?,
        };
        events.push(if facts == "=" {
            AuditEvent { at, id, resources, document, ..events.last()?.clone() }
        } else {
            let facts: Facts<'_> = serde_json::from_str(facts).ok()?;
            AuditEvent {
                account_id,
                at,
                id,
                event_name: facts.event_name.into_owned().into(),
                event_source: facts.event_source.into_owned().into(),
                read_only: facts.read_only,
                user_name: facts.user_name.map(Cow::into_owned),
                access_key_id: facts.access_key_id.map(Cow::into_owned),
                resources,
                document,
            }
        });
    }
    Some(events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit_event::AuditResource;
    use proptest::prelude::*;

    fn account() -> AccountId {
        AccountId::parse("123456789012").unwrap()
    }

    fn events() -> impl Strategy<Value = Vec<AuditEvent>> {
        let text = || ".{0,8}";
        let resource = (text(), text()).prop_map(|(kind, name)| AuditResource { kind, name });
        let event = (
            (0..3i64, 0..3u32),
            prop::option::of("[ab]"),
            prop::option::of(text()),
            prop::collection::vec(resource, 0..3),
            any::<bool>(),
            "(?s).{0,30}",
        );
        prop::collection::vec(event, 0..600).prop_map(|events| {
            let mut at = 1_800_000_000_000;
            let numbered = events.into_iter().enumerate();
            numbered
                .map(|(number, ((step, kind), key, user, resources, read_only, document))| {
                    at += step * 20_000;
                    AuditEvent {
                        account_id: account(),
                        at: Timestamp::from_millisecond(at).unwrap(),
                        id: format!("id-{number}"),
                        event_name: format!("Get{kind}").into(),
                        event_source: "iam.amazonaws.com".into(),
                        read_only,
                        user_name: user,
                        access_key_id: key,
                        resources,
                        document,
                    }
                })
                .collect()
        })
    }

    fn unpacked(batch: &AuditBatch) -> Vec<AuditEvent> {
        let text = lz4_flex::decompress_size_prepended(&batch.packed).unwrap();
        read(batch.account_id, str::from_utf8(&text).unwrap()).unwrap()
    }

    proptest! {
        #[test]
        fn events_come_out_as_they_went_in(events in events()) {
            let batches = AuditBatch::pack(account(), &events).unwrap();
            let mut all = Vec::new();
            for batch in &batches {
                let events = unpacked(batch);
                prop_assert_eq!(events.len(), batch.len());
                prop_assert!(!batch.is_empty() && batch.len() <= MOST);
                let (first, last) = (&events[0], &events[events.len() - 1]);
                prop_assert_eq!((&first.id, last.at), (&batch.id, batch.last_at));
                prop_assert!(last.at.duration_since(first.at).unsigned_abs() <= SPAN);
                let hashes = crate::audit_batch::key::hashes(&batch.hashes);
                prop_assert!(hashes.is_sorted());
                let mut keys = HashSet::new();
                for event in &events {
                    for attribute in KEYS_OF_FACTS.into_iter().chain(KEYS_OF_RESOURCES) {
                        each_value(event, attribute, |value| {
                            let hash = hash("123456789012", attribute, value).to_be_bytes();
                            assert!(hashes.contains(&hash));
                            keys.insert((attribute, value.to_owned()));
                        });
                    }
                }
                prop_assert_eq!(keys.len(), hashes.len());
                all.extend(events);
            }
            prop_assert_eq!(all, events);
        }

        #[test]
        fn any_text_is_survived(text in "(=|\\{\\}|\\[\\]|[0-9 \n]|=\n1 a 3\nabc\n){0,9}") {
            read(account(), &text);
        }
    }

    #[test]
    fn long_events_end_a_batch() {
        let event = |number: i64| AuditEvent {
            account_id: account(),
            at: Timestamp::from_second(number).unwrap(),
            id: number.to_string(),
            event_name: "GetUser".into(),
            event_source: "iam.amazonaws.com".into(),
            read_only: true,
            user_name: None,
            access_key_id: None,
            resources: Vec::new(),
            document: "x".repeat(LENGTH),
        };
        let events: Vec<_> = (0..3).map(event).collect();
        assert_eq!(AuditBatch::pack(account(), &events).unwrap().len(), 3);
    }
}
