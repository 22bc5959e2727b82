//! Events, many to a row: of calls that read or were refused, and on SQLite of the changes that share a commit.
//!
//! They come with every request and are seldom asked for. So the events of a batch are packed into one column, and what
//! they can be looked up by is written once for the batch, however many of its events have it: as a number, the hash of the
//! value, beside the day and the time of the batch. A lookup unpacks the batches that have the hash, newest first, until its
//! page is full of events that have the value.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
    fmt::Write as _,
    iter,
    sync::Arc,
    time::Duration,
};

use aws_lc_rs::digest;
use domain::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Parameter, Row, StoreError, Transaction, Value,
    audit_chain::WaitingEvent,
    audit_event::{AuditAttribute, AuditEvent, AuditLookup, KeptEvent},
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
/// What one statement writes at most of what a batch is looked up by.
const KEYS_AT_ONCE: usize = 32;
/// What is looked up lies together with all else of its day, in milliseconds: what is written now is in a small part of the
/// table, and a lookup of a value that nothing has asks once for each day.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Events of one account, ready to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditBatch {
    account_id: AccountId,
    last_at: Timestamp,
    /// Of `last_at`.
    day: i64,
    id: String,
    events: usize,
    /// What it is looked up by; sorted.
    keys: Vec<i64>,
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

/// Where a batch is that waits to be written to files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingPlace {
    account_id: AccountId,
    last_at: Timestamp,
    /// The id of its first event.
    pub id: String,
}

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

