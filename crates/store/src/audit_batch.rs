//! Events, many to a row: of calls that read or were refused, and on SQLite of the changes that share a commit.
//!
//! They come with every request and are seldom asked for. So the events of a batch are packed into one column, and what
//! they can be looked up by is written once for the batch, however many of its events have it. A lookup unpacks the batches
//! that have the value, newest first, until its page is full.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    iter,
    sync::Arc,
    time::Duration,
};

use domain::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Parameter, Row, StoreError, Transaction, Value,
    audit_chain::WaitingEvent,
    audit_event::{AuditAttribute, AuditEvent, AuditLookup, AuditResource, KeptEvent},
    document,
};

/// Most events of one batch.
pub const MOST: usize = 256;
/// A batch that is this long gets no more events, in bytes before it is packed.
const LENGTH: usize = 512 * 1024;
/// Longer than any batch is, with its last event.
const LONGEST: usize = 8 * 1024 * 1024;
/// From the first to the last event of a batch, at most.
const SPAN: Duration = Duration::from_mins(1);
/// Batches that a lookup reads at a time.
const PAGE: u32 = 8;

/// Events of one account, ready to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditBatch {
    account_id: AccountId,
    last_at: Timestamp,
    id: String,
    events: usize,
    keys: BTreeSet<(AuditAttribute, String)>,
    packed: Vec<u8>,
}

/// A batch of events of changes.
pub(crate) struct KeptBatch {
    pub(crate) batch: AuditBatch,
    /// Whose files it is still to be written to.
    pub(crate) node: Option<Arc<str>>,
}

/// A batch that waits to be written to files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingBatch {
    /// The id of its first event.
    pub id: String,
    /// Its events, in their order.
    pub events: Vec<WaitingEvent>,
}

/// What is known of an event beside its time, id and document. Events in a row have much of it in common.
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
    #[serde(rename = "r")]
    resources: Cow<'a, [AuditResource]>,
}

impl AuditBatch {
    /// Packs events of one account, given in the order of time, into as many batches as they take.
    pub fn pack(account_id: AccountId, events: &[AuditEvent]) -> Result<Vec<Self>, StoreError> {
        let mut batches = Vec::new();
        let mut rest = events;
        while let Some(first) = rest.first() {
            let mut packing = Packing::new(account_id, first);
            let taken = rest.iter().take_while(|event| packing.takes(event)).count();
            let (these, others) = rest.split_at(taken.max(1));
            batches.push(packing.finish(these.last().unwrap_or(first).at)?);
            rest = others;
        }
        Ok(batches)
    }

    /// Packs the events of transactions that are committed together, of whatever accounts, in whatever order.
    pub(crate) fn pack_kept(kept: Vec<KeptEvent>) -> Result<Vec<KeptBatch>, StoreError> {
        let mut apart: BTreeMap<(AccountId, Option<Arc<str>>), Vec<AuditEvent>> = BTreeMap::new();
        for KeptEvent { event, node } in kept {
            apart.entry((event.account_id, node)).or_default().push(event);
        }
        let mut batches = Vec::new();
        for ((account_id, node), mut events) in apart {
            events.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
            let packed = Self::pack(account_id, &events)?;
            batches.extend(packed.into_iter().map(|batch| KeptBatch { batch, node: node.clone() }));
        }
        Ok(batches)
    }

    /// How many events it has.
    pub fn len(&self) -> usize {
        self.events
    }

    /// Whose events they are.
    pub fn account_id(&self) -> AccountId {
        self.account_id
    }

    /// About how much memory it takes, in bytes.
    pub fn size(&self) -> usize {
        let keys = self.keys.iter().map(|(_, value)| value.len() + size_of::<(AuditAttribute, String)>());
        size_of::<Self>() + self.packed.len() + keys.sum::<usize>()
    }

    /// Whether it has none, which no batch is made with.
    pub fn is_empty(&self) -> bool {
        self.events == 0
    }
}

/// A batch in the making.
struct Packing<'a> {
    batch: AuditBatch,
    first_at: Timestamp,
    last: Option<&'a AuditEvent>,
    text: String,
    failed: Option<StoreError>,
}

impl<'a> Packing<'a> {
    fn new(account_id: AccountId, first: &AuditEvent) -> Self {
        Self {
            batch: AuditBatch {
                account_id,
                last_at: first.at,
                id: first.id.clone(),
                events: 0,
                keys: BTreeSet::new(),
                packed: Vec::new(),
            },
            first_at: first.at,
            last: None,
            text: String::new(),
            failed: None,
        }
    }

