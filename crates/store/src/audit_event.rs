//! The audit trail: one JSON document for each event, in order of time within its account.

use domain::AccountId;
use jiff::Timestamp;

use crate::{Row, StoreError, Transaction, document};

/// An event as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// The account it happened in.
    pub account_id: AccountId,
    /// When it happened, to the millisecond.
    pub at: Timestamp,
    /// Its own id, unique in the account; orders events of the same millisecond.
    pub id: String,
    /// The event as JSON.
    pub document: String,
}

/// Where a page of events ends: the next one begins behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPosition {
    /// The time of the last event of the page.
    pub at: Timestamp,
    /// The id of the last event of the page.
    pub id: String,
}

/// Stores an event. [`StoreError::Unique`] when the account has one of the same time and id.
pub async fn insert(tx: &mut Transaction, event: &AuditEvent) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        &[
            (":account_id", &event.account_id),
            (":event_at", &event.at),
            (":event_id", &event.id),
            (":doc_version", &document::VERSION),
            (":doc", &event.document),
        ],
    )
    .await?;
    Ok(())
}

/// Up to `limit` events of the account from `from` to before `until`, oldest first, from behind the position `after`.
pub async fn list(
    tx: &mut Transaction,
    account: AccountId,
    from: Timestamp,
    until: Timestamp,
    after: Option<&AuditPosition>,
    limit: u32,
) -> Result<Vec<AuditEvent>, StoreError> {
    // No event comes before the empty id, so without a position the page begins with the first of `from`.
    let (after_at, after_id) = after.map_or((from, ""), |position| (position.at, position.id.as_str()));
    let rows = tx
        .query(
            LIST,
            &[
                (":account_id", &account),
                (":from", &from),
                (":until", &until),
                (":after_at", &after_at),
                (":after_id", &after_id),
                (":limit", &limit),
            ],
        )
        .await?;
    let read = |row: &Row| {
        Ok(AuditEvent {
            account_id: account,
            at: row.time("event_at")?,
            id: row.text("event_id")?.to_owned(),
            document: row.text("doc")?.to_owned(),
        })
    };
    rows.iter().map(read).collect()
}

/// Deletes the account's events from before `until`; gives their number.
pub async fn delete_before(
    tx: &mut Transaction,
    account: AccountId,
    until: Timestamp,
) -> Result<u64, StoreError> {
    tx.execute(DELETE_BEFORE, &[(":account_id", &account), (":until", &until)]).await
}

const INSERT: &str = "INSERT INTO audit_event (account_id, event_at, event_id, doc_version, doc)
    VALUES (:account_id, :event_at, :event_id, :doc_version, :doc)";
const LIST: &str = "SELECT event_at, event_id, doc FROM audit_event
    WHERE account_id = :account_id AND event_at >= :from AND event_at < :until
        AND (event_at, event_id) > (:after_at, :after_id)
    ORDER BY event_at, event_id LIMIT :limit";
const DELETE_BEFORE: &str = "DELETE FROM audit_event WHERE account_id = :account_id AND event_at < :until";

pub(crate) const SQL: &[&str] = &[INSERT, LIST, DELETE_BEFORE];
