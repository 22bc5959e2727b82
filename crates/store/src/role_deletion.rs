//! What became of requests to delete service-linked roles.

use domain::{AccountId, RoleDeletion};
use jiff::Timestamp;

use crate::{StoreError, Transaction, document};

/// Stores a deletion.
pub async fn insert(tx: &mut Transaction, deletion: &RoleDeletion) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        &[
            (":account_id", &deletion.account_id),
            (":task_id", &deletion.task_id),
            (":requested_at", &deletion.requested_at),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(deletion)?),
        ],
    )
    .await?;
    Ok(())
}

/// The deletion of that task.
pub async fn find(
    tx: &mut Transaction,
    account: AccountId,
    task_id: &str,
) -> Result<Option<RoleDeletion>, StoreError> {
    let row = tx.find(FIND, &[(":account_id", &account), (":task_id", &task_id)]).await?;
    row.as_ref().map(document::read).transpose()
}

/// Forgets the account's deletions that were asked for before that time.
pub async fn delete_before(
    tx: &mut Transaction,
    account: AccountId,
    time: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(DELETE_BEFORE, &[(":account_id", &account), (":time", &time)]).await?;
    Ok(())
}

/// Forgets the account's oldest deletions, all but `most`.
pub async fn delete_all_but(tx: &mut Transaction, account: AccountId, most: u32) -> Result<(), StoreError> {
    tx.execute(DELETE_ALL_BUT, &[(":account_id", &account), (":limit", &most)]).await?;
    Ok(())
}

const INSERT: &str = "INSERT INTO iam_role_deletion (account_id, task_id, requested_at, doc_version, doc)
    VALUES (:account_id, :task_id, :requested_at, :doc_version, :doc)";
const FIND: &str =
    "SELECT doc_version, doc FROM iam_role_deletion WHERE account_id = :account_id AND task_id = :task_id";
const DELETE_BEFORE: &str =
    "DELETE FROM iam_role_deletion WHERE account_id = :account_id AND requested_at < :time";
const DELETE_ALL_BUT: &str = "DELETE FROM iam_role_deletion WHERE account_id = :account_id AND task_id NOT IN
    (SELECT task_id FROM iam_role_deletion WHERE account_id = :account_id
    ORDER BY requested_at DESC, task_id DESC LIMIT :limit)";

pub(crate) const SQL: &[&str] = &[INSERT, FIND, DELETE_BEFORE, DELETE_ALL_BUT];
