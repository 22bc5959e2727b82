//! Events, many to a row: of calls that read or were refused, and on SQLite of the changes that share a commit.
//!
//! They come with every request and are seldom asked for. So the events of a batch are packed into one column, and what
//! they can be looked up by is written once for the batch, however many of its events have it: as a number, the hash of the
//! value, beside the day and the time of the batch. A lookup unpacks the batches that have the hash, newest first, until its
//! page is full of events that have the value.

mod gathered;
mod key;
mod lookup;
mod packed;
mod unsorted;
mod written;

use std::{collections::BTreeMap, sync::Arc};

use domain::AccountId;
use jiff::Timestamp;

pub use gathered::{Documents, Gathered};
pub(crate) use key::require_storable;
pub(crate) use lookup::lookup;
pub(crate) use packed::{Room, check};
pub use unsorted::{many_unsorted, sort_keys};
pub(crate) use written::Written;

use crate::{
    Engine, Parameter, Row, StoreError, Transaction,
    audit_event::{AuditEvent, KeptEvent},
    document,
};
use key::{Key, day};
use packed::documents;

/// Most events of one batch.
pub const MOST: usize = 256;

/// A parameter with its name.
type Named<'a> = (&'static str, &'a dyn Parameter);

/// Events of one account, ready to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditBatch {
    account_id: AccountId,
    last_at: Timestamp,
    id: String,
    events: usize,
    /// Those of what it is looked up by, of 8 bytes each, in the order of these bytes.
    hashes: Vec<u8>,
    packed: Vec<u8>,
}

/// A batch of events of changes.
pub(crate) struct KeptBatch {
    pub(crate) batch: AuditBatch,
    /// Whose files it is still to be written to.
    pub(crate) node: Option<Arc<str>>,
    /// For those files.
    pub(crate) documents: Option<Documents>,
}

/// A batch that waits to be written to files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingBatch {
    /// The id of its first event.
    pub id: String,
    /// Its events as JSON, in their order.
    pub documents: Documents,
}

/// Where a batch is that waits to be written to files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingPlace {
    account_id: AccountId,
    last_at: Timestamp,
    /// The id of its first event.
    pub id: String,
}

impl AuditBatch {
    /// Packs events of one account, given in the order of time, into as many batches as they take.
    pub fn pack(account_id: AccountId, events: &[AuditEvent]) -> Result<Vec<Self>, StoreError> {
        let batches = packed::pack(&mut Room::default(), account_id, events, |document| document)?;
        Ok(batches.into_iter().map(|(batch, _)| batch).collect())
    }

    /// Packs the events of transactions that are committed together, of whatever accounts, in whatever order.
    pub(crate) fn pack_kept(room: &mut Room, kept: Vec<KeptEvent>) -> Result<Vec<KeptBatch>, StoreError> {
        let mut apart: BTreeMap<(AccountId, Option<Arc<str>>), Vec<AuditEvent>> = BTreeMap::new();
        for KeptEvent { event, node } in kept {
            apart.entry((event.account_id, node)).or_default().push(event);
        }
        let mut batches = Vec::new();
        for ((account_id, node), mut events) in apart {
            events.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
            let packed = packed::pack(room, account_id, &events, |document| document)?.into_iter();
            batches.extend(packed.map(|(batch, documents)| KeptBatch {
                documents: node.is_some().then_some(documents),
                node: node.clone(),
                batch,
            }));
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
        size_of::<Self>() + self.packed.len() + self.hashes.len()
    }

    /// Whether it has none, which no batch is made with.
    pub fn is_empty(&self) -> bool {
        self.events == 0
    }

    /// What it is looked up by.
    fn keys(&self) -> impl Iterator<Item = Key> {
        key::hashes(&self.hashes).iter().map(|hash| Key::new(i64::from_be_bytes(*hash), self.last_at))
    }

    /// The statements that store it on SQLite, with their parameters: the row, what it is looked up by, and that it is still to
    /// be written to the files of `node`, if that keeps any.
    pub(crate) fn statements<'a>(
        &'a self,
        node: Option<&'a &'a str>,
    ) -> impl Iterator<Item = (&'static str, Vec<Named<'a>>)> {
        let waits = node.map(|node| (INSERT_OUTBOX, self.waits(node)));
        [(INSERT, self.row()), (unsorted::INSERT, self.unsorted())].into_iter().chain(waits)
    }