impl AuditBatch {
    /// Packs events of one account, given in the order of time, into as many batches as they take.
    pub fn pack(account_id: AccountId, events: &[AuditEvent]) -> Result<Vec<Self>, StoreError> {
        let mut batches = Vec::new();
        let mut text = String::new();
        let mut rest = events;
        while let Some(first) = rest.first() {
            let mut packing = Packing::new(first, &mut text);
            let taken = rest.iter().take_while(|event| packing.takes(event)).count();
            let (these, others) = rest.split_at(taken.max(1));
            batches.push(packing.finish(account_id, first, these.last().unwrap_or(first))?);
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

    /// The id of its first event.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whose events they are.
    pub fn account_id(&self) -> AccountId {
        self.account_id
    }

    /// About how much memory it takes, in bytes.
    pub fn size(&self) -> usize {
        size_of::<Self>() + self.packed.len() + size_of_val(&*self.keys)
    }

    /// Whether it has none, which no batch is made with.
    pub fn is_empty(&self) -> bool {
        self.events == 0
    }
}

/// A batch in the making.
struct Packing<'a> {
    first_at: Timestamp,
    events: usize,
    last: Option<&'a AuditEvent>,
    values: HashSet<(AuditAttribute, &'a str)>,
    text: &'a mut String,
    failed: Option<StoreError>,
}

impl<'a> Packing<'a> {
    /// `text` is room to write in.
    fn new(first: &AuditEvent, text: &'a mut String) -> Self {
        text.clear();
        Self { first_at: first.at, events: 0, last: None, values: HashSet::new(), text, failed: None }
    }

    /// Takes the event, if there is room for it.
    fn takes(&mut self, event: &'a AuditEvent) -> bool {
        let late = event.at.duration_since(self.first_at).unsigned_abs() > SPAN;
        if late || self.events >= MOST || self.text.len() >= LENGTH || self.failed.is_some() {
            return false;
        }
        if let Err(error) = self.facts(event).and_then(|()| self.resources(event)) {
            self.failed = Some(error);
            return false;
        }
        let (at, length) = (event.at.as_millisecond(), event.document.len());
        // Writing to a String does not fail.
        let _ = writeln!(self.text, "{at} {} {length}", event.id);
        self.text.push_str(&event.document);
        self.text.push('\n');
        self.events += 1;
        self.last = Some(event);
        true
    }

    fn facts(&mut self, event: &'a AuditEvent) -> Result<(), StoreError> {
        if self.last.is_some_and(|last| same_facts(last, event)) {
            self.text.push_str("=\n");
            return Ok(());
        }
        let facts = Facts {
            event_name: Cow::Borrowed(&event.event_name),
            event_source: Cow::Borrowed(&event.event_source),
            read_only: event.read_only,
            user_name: event.user_name.as_deref().map(Cow::Borrowed),
            access_key_id: event.access_key_id.as_deref().map(Cow::Borrowed),
        };
        self.text.push_str(&document::write(&facts)?);
        self.text.push('\n');
        self.note(event, &KEYS_OF_FACTS);
        Ok(())
    }

    fn resources(&mut self, event: &'a AuditEvent) -> Result<(), StoreError> {
        if self.last.is_some_and(|last| last.resources == event.resources) {
            self.text.push_str("=\n");
            return Ok(());
        }
        self.text.push_str(&document::write(&event.resources)?);
        self.text.push('\n');
        self.note(event, &KEYS_OF_RESOURCES);
        Ok(())
    }

    fn note(&mut self, event: &'a AuditEvent, attributes: &[AuditAttribute]) {
        for attribute in attributes {
            each_value(event, *attribute, |value| {
                self.values.insert((*attribute, value));
            });
        }
    }

    fn finish(
        self,
        account_id: AccountId,
        first: &AuditEvent,
        last: &AuditEvent,
    ) -> Result<AuditBatch, StoreError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let values = self.values.into_iter();
        let mut keys: Vec<i64> =
            values.map(|(attribute, value)| hash(account_id, attribute, value)).collect();
        keys.sort_unstable();
        Ok(AuditBatch {
            account_id,
            last_at: last.at,
            day: day(last.at),
            id: first.id.clone(),
            events: self.events,
            keys,
            packed: lz4_flex::compress_prepend_size(self.text.as_bytes()),
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

/// What a value is looked up by. Whoever chooses values cannot choose two of the same hash: then looking one up would read
/// the batches of the other in vain.
fn hash(account_id: AccountId, attribute: AuditAttribute, value: &str) -> i64 {
    let text = format!("{account_id}\n{}\n{value}", spelled(attribute));
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    digest.as_ref().first_chunk().map_or(0, |bytes| i64::from_be_bytes(*bytes))
}

/// The day of a time, counted from 1970.
fn day(at: Timestamp) -> i64 {
    at.as_millisecond().div_euclid(DAY)
}

/// What batches are looked up by. The id of an event says when it happened, which is enough to find it.
const KEYS_OF_FACTS: [AuditAttribute; 5] = [
    AuditAttribute::AccessKeyId,
    AuditAttribute::EventName,
    AuditAttribute::EventSource,
    AuditAttribute::ReadOnly,
    AuditAttribute::UserName,
];
const KEYS_OF_RESOURCES: [AuditAttribute; 2] = [AuditAttribute::ResourceName, AuditAttribute::ResourceType];

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
    /// The statements that store it, with their parameters: the row, what it is looked up by, and that it is still to be written
    /// to the files of `node`, if that keeps any. The first inserts nothing when it is there already; then the others must not
    /// run.
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
        let (whole, rest) = self.keys.as_chunks::<KEYS_AT_ONCE>();
        let many = whole.iter().map(|hashes| {
            let named = HASHES.iter().zip(hashes).map(|(name, hash)| (*name, hash as &'a dyn Parameter));
            (INSERT_KEYS, self.key_parameters().chain(named).collect())
        });
        let one = |hash| {
            (INSERT_KEY, self.key_parameters().chain([(":hash", hash as &'a dyn Parameter)]).collect())
        };
        let waits = node.map(|node| {
            let parameters: Vec<(&'static str, &'a dyn Parameter)> = vec![
                (":node_id", node),
                (":batch_id", &self.id),
                (":account_id", &self.account_id),
                (":last_at", &self.last_at),
            ];
            (INSERT_OUTBOX, parameters)
        });
        iter::once((INSERT, row)).chain(many).chain(rest.iter().map(one)).chain(waits)
    }

    fn key_parameters(&self) -> impl Iterator<Item = (&'static str, &dyn Parameter)> {
        [(":day", &self.day as &dyn Parameter), (":last_at", &self.last_at)].into_iter()
    }
}

/// Stores a batch, and notes that it is still to be written to the files of `node`, if it keeps any. Says whether it was not
/// there yet: a batch that may have been kept is stored once more.
pub async fn insert(
    tx: &mut Transaction,
    batch: &AuditBatch,
    node: Option<&str>,
) -> Result<bool, StoreError> {
    for (place, (sql, parameters)) in batch.statements(node.as_ref()).enumerate() {
        let inserted = tx.execute(sql, &parameters).await?;
        if place == 0 && inserted == 0 {
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
    let end = until.saturating_add(SPAN).unwrap_or(Timestamp::MAX);
    let mut pages = Pages::new(asked, from, end);
    while let Some(rows) = pages.next(tx).await? {
        for row in &rows {
            // What is older than the event history may be gone.
            let Some(id) = row.optional_text("batch_id")? else { continue };
            let last_at = row.time("last_at")?;
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
    }
    Ok(found)
}

const MILLISECOND: Duration = Duration::from_millis(1);

/// Goes through the batches that a lookup wants, newest first.
struct Pages {
    account_id: AccountId,
    /// Of what is asked for, where batches have hashes of it.
    hash: Option<i64>,
    /// No batch that ended before.
    from: Timestamp,
    /// The batch behind which the next page begins.
    after: (Timestamp, String),
    /// The day that is being gone through.
    day: i64,
    is_over: bool,
}

impl Pages {
    /// Batches that ended from `from` to before `until`.
    fn new(asked: &AuditLookup<'_>, from: Timestamp, until: Timestamp) -> Self {
        let has_hashes = |attribute| attribute != AuditAttribute::EventId;
        let attribute = asked.attribute.filter(|(attribute, _)| has_hashes(*attribute));
        Self {
            account_id: asked.account_id,
            hash: attribute.map(|(attribute, value)| hash(asked.account_id, attribute, value)),
            from,
            after: (until, String::new()),
            day: day(until),
            is_over: false,
        }
    }

    /// Some more of them. A row without a batch stands for one that is deleted.
    async fn next(&mut self, tx: &mut Transaction) -> Result<Option<Vec<Row>>, StoreError> {
        while !self.is_over {
            let (after_at, after_id) = &self.after;
            let window: [(&'static str, &dyn Parameter); 4] = [
                (":account_id", &self.account_id),
                (":from", &self.from),
                (":after_at", after_at),
                (":limit", &PAGE),
            ];
            let rows = match &self.hash {
                None => {
                    let [account_id, from, after_at, limit] = window;
                    tx.query(LIST, &[account_id, from, after_at, (":after_id", after_id), limit]).await?
                }
                Some(hash) => {
                    let [account_id, from, after_at, limit] = window;
                    let key: [(&'static str, &dyn Parameter); 2] = [(":day", &self.day), (":hash", hash)];
                    let [day, hash] = key;
                    tx.query(LIST_WITH, &[account_id, day, hash, from, after_at, limit]).await?
                }
            };
            if rows.len() < PAGE as usize {
                self.is_over = self.hash.is_none() || !self.go_to_older_day(tx).await?;
            }
            if let Some(last) = rows.last() {
                self.after =
                    (last.time("last_at")?, last.optional_text("batch_id")?.unwrap_or_default().to_owned());
                return Ok(Some(rows));
            }
        }
        Ok(None)
    }

    /// Goes on with an older day of which anything is left, if there is one.
    async fn go_to_older_day(&mut self, tx: &mut Transaction) -> Result<bool, StoreError> {
        let found = tx.find(NEWEST_DAY, &[(":before", &self.day)]).await?;
        let found = found.map(|row| row.optional_integer("day")).transpose()?.flatten();
        self.day = found.unwrap_or(i64::MIN);
        Ok(self.day >= day(self.from))
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
    let mut batches = Vec::new();
    for place in waiting_places(tx, node_id, after, limit).await? {
        batches.push(find_waiting(tx, place).await?);
    }
    Ok(batches)
}

/// Where those batches are.
pub async fn waiting_places(
    tx: &mut Transaction,
    node_id: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<WaitingPlace>, StoreError> {
    let after = after.unwrap_or_default();
    let rows = tx.query(WAITING, &[(":node_id", &node_id), (":after", &after), (":limit", &limit)]).await?;
    let read = |row: &Row| {
        let account_id = AccountId::parse(row.text("account_id")?)
            .map_err(|_| StoreError::Corrupt("a batch of events is of no account".into()))?;
        Ok(WaitingPlace { account_id, last_at: row.time("last_at")?, id: row.text("batch_id")?.to_owned() })
    };
    rows.iter().map(read).collect()
}

/// The batch at a place.
pub async fn find_waiting(tx: &mut Transaction, place: WaitingPlace) -> Result<WaitingBatch, StoreError> {
    let WaitingPlace { account_id, last_at, id } = place;
    let key: [(&str, &dyn Parameter); 3] =
        [(":account_id", &account_id), (":last_at", &last_at), (":batch_id", &id)];
    let row = tx.find(FIND, &key).await?.ok_or(StoreError::NotFound { kind: "batch of events" })?;
    let events = unpack(account_id, &row)?.into_iter();
    let events =
        events.map(|event| WaitingEvent { id: event.id, at: event.at, document: event.document }).collect();
    Ok(WaitingBatch { id, events })
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
        let (at, id) = (row.time("last_at")?, row.text("batch_id")?);
        let key: [(&str, &dyn Parameter); 3] =
            [(":account_id", &account), (":last_at", &at), (":batch_id", &id)];
        tx.execute(DELETE, &key).await?;
    }
    Ok(rows.len() as u64)
}

/// Deletes up to `limit` of what batches of days before that of `until` are looked up by, whatever account they are of; gives
/// their number.
pub async fn delete_keys_before(
    tx: &mut Transaction,
    until: Timestamp,
    limit: u32,
) -> Result<u64, StoreError> {
    tx.execute(DELETE_KEYS, &[(":day", &day(until)), (":limit", &limit)]).await
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

const INSERT: &str = "INSERT INTO audit_batch (account_id, last_at, batch_id, doc_version, packed)
    VALUES (:account_id, :last_at, :batch_id, :doc_version, :packed)
    ON CONFLICT (account_id, last_at, batch_id) DO NOTHING";
const INSERT_KEY: &str = "INSERT INTO audit_batch_key (day, hash, last_at) VALUES (:day, :hash, :last_at)
    ON CONFLICT (day, hash, last_at) DO NOTHING";
const INSERT_OUTBOX: &str = "INSERT INTO audit_batch_outbox (node_id, batch_id, account_id, last_at)
    VALUES (:node_id, :batch_id, :account_id, :last_at)";
const LIST: &str = "SELECT last_at, batch_id, doc_version, packed FROM audit_batch
    WHERE account_id = :account_id AND last_at >= :from AND last_at <= :after_at
        AND (last_at < :after_at OR batch_id < :after_id)
    ORDER BY last_at DESC, batch_id DESC LIMIT :limit";
const LIST_WITH: &str = "SELECT k.last_at, b.batch_id, b.doc_version, b.packed
    FROM (SELECT last_at FROM audit_batch_key
        WHERE day = :day AND hash = :hash AND last_at >= :from AND last_at < :after_at
        ORDER BY last_at DESC LIMIT :limit) k
    LEFT JOIN audit_batch b ON b.account_id = :account_id AND b.last_at = k.last_at
    ORDER BY k.last_at DESC, b.batch_id DESC";
const NEWEST_DAY: &str = "SELECT MAX(day) AS day FROM audit_batch_key WHERE day < :before";
const WAITING: &str = "SELECT account_id, last_at, batch_id FROM audit_batch_outbox
    WHERE node_id = :node_id AND batch_id > :after ORDER BY batch_id LIMIT :limit";
const FIND: &str = "SELECT doc_version, packed FROM audit_batch
    WHERE account_id = :account_id AND last_at = :last_at AND batch_id = :batch_id";
const DELETE_WAITING: &str =
    "DELETE FROM audit_batch_outbox WHERE node_id = :node_id AND batch_id = :batch_id";
const LIST_BEFORE: &str = "SELECT last_at, batch_id FROM audit_batch b
    WHERE account_id = :account_id AND last_at < :until
        AND NOT EXISTS (SELECT 1 FROM audit_batch_outbox o WHERE o.batch_id = b.batch_id)
    ORDER BY last_at, batch_id LIMIT :limit";
const DELETE: &str = "DELETE FROM audit_batch
    WHERE account_id = :account_id AND last_at = :last_at AND batch_id = :batch_id";
const DELETE_KEYS: &str = "DELETE FROM audit_batch_key WHERE (day, hash, last_at) IN
    (SELECT day, hash, last_at FROM audit_batch_key WHERE day < :day ORDER BY day, hash, last_at LIMIT :limit)";

/// Makes the statement that writes many hashes at once, and the names of its parameters.
macro_rules! insert_keys {
    ($first:literal $(, $more:literal)*) => {
        const INSERT_KEYS: &str = concat!(
            "INSERT INTO audit_batch_key (day, hash, last_at) VALUES (:day, :hash", $first, ", :last_at)",
            $(", (:day, :hash", $more, ", :last_at)",)*
            " ON CONFLICT (day, hash, last_at) DO NOTHING"
        );
        const HASHES: [&str; KEYS_AT_ONCE] = [concat!(":hash", $first) $(, concat!(":hash", $more))*];
    };
}
insert_keys!(
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
    29, 30, 31
);

pub(crate) const SQL: &[&str] = &[
    INSERT,
    INSERT_KEY,
    INSERT_KEYS,
    INSERT_OUTBOX,
    LIST,
    LIST_WITH,
    NEWEST_DAY,
    WAITING,
    FIND,
    DELETE_WAITING,
    LIST_BEFORE,
    DELETE,
    DELETE_KEYS,
];

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
                let mut keys = HashSet::new();
                for event in &events {
                    for attribute in KEYS_OF_FACTS.into_iter().chain(KEYS_OF_RESOURCES) {
                        each_value(event, attribute, |value| {
                            assert!(batch.keys.contains(&hash(account(), attribute, value)));
                            keys.insert((attribute, value.to_owned()));
                        });
                    }
                }
                prop_assert_eq!(keys.len(), batch.keys.len());
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

    #[test]
    fn ids_say_when() {
        let at = |id| made_at(id).map(|at| at.to_string());
        assert_eq!(at("019b76da-a800-7000-8000-000000000000").as_deref(), Some("2026-01-01T00:00:00Z"));
        assert_eq!(at("9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"), None, "version 4");
        assert_eq!((at("a"), at(""), at("a-b-7"), at("é-é-7")), (None, None, None, None));
    }
}
