//! Events packed into one column: for each a line of facts and one of resources, where `=` stands for those of the event before,
//! a line with its time, id and length, and its document.

use std::{borrow::Cow, collections::HashSet, fmt::Write as _, time::Duration};

use domain::AccountId;
use jiff::Timestamp;
use lz4_flex::block::{CompressTable, compress_into_with_table, get_maximum_output_size};
use serde::{Deserialize, Serialize};

use super::{
    AuditBatch, Documents, MOST,
    key::{KEYS_OF_FACTS, each_value, hash},
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
/// About how long an event is.
const USUAL_LENGTH: usize = 1536;
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
    packed: Vec<u8>,
    table: CompressTable,
}

/// Packs events of one account into as many batches as they take, and gives each with the documents that are in it.
pub(super) fn pack<'e, D>(
    room: &mut Room,
    account_id: AccountId,
    events: &'e [AuditEvent<D>],
    document: impl Fn(&'e D) -> &'e str,
) -> Result<Vec<(AuditBatch, Documents)>, StoreError> {
    let mut batches = Vec::new();
    let mut rest = events;
    while let Some(first) = rest.first() {
        let mut packing = Packing::new(first, rest.len().min(MOST));
        let taken = rest.iter().take_while(|event| packing.takes(event, document(&event.document))).count();
        let (these, others) = rest.split_at(taken.max(1));
        batches.push(packing.finish(room, account_id, first, these.last().unwrap_or(first))?);
        rest = others;
    }
    Ok(batches)
}

/// A batch in the making.
struct Packing<'a, D> {
    first_at: Timestamp,
    last: Option<&'a AuditEvent<D>>,
    values: HashSet<(AuditAttribute, &'a str)>,
    documents: Documents,
    failed: Option<StoreError>,
}

impl<'a, D> Packing<'a, D> {
    /// For about so many events.
    fn new(first: &AuditEvent<D>, events: usize) -> Self {
        let documents = Documents {
            text: String::with_capacity(events * USUAL_LENGTH),
            places: Vec::with_capacity(events),
        };
        Self { first_at: first.at, last: None, values: HashSet::new(), documents, failed: None }
    }

    /// Takes the event, if there is room for it.
    fn takes(&mut self, event: &'a AuditEvent<D>, document: &str) -> bool {
        let late = event.at.duration_since(self.first_at).unsigned_abs() > SPAN;
        let Documents { text, places } = &self.documents;
        if late || places.len() >= MOST || text.len() >= LENGTH || self.failed.is_some() {
            return false;
        }
        if let Err(error) = self.facts(event).and_then(|()| self.resources(event)) {
            self.failed = Some(error);
            return false;
        }
        let Documents { text, places } = &mut self.documents;
        // Writing to a String does not fail.
        let _ = writeln!(text, "{} {} {}", event.at.as_millisecond(), event.id, document.len());
        let begin = text.len();
        text.push_str(document);
        places.push(begin..text.len());
        text.push('\n');
        self.last = Some(event);
        true
    }

    fn facts(&mut self, event: &'a AuditEvent<D>) -> Result<(), StoreError> {
        if self.last.is_some_and(|last| same_facts(last, event)) {
            self.documents.text.push_str("=\n");
            return Ok(());
        }
        let facts = Facts {
            event_name: Cow::Borrowed(&event.event_name),
            event_source: Cow::Borrowed(&event.event_source),
            read_only: event.read_only,
            user_name: event.user_name.as_deref().map(Cow::Borrowed),
            access_key_id: event.access_key_id.as_deref().map(Cow::Borrowed),
        };
        self.line(&facts)?;
        for attribute in KEYS_OF_FACTS {
            each_value(event, attribute, |value| {
                self.values.insert((attribute, value));
            });
        }
        Ok(())
    }

