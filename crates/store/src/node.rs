//! The processes that serve from the store.

use jiff::Timestamp;

use crate::{StoreError, Transaction};

/// A process that serves from the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its own from start to end; no two processes have the same.
    pub id: String,
    /// What its operator calls it.
    pub name: String,
    /// Its program's version.
    pub program_version: String,
    /// The newest version of the schema that its program knows.
    pub schema_version: i64,
    /// When it started.
    pub started_at: Timestamp,
    /// When it last said that it lives.
    pub seen_at: Timestamp,
}

/// Says that the node lives.
pub async fn put(tx: &mut Transaction, node: &Node) -> Result<(), StoreError> {
    tx.execute(
        PUT,
        &[
            (":node_id", &node.id),
            (":name", &node.name),
            (":program_version", &node.program_version),
            (":schema_version", &node.schema_version),
            (":started_at", &node.started_at),
            (":seen_at", &node.seen_at),
        ],
    )
    .await?;
    Ok(())
}

/// Up to `limit` nodes that said since `since` that they live, by id.
pub async fn list(tx: &mut Transaction, since: Timestamp, limit: u32) -> Result<Vec<Node>, StoreError> {
    let rows = tx.query(LIST, &[(":since", &since), (":limit", &limit)]).await?;
    rows.iter()
        .map(|row| {
            Ok(Node {
                id: row.text("node_id")?.to_owned(),
                name: row.text("name")?.to_owned(),
                program_version: row.text("program_version")?.to_owned(),
                schema_version: row.integer("schema_version")?,
                started_at: row.time("started_at")?,
                seen_at: row.time("seen_at")?,
            })
        })
        .collect()
}

/// Name and program version of a node that has said within a minute that it lives, and does not know this version of the
/// schema. On PostgreSQL alone, whose clock it goes by.
pub async fn find_older(
    tx: &mut Transaction,
    schema_version: i64,
) -> Result<Option<(String, String)>, StoreError> {
    let row = tx.find(FIND_OLDER, &[(":schema_version", &schema_version)]).await?;
    row.map(|row| Ok((row.text("name")?.to_owned(), row.text("program_version")?.to_owned()))).transpose()
}

/// Forgets one node, which stops.
pub async fn delete(tx: &mut Transaction, id: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, &[(":node_id", &id)]).await? > 0)
}

/// Forgets nodes that have said nothing since `until`; gives their number.
pub async fn delete_before(tx: &mut Transaction, until: Timestamp) -> Result<u64, StoreError> {
    tx.execute(DELETE_BEFORE, &[(":until", &until)]).await
}

const PUT: &str = "INSERT INTO node (node_id, name, program_version, schema_version, started_at, seen_at)
    VALUES (:node_id, :name, :program_version, :schema_version, :started_at, :seen_at)
    ON CONFLICT (node_id) DO UPDATE SET seen_at = excluded.seen_at";
const LIST: &str = "SELECT node_id, name, program_version, schema_version, started_at, seen_at FROM node
    WHERE seen_at >= :since ORDER BY node_id LIMIT :limit";
const FIND_OLDER: &str = "SELECT name, program_version FROM node WHERE schema_version < :schema_version
        AND seen_at > CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) - 60000
    ORDER BY node_id LIMIT 1";
const DELETE: &str = "DELETE FROM node WHERE node_id = :node_id";
const DELETE_BEFORE: &str = "DELETE FROM node WHERE seen_at < :until";

pub(crate) const SQL: &[&str] = &[PUT, LIST, DELETE, DELETE_BEFORE];
