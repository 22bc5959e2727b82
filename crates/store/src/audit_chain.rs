//! The chains of audit files, one for each node: the events that wait to be written to a node's files, the sealed key
//! that signs its chain, and where the chain ends.

use domain::AccountId;
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    EncryptionContext, Row, Sealer, StoreError, Transaction,
    audit_batch::{self, WaitingBatch},
    audit_event::AuditEvent,
    document,
    seal::SealedKind,
};

/// A chain as stored. `Head` says where it ends, in the words of whoever writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditChain<Head> {
    /// The node that writes it.
    pub node_id: String,
    /// Where it ends.
    pub head: Head,
}

/// An event that waits to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingEvent {
    /// Its id.
    pub id: String,
    /// When it happened.
    pub at: Timestamp,
    /// The event as JSON.
    pub document: String,
}

impl From<AuditEvent> for WaitingEvent {
    fn from(event: AuditEvent) -> Self {
        Self { id: event.id, at: event.at, document: event.document }
    }
}

/// Stores a new chain and seals its key for the plane's `management` account. [`StoreError::Unique`] when the node has one.
pub async fn insert<Head: Serialize + Sync>(
    tx: &mut Transaction,
    sealer: &Sealer,
    management: AccountId,
    chain: &AuditChain<Head>,
    signing_key: &[u8],
) -> Result<(), StoreError> {
    let signing_key = sealer.seal(context(management, &chain.node_id), signing_key)?;
    tx.execute(
        INSERT,
        &[
            (":node_id", &chain.node_id),
            (":account_id", &management),
            (":signing_key", &signing_key),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(&chain.head)?),
        ],
    )
    .await?;
    Ok(())
}

/// Where the node's chain ends, if it has one.
pub async fn find<Head: DeserializeOwned>(
    tx: &mut Transaction,
    node_id: &str,
) -> Result<Option<Head>, StoreError> {
    let row = tx.find(FIND, &[(":node_id", &node_id)]).await?;
    row.as_ref().map(document::read).transpose()
}

/// The key that signs the node's chain, if it has one.
pub async fn find_signing_key(
    tx: &mut Transaction,
    sealer: &Sealer,
    management: AccountId,
    node_id: &str,
) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, StoreError> {
    let row = tx.find(FIND, &[(":node_id", &node_id)]).await?;
    let unseal = |row: Row| Ok(sealer.unseal(context(management, node_id), row.bytes("signing_key")?)?);
    row.map(unseal).transpose()
}

/// All chains, by node.
pub async fn list<Head: DeserializeOwned>(tx: &mut Transaction) -> Result<Vec<AuditChain<Head>>, StoreError> {
    let rows = tx.query(LIST, &[]).await?;
    let read =
        |row: &Row| Ok(AuditChain { node_id: row.text("node_id")?.to_owned(), head: document::read(row)? });
    rows.iter().map(read).collect()
}

/// Whose events those of an operator's commands are until a node that keeps files takes them over: commands end, and no chain
/// is theirs.
pub const OPERATOR: &str = "operator";

/// Lets the node's files have what waits for any node's; gives the number of events.
pub async fn take_over(tx: &mut Transaction, node_id: &str) -> Result<u64, StoreError> {
    tx.execute(TAKE_OVER, &[(":node_id", &node_id), (":operator", &OPERATOR)]).await
}

/// Lets nothing from before `until` wait for any node's files: no node keeps some.
pub async fn forget_before(tx: &mut Transaction, until: Timestamp) -> Result<u64, StoreError> {
    tx.execute(FORGET_BEFORE, &[(":operator", &OPERATOR), (":until", &until)]).await
}

/// Up to `limit` of the node's events that wait, oldest first.
pub async fn waiting(
    tx: &mut Transaction,
    node_id: &str,
    limit: u32,
) -> Result<Vec<WaitingEvent>, StoreError> {
    let rows = tx.query(WAITING, &[(":node_id", &node_id), (":limit", &limit)]).await?;
    rows.iter().map(read_waiting).collect()
}