    fn resources(&mut self, event: &'a AuditEvent<D>) -> Result<(), StoreError> {
        if self.last.is_some_and(|last| last.resources == event.resources) {
            self.documents.text.push_str("=\n");
            return Ok(());
        }
        self.line(&event.resources)?;
        let known = self.last.map(|last| &*last.resources).unwrap_or_default();
        for resource in event.resources.iter().filter(|resource| !known.contains(resource)) {
            self.values.insert((AuditAttribute::ResourceName, &resource.name));
            self.values.insert((AuditAttribute::ResourceType, &resource.kind));
        }
        Ok(())
    }

    fn line(&mut self, value: &impl Serialize) -> Result<(), StoreError> {
        self.documents.text.push_str(&document::write(value)?);
        self.documents.text.push('\n');
        Ok(())
    }

    fn finish(
        self,
        room: &mut Room,
        account_id: AccountId,
        first: &AuditEvent<D>,
        last: &AuditEvent<D>,
    ) -> Result<(AuditBatch, Documents), StoreError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let account = account_id.to_string();
        let values = self.values.iter();
        let mut hashes: Vec<[u8; 8]> =
            values.map(|(attribute, value)| hash(&account, *attribute, value).to_be_bytes()).collect();
        hashes.sort_unstable();
        let text = self.documents.text.as_bytes();
        let length = u32::try_from(text.len()).map_err(|_| too_long())?;
        let most = get_maximum_output_size(text.len());
        if room.packed.len() < most {
            room.packed.resize(most, 0);
        }
        let bytes =
            compress_into_with_table(text, &mut room.packed, &mut room.table).map_err(|_| too_long())?;
        let packed = room.packed.get(..bytes).unwrap_or_default();
        let batch = AuditBatch {
            account_id,
            last_at: last.at,
            id: first.id.clone(),
            events: self.documents.len(),
            hashes: hashes.as_flattened().to_vec(),
            packed: [&length.to_le_bytes(), packed].concat(),
        };
        Ok((batch, self.documents))
    }
}

fn same_facts<D>(a: &AuditEvent<D>, b: &AuditEvent<D>) -> bool {
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
    read(account_id, &text(row)?).ok_or_else(damaged)
}

/// The documents of a row, in their order.
pub(super) fn documents(row: &Row) -> Result<Documents, StoreError> {
    Documents::read(text(row)?).ok_or_else(damaged)
}

/// What a row has packed.
fn text(row: &Row) -> Result<String, StoreError> {
    if row.integer("doc_version")? != document::VERSION {
        return Err(StoreError::Corrupt("the form of a batch of events is not known".into()));
    }
    let packed = row.bytes("packed")?;
    // How long it gets is judged before there is room made for it.
    let length = packed.first_chunk().map_or(usize::MAX, |length| u32::from_le_bytes(*length) as usize);
    let text = Some(packed).filter(|_| length <= LONGEST);
    let text = text.and_then(|packed| lz4_flex::decompress_size_prepended(packed).ok());
    text.and_then(|text| String::from_utf8(text).ok()).ok_or_else(damaged)
}

fn too_long() -> StoreError {
    StoreError::Statement("a batch of events is too long to be packed".into())
}

fn damaged() -> StoreError {
    StoreError::Corrupt("a batch of events cannot be read".into())
}

/// An event as it is packed.
struct Packed<'t> {
    facts: &'t str,
    resources: &'t str,
    at: Timestamp,
    id: &'t str,
    document: &'t str,
}

impl<'t> Packed<'t> {
    /// The event at the beginning of a text, and what is behind it.
    fn first(text: &'t str) -> Option<(Self, &'t str)> {
        let (facts, behind) = text.split_once('\n')?;
        let (resources, behind) = behind.split_once('\n')?;
        let (line, behind) = behind.split_once('\n')?;
        let mut words = line.split(' ');
        let at = Timestamp::from_millisecond(words.next()?.parse().ok()?).ok()?;
        let id = words.next()?;
        let length: usize = words.next()?.parse().ok()?;
        let document = behind.get(..length)?;
        let rest = behind.get(length..)?.strip_prefix('\n')?;
        Some((Self { facts, resources, at, id, document }, rest))
    }
}