    /// Takes the event, if there is room for it.
    fn takes(&mut self, event: &'a AuditEvent) -> bool {
        let late = event.at.duration_since(self.first_at).unsigned_abs() > SPAN;
        if late || self.batch.events >= MOST || self.text.len() >= LENGTH || self.failed.is_some() {
            return false;
        }
        if self.last.is_some_and(|last| same_facts(last, event)) {
            self.text.push_str("=\n");
        } else if let Err(error) = self.facts(event) {
            self.failed = Some(error);
            return false;
        }
        let (at, length) = (event.at.as_millisecond(), event.document.len());
        // Writing to a String does not fail.
        let _ = writeln!(self.text, "{at} {} {length}", event.id);
        self.text.push_str(&event.document);
        self.text.push('\n');
        self.batch.events += 1;
        self.last = Some(event);
        true
    }

    fn facts(&mut self, event: &AuditEvent) -> Result<(), StoreError> {
        let facts = Facts {
            event_name: Cow::Borrowed(&event.event_name),
            event_source: Cow::Borrowed(&event.event_source),
            read_only: event.read_only,
            user_name: event.user_name.as_deref().map(Cow::Borrowed),
            access_key_id: event.access_key_id.as_deref().map(Cow::Borrowed),
            resources: Cow::Borrowed(&event.resources),
        };
        self.text.push_str(&document::write(&facts)?);
        self.text.push('\n');
        note_keys(event, &mut self.batch.keys);
        Ok(())
    }

    fn finish(self, last_at: Timestamp) -> Result<AuditBatch, StoreError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let packed = lz4_flex::compress_prepend_size(self.text.as_bytes());
        Ok(AuditBatch { last_at, packed, ..self.batch })
    }
}

fn same_facts(a: &AuditEvent, b: &AuditEvent) -> bool {
    a.event_name == b.event_name
        && a.event_source == b.event_source
        && a.read_only == b.read_only
        && a.user_name == b.user_name
        && a.access_key_id == b.access_key_id
        && a.resources == b.resources
}

/// What batches are looked up by. The id of an event says when it happened, which is enough to find it.
const KEYS: [AuditAttribute; 7] = [
    AuditAttribute::AccessKeyId,
    AuditAttribute::EventName,
    AuditAttribute::EventSource,
    AuditAttribute::ReadOnly,
    AuditAttribute::ResourceName,
    AuditAttribute::ResourceType,
    AuditAttribute::UserName,
];

/// As the key table spells it.
fn spelled(attribute: AuditAttribute) -> &'static &'static str {
    match attribute {
        AuditAttribute::AccessKeyId => &"access_key_id",
        AuditAttribute::EventId => &"event_id",
        AuditAttribute::EventName => &"event_name",
        AuditAttribute::EventSource => &"event_source",
        AuditAttribute::ReadOnly => &"read_only",
        AuditAttribute::ResourceName => &"resource_name",
        AuditAttribute::ResourceType => &"resource_type",
        AuditAttribute::UserName => &"user_name",
    }
}

/// Fails for an event that has a key which no engine takes.
pub(crate) fn require_storable(event: &AuditEvent) -> Result<(), StoreError> {
    let mut storable = Ok(());
    for attribute in KEYS {
        each_value(event, attribute, |value| {
            if let Err(error) = Value::Text(value.into()).checked() {
                storable = Err(error);
            }
        });
    }
    storable
}

fn each_value<'e>(event: &'e AuditEvent, attribute: AuditAttribute, mut with: impl FnMut(&'e str)) {
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

impl AuditBatch {
    /// The statements that store it, with their parameters: the row, its keys, and that it is still to be written to the files of
    /// `node`, if that keeps any. The first inserts nothing when it is there already; then the others must not run.
    pub(crate) fn statements<'a>(
        &'a self,
        node: Option<&'a &'a str>,
    ) -> impl Iterator<Item = (&'static str, Vec<(&'static str, &'a dyn Parameter)>)> {
        let row: Vec<(&'static str, &'a dyn Parameter)> = vec![
            (":account_id", &self.account_id),
            (":last_at", &self.last_at),
            (":batch_id", &self.id),
            (":doc_version", &document::VERSION),
            (":packed", &self.packed),
        ];
        let keys = self.keys.iter().map(|key| (INSERT_KEY, key_parameters(self, key)));
        let waits = node.map(|node| {
            let parameters: Vec<(&'static str, &'a dyn Parameter)> = vec![
                (":node_id", node),
                (":batch_id", &self.id),
                (":account_id", &self.account_id),
                (":last_at", &self.last_at),
            ];
            (INSERT_OUTBOX, parameters)
        });
        iter::once((INSERT, row)).chain(keys).chain(waits)
    }
}