/// The node's event of that id, if it waits.
pub async fn find_waiting(
    tx: &mut Transaction,
    node_id: &str,
    event_id: &str,
) -> Result<Option<WaitingEvent>, StoreError> {
    let row = tx.find(FIND_WAITING, &[(":node_id", &node_id), (":event_id", &event_id)]).await?;
    row.as_ref().map(read_waiting).transpose()
}

fn read_waiting(row: &Row) -> Result<WaitingEvent, StoreError> {
    Ok(WaitingEvent {
        id: row.text("event_id")?.to_owned(),
        at: row.time("event_at")?,
        document: row.text("doc")?.to_owned(),
    })
}

/// Notes where the node's chain ends now that these events and batches are written to it: they wait no longer.
pub async fn advance<Head: Serialize + Sync>(
    tx: &mut Transaction,
    node_id: &str,
    head: &Head,
    events: &[WaitingEvent],
    batches: &[WaitingBatch],
) -> Result<(), StoreError> {
    for event in events {
        tx.execute(DELETE_WAITING, &[(":node_id", &node_id), (":event_id", &event.id)]).await?;
    }
    for batch in batches {
        audit_batch::acknowledge(tx, node_id, &batch.id).await?;
    }
    let doc = document::write(head)?;
    let updated = tx
        .execute(UPDATE, &[(":node_id", &node_id), (":doc_version", &document::VERSION), (":doc", &doc)])
        .await?;
    if updated == 0 { Err(StoreError::NotFound { kind: "audit chain" }) } else { Ok(()) }
}

fn context(management: AccountId, node_id: &str) -> EncryptionContext<'_> {
    EncryptionContext { account_id: management, kind: KIND, id: node_id }
}

/// The kind of record, in what its key is sealed for.
const KIND: &str = "audit_chain";

const INSERT: &str = "INSERT INTO audit_chain (node_id, account_id, signing_key, doc_version, doc)
    VALUES (:node_id, :account_id, :signing_key, :doc_version, :doc)";
const FIND: &str = "SELECT signing_key, doc_version, doc FROM audit_chain WHERE node_id = :node_id";
const LIST: &str = "SELECT node_id, doc_version, doc FROM audit_chain ORDER BY node_id";
const WAITING: &str = "SELECT o.event_id, o.event_at, e.doc FROM audit_outbox o
    JOIN audit_event e ON e.account_id = o.account_id AND e.event_at = o.event_at AND e.event_id = o.event_id
    WHERE o.node_id = :node_id ORDER BY o.event_id LIMIT :limit";
const FIND_WAITING: &str = "SELECT o.event_id, o.event_at, e.doc FROM audit_outbox o
    JOIN audit_event e ON e.account_id = o.account_id AND e.event_at = o.event_at AND e.event_id = o.event_id
    WHERE o.node_id = :node_id AND o.event_id = :event_id";
const DELETE_WAITING: &str = "DELETE FROM audit_outbox WHERE node_id = :node_id AND event_id = :event_id";
const TAKE_OVER: &str = "UPDATE audit_outbox SET node_id = :node_id WHERE node_id = :operator";
const FORGET_BEFORE: &str = "DELETE FROM audit_outbox WHERE node_id = :operator AND event_at < :until";
const UPDATE: &str = "UPDATE audit_chain SET doc_version = :doc_version, doc = :doc WHERE node_id = :node_id";

/// The keys, for what goes through all of them.
pub(crate) const SEALED: SealedKind = SealedKind {
    kind: KIND,
    list: "SELECT account_id, node_id AS id, signing_key AS sealed FROM audit_chain
        WHERE (account_id, node_id) > (:account_id, :id) ORDER BY account_id, node_id LIMIT :limit",
    update: "UPDATE audit_chain SET signing_key = :new
        WHERE account_id = :account_id AND node_id = :id AND signing_key = :old",
    count: "SELECT COUNT(*) AS n FROM audit_chain WHERE substr(signing_key, 2, 4) = :key_id",
};

pub(crate) const SQL: &[&str] =
    &[INSERT, FIND, LIST, WAITING, FIND_WAITING, DELETE_WAITING, TAKE_OVER, FORGET_BEFORE, UPDATE];