impl Documents {
    fn read(text: String) -> Option<Self> {
        let mut places = Vec::new();
        let mut rest = &*text;
        while !rest.is_empty() {
            let (packed, behind) = Packed::first(rest)?;
            let end = text.len() - behind.len() - 1;
            places.push(end - packed.document.len()..end);
            rest = behind;
        }
        Some(Self { text, places })
    }
}

fn read(account_id: AccountId, text: &str) -> Option<Vec<AuditEvent>> {
    let mut events: Vec<AuditEvent> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (packed, behind) = Packed::first(rest)?;
        rest = behind;
        let Packed { at, .. } = packed;
        let (id, document) = (packed.id.to_owned(), packed.document.to_owned());
        let resources = match packed.resources {
            "=" => events.last()?.resources.clone(),
            list => serde_json::from_str(list).ok()?,
        };
        events.push(if packed.facts == "=" {
            AuditEvent { at, id, resources, document, ..events.last()?.clone() }
        } else {
            let facts: Facts<'_> = serde_json::from_str(packed.facts).ok()?;
            AuditEvent {
                account_id,
                at,
                id,
                event_name: facts.event_name.into_owned().into(),
                event_source: facts.event_source.into_owned().into(),
                read_only: facts.read_only,
                user_name: facts.user_name.map(Into::into),
                access_key_id: facts.access_key_id.map(Into::into),
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
    use crate::{
        audit_batch::key::{KEYS_OF_RESOURCES, hashes},
        audit_event::AuditResource,
    };
    use proptest::prelude::*;

    fn account() -> AccountId {
        AccountId::parse("123456789012").unwrap()
    }

    fn events() -> impl Strategy<Value = Vec<AuditEvent>> {
        let text = || ".{0,8}";
        let resource = (text(), text()).prop_map(|(kind, name)| AuditResource { kind: kind.into(), name });
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
                        user_name: user.map(Into::into),
                        access_key_id: key.map(Into::into),
                        resources,
                        document,
                    }
                })
                .collect()
        })
    }

    fn text_of(batch: &AuditBatch) -> String {
        String::from_utf8(lz4_flex::decompress_size_prepended(&batch.packed).unwrap()).unwrap()
    }

    fn unpacked(batch: &AuditBatch) -> Vec<AuditEvent> {
        read(batch.account_id, &text_of(batch)).unwrap()
    }

    proptest! {
        #[test]
        fn events_come_out_as_they_went_in(events in events()) {
            let batches = AuditBatch::pack(account(), &events).unwrap();
            let mut all = Vec::new();
            for batch in &batches {
                let events = unpacked(batch);
                let documents = Documents::read(text_of(batch)).unwrap();
                prop_assert!(documents.iter().eq(events.iter().map(|event| event.document.as_str())));
                prop_assert_eq!(events.len(), batch.len());
                prop_assert!(!batch.is_empty() && batch.len() <= MOST);
                let (first, last) = (&events[0], &events[events.len() - 1]);
                prop_assert_eq!((&first.id, last.at), (&batch.id, batch.last_at));
                prop_assert!(last.at.duration_since(first.at).unsigned_abs() <= SPAN);
                let hashes = hashes(&batch.hashes);
                prop_assert!(hashes.is_sorted());
                let mut keys = HashSet::new();
                for event in &events {
                    for attribute in KEYS_OF_FACTS.into_iter().chain(KEYS_OF_RESOURCES) {
                        each_value(event, attribute, |value| {
                            let hash = hash("123456789012", attribute, value).to_be_bytes();
                            assert!(hashes.binary_search(&hash).is_ok());
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
            let events = read(account(), &text);
            let documents = Documents::read(text);
            // Whoever reads the documents alone does not look at the rest.
            if let Some(events) = events {
                let documents = documents.unwrap();
                prop_assert!(documents.iter().eq(events.iter().map(|event| event.document.as_str())));
            }
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