/// Stores a batch, and notes that it is still to be written to the files of `node`, if it keeps any. Says whether it was not
/// there yet: a batch that may have been kept is stored once more.
pub async fn insert(
    tx: &mut Transaction,
    batch: &AuditBatch,
    node: Option<&str>,
) -> Result<bool, StoreError> {
    for (sql, parameters) in batch.statements(node.as_ref()) {
        if tx.execute(sql, &parameters).await? == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Adds to the newest events that were `found` elsewhere those that batches have: again the newest, as many as are asked
/// for.
pub(crate) async fn lookup(
    tx: &mut Transaction,
    asked: &AuditLookup<'_>,
    mut found: Vec<AuditEvent>,
) -> Result<Vec<AuditEvent>, StoreError> {
    let (mut from, before) = (asked.from, asked.before.map(|position| (position.at, position.id.as_str())));
    let mut until = before.map_or(asked.until, |(at, _)| at.saturating_add(MILLISECOND).unwrap_or(at));
    until = until.min(asked.until);
    if let Some((AuditAttribute::EventId, id)) = asked.attribute {
        let Some(at) = made_at(id) else { return Ok(found) };
        (from, until) = (from.max(at), until.min(at.saturating_add(MILLISECOND).unwrap_or(at)));
    }
    let limit = usize::try_from(asked.limit).unwrap_or(usize::MAX);
    // A batch that ends later than this begins after all that is asked for.
    let mut after = (until.saturating_add(SPAN).unwrap_or(Timestamp::MAX), String::new());
    loop {
        let rows = page(tx, asked, from, &after).await?;
        for row in &rows {
            let (last_at, id) = (row.time("last_at")?, row.text("batch_id")?);
            after = (last_at, id.to_owned());
            // Its first event, which the batch is named by, is after all that is asked for.
            if made_at(id).is_some_and(|first| first >= until) {
                continue;
            }
            if limit.checked_sub(1).and_then(|last| found.get(last)).is_some_and(|last| last.at > last_at) {
                return Ok(found);
            }
            let is_asked_for = |event: &AuditEvent| {
                event.at >= from
                    && event.at < until
                    && before.is_none_or(|before| (event.at, event.id.as_str()) < before)
                    && asked.attribute.is_none_or(|(attribute, value)| {
                        let mut has = false;
                        each_value(event, attribute, |own| has |= own == value);
                        has
                    })
            };
            found.extend(unpack(asked.account_id, row)?.into_iter().filter(is_asked_for));
            found.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
            found.truncate(limit);
            // There is one event of an id.
            if !found.is_empty() && matches!(asked.attribute, Some((AuditAttribute::EventId, _))) {
                return Ok(found);
            }
        }
        if rows.len() < PAGE as usize {
            return Ok(found);
        }
    }
}

const MILLISECOND: Duration = Duration::from_millis(1);

/// The batches behind `after`, newest first, whose last event is not from before `from`.
async fn page(
    tx: &mut Transaction,
    asked: &AuditLookup<'_>,
    from: Timestamp,
    (after_at, after_id): &(Timestamp, String),
) -> Result<Vec<Row>, StoreError> {
    let window: [(&'static str, &dyn Parameter); 5] = [
        (":account_id", &asked.account_id),
        (":from", &from),
        (":after_at", after_at),
        (":after_id", after_id),
        (":limit", &PAGE),
    ];
    match &asked.attribute {
        Some((attribute, value)) if *attribute != AuditAttribute::EventId => {
            let [account, from, after_at, after_id, limit] = window;
            let (attribute, value): (_, (&'static str, &dyn Parameter)) =
                ((":attribute", spelled(*attribute) as &dyn Parameter), (":value", value));
            tx.query(LIST_WITH, &[account, attribute, value, from, after_at, after_id, limit]).await
        }
        _ => tx.query(LIST, &window).await,
    }
}

/// When the event of that id happened, for ids that say so: UUIDs of version 7, as those of all events in batches.
fn made_at(id: &str) -> Option<Timestamp> {
    let (seconds, rest) = id.split_once('-')?;
    let (fraction, rest) = rest.split_once('-')?;
    let is_id = id.len() == 36 && seconds.len() == 8 && fraction.len() == 4 && rest.starts_with('7');
    let number = |text| i64::from_str_radix(text, 16).ok();
    let milliseconds = (number(seconds)? << 16) | number(fraction)?;
    Timestamp::from_millisecond(milliseconds).ok().filter(|_| is_id)
}

/// Up to `limit` of the node's batches that wait for its files, in the order of their ids, behind the batch `after`.
pub async fn waiting(
    tx: &mut Transaction,
    node_id: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<WaitingBatch>, StoreError> {
    let after = after.unwrap_or_default();
    let rows = tx.query(WAITING, &[(":node_id", &node_id), (":after", &after), (":limit", &limit)]).await?;
    let read = |row: &Row| {
        let account_id = AccountId::parse(row.text("account_id")?)
            .map_err(|_| StoreError::Corrupt("a batch of events is of no account".into()))?;
        let events = unpack(account_id, row)?.into_iter();
        let events = events
            .map(|event| WaitingEvent { id: event.id, at: event.at, document: event.document })
            .collect();
        Ok(WaitingBatch { id: row.text("batch_id")?.to_owned(), events })
    };
    rows.iter().map(read).collect()
}

/// Takes a batch that is written to the node's files off those that wait.
pub(crate) async fn acknowledge(tx: &mut Transaction, node_id: &str, id: &str) -> Result<(), StoreError> {
    tx.execute(DELETE_WAITING, &[(":node_id", &node_id), (":batch_id", &id)]).await.map(drop)
}

/// Deletes up to `limit` of the account's batches all of whose events are from before `until`, but none that waits to be
/// written to files; gives their number.
pub async fn delete_before(
    tx: &mut Transaction,
    account: AccountId,
    until: Timestamp,
    limit: u32,
) -> Result<u64, StoreError> {
    let rows =
        tx.query(LIST_BEFORE, &[(":account_id", &account), (":until", &until), (":limit", &limit)]).await?;
    for row in &rows {
        let (at, id) = (row.time("last_at")?, row.text("batch_id")?.to_owned());
        // Its keys follow from its events. Those of a batch that cannot be read any more lead nowhere, and stay.
        let mut keys = BTreeSet::new();
        for event in unpack(account, row).unwrap_or_default() {
            note_keys(&event, &mut keys);
        }
        let batch = AuditBatch { account_id: account, last_at: at, id, events: 0, keys, packed: Vec::new() };
        for key in &batch.keys {
            tx.execute(DELETE_KEY, &key_parameters(&batch, key)).await?;
        }
        let parameters: [(&'static str, &dyn Parameter); 3] =
            [(":account_id", &account), (":last_at", &at), (":batch_id", &batch.id)];
        tx.execute(DELETE, &parameters).await?;
    }
    Ok(rows.len() as u64)
}

fn note_keys(event: &AuditEvent, keys: &mut BTreeSet<(AuditAttribute, String)>) {
    for attribute in KEYS {
        each_value(event, attribute, |value| {
            keys.insert((attribute, value.to_owned()));
        });
    }
}

/// What a statement about one key of a batch takes.
fn key_parameters<'a>(
    batch: &'a AuditBatch,
    (attribute, value): &'a (AuditAttribute, String),
) -> Vec<(&'static str, &'a dyn Parameter)> {
    vec![
        (":account_id", &batch.account_id),
        (":attribute", spelled(*attribute)),
        (":value", value),
        (":last_at", &batch.last_at),
        (":batch_id", &batch.id),
    ]
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
fn unpack(account_id: AccountId, row: &Row) -> Result<Vec<AuditEvent>, StoreError> {
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

fn damaged() -> StoreError {
    StoreError::Corrupt("a batch of events cannot be read".into())
}

fn read(account_id: AccountId, text: &str) -> Option<Vec<AuditEvent>> {
    let mut events: Vec<AuditEvent> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (facts, behind) = rest.split_once('\n')?;
        let (line, behind) = behind.split_once('\n')?;
        let mut words = line.split(' ');
        let at = Timestamp::from_millisecond(words.next()?.parse().ok()?).ok()?;
        let id = words.next()?.to_owned();
        let length: usize = words.next()?.parse().ok()?;
        let document = behind.get(..length)?.to_owned();
        rest = behind.get(length..)?.strip_prefix('\n')?;
        events.push(if facts == "=" {
            AuditEvent { at, id, document, ..events.last()?.clone() }
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
                resources: facts.resources.into_owned(),
                document,
            }
        });
    }
    Some(events)
}

const INSERT: &str = "INSERT INTO audit_batch (account_id, last_at, batch_id, doc_version, packed)
    VALUES (:account_id, :last_at, :batch_id, :doc_version, :packed)
    ON CONFLICT (account_id, last_at, batch_id) DO NOTHING";
const INSERT_KEY: &str = "INSERT INTO audit_batch_key (account_id, attribute, value, last_at, batch_id)
    VALUES (:account_id, :attribute, :value, :last_at, :batch_id)";
const INSERT_OUTBOX: &str = "INSERT INTO audit_batch_outbox (node_id, batch_id, account_id, last_at)
    VALUES (:node_id, :batch_id, :account_id, :last_at)";
const LIST: &str = "SELECT last_at, batch_id, doc_version, packed FROM audit_batch
    WHERE account_id = :account_id AND last_at >= :from AND last_at <= :after_at
        AND (last_at < :after_at OR batch_id < :after_id)
    ORDER BY last_at DESC, batch_id DESC LIMIT :limit";
const LIST_WITH: &str = "SELECT b.last_at, b.batch_id, b.doc_version, b.packed
    FROM (SELECT last_at, batch_id FROM audit_batch_key
        WHERE account_id = :account_id AND attribute = :attribute AND value = :value
            AND last_at >= :from AND last_at <= :after_at AND (last_at < :after_at OR batch_id < :after_id)
        ORDER BY last_at DESC, batch_id DESC LIMIT :limit) k
    JOIN audit_batch b ON b.account_id = :account_id AND b.last_at = k.last_at AND b.batch_id = k.batch_id
    ORDER BY b.last_at DESC, b.batch_id DESC";
const WAITING: &str = "SELECT o.account_id, o.batch_id, b.doc_version, b.packed FROM audit_batch_outbox o
    JOIN audit_batch b ON b.account_id = o.account_id AND b.last_at = o.last_at AND b.batch_id = o.batch_id
    WHERE o.node_id = :node_id AND o.batch_id > :after ORDER BY o.batch_id LIMIT :limit";
const DELETE_WAITING: &str =
    "DELETE FROM audit_batch_outbox WHERE node_id = :node_id AND batch_id = :batch_id";
const LIST_BEFORE: &str = "SELECT last_at, batch_id, doc_version, packed FROM audit_batch b
    WHERE account_id = :account_id AND last_at < :until
        AND NOT EXISTS (SELECT 1 FROM audit_batch_outbox o WHERE o.batch_id = b.batch_id)
    ORDER BY last_at, batch_id LIMIT :limit";
const DELETE: &str = "DELETE FROM audit_batch
    WHERE account_id = :account_id AND last_at = :last_at AND batch_id = :batch_id";
const DELETE_KEY: &str = "DELETE FROM audit_batch_key
    WHERE account_id = :account_id AND attribute = :attribute AND value = :value
        AND last_at = :last_at AND batch_id = :batch_id";

pub(crate) const SQL: &[&str] = &[
    INSERT,
    INSERT_KEY,
    INSERT_OUTBOX,
    LIST,
    LIST_WITH,
    WAITING,
    DELETE_WAITING,
    LIST_BEFORE,
    DELETE,
    DELETE_KEY,
];

#[cfg(test)]
mod tests {
    use super::*;
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
                for event in &events {
                    for attribute in KEYS {
                        each_value(event, attribute, |value| {
                            assert!(batch.keys.contains(&(attribute, value.to_owned())));
                        });
                    }
                }
                all.extend(events);
            }
            prop_assert_eq!(all, events);
        }

        #[test]
        fn any_text_is_survived(text in "(=|\\{\\}|[0-9 \n]|1 a 3\nabc\n){0,9}") {
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

    #[test]
    fn ids_say_when() {
        let at = |id| made_at(id).map(|at| at.to_string());
        assert_eq!(at("019b76da-a800-7000-8000-000000000000").as_deref(), Some("2026-01-01T00:00:00Z"));
        assert_eq!(at("9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"), None, "version 4");
        assert_eq!((at("a"), at(""), at("a-b-7"), at("é-é-7")), (None, None, None, None));
    }
}