    fn row(&self) -> Vec<Named<'_>> {
        self.named([(":doc_version", &document::VERSION), (":packed", &self.packed)])
    }

    fn unsorted(&self) -> Vec<Named<'_>> {
        self.named([(":hashes", &self.hashes)])
    }

    fn waits<'a>(&'a self, node: &'a &'a str) -> Vec<Named<'a>> {
        self.named([(":node_id", node)])
    }

    /// What names it, and more.
    fn named<'a, const N: usize>(&'a self, more: [Named<'a>; N]) -> Vec<Named<'a>> {
        let own: [Named<'a>; 3] =
            [(":account_id", &self.account_id), (":last_at", &self.last_at), (":batch_id", &self.id)];
        own.into_iter().chain(more).collect()
    }
}

/// Stores a batch, and notes that it is still to be written to the files of `node`, if it keeps any. Says whether it was not
/// there yet: a batch that may have been kept is stored once more.
pub async fn insert(
    tx: &mut Transaction,
    batch: &AuditBatch,
    node: Option<&str>,
) -> Result<bool, StoreError> {
    if tx.execute(INSERT, &batch.row()).await? == 0 {
        return Ok(false);
    }
    match tx.engine() {
        // Nodes that sort in what all of them left would be in each other's way.
        Engine::Postgres => key::insert(tx, &batch.keys().collect::<Vec<_>>()).await?,
        Engine::Sqlite => {
            tx.execute(unsorted::INSERT, &batch.unsorted()).await?;
        }
    }
    if let Some(node) = node {
        tx.execute(INSERT_OUTBOX, &batch.waits(&node)).await?;
    }
    Ok(true)
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

/// The batch at a place: from memory, if this process has stored it a moment ago and not asked for it since.
pub async fn find_waiting(tx: &mut Transaction, place: WaitingPlace) -> Result<WaitingBatch, StoreError> {
    let WaitingPlace { account_id, last_at, id } = place;
    if let Some(documents) = tx.written().take(&id) {
        return Ok(WaitingBatch { id, documents });
    }
    let key: [(&str, &dyn Parameter); 3] =
        [(":account_id", &account_id), (":last_at", &last_at), (":batch_id", &id)];
    let row = tx.find(FIND, &key).await?.ok_or(StoreError::NotFound { kind: "batch of events" })?;
    Ok(WaitingBatch { id, documents: documents(&row)? })
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

const INSERT: &str = "INSERT INTO audit_batch (account_id, last_at, batch_id, doc_version, packed)
    VALUES (:account_id, :last_at, :batch_id, :doc_version, :packed)
    ON CONFLICT (account_id, last_at, batch_id) DO NOTHING";
const INSERT_OUTBOX: &str = "INSERT INTO audit_batch_outbox (node_id, batch_id, account_id, last_at)
    VALUES (:node_id, :batch_id, :account_id, :last_at)";
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

pub(crate) const SQL: &[&str] = &[
    INSERT,
    INSERT_OUTBOX,
    key::INSERT,
    key::INSERT_MANY,
    lookup::FIND,
    lookup::LIST,
    lookup::LIST_WITH,
    lookup::NEWEST_DAY,
    unsorted::COUNT,
    unsorted::DELETE,
    unsorted::INSERT,
    unsorted::LIST,
    unsorted::LIST_OF,
    WAITING,
    FIND,
    DELETE_WAITING,
    LIST_BEFORE,
    DELETE,
    DELETE_KEYS,
];
