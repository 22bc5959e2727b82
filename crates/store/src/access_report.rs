//! Reports on what was last accessed, as they were asked for.

use domain::{AccessReport, AccountId};
use jiff::Timestamp;

use crate::{StoreError, Transaction, document};

/// Stores a new report.
pub async fn insert(tx: &mut Transaction, report: &AccessReport) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        &[
            (":account_id", &report.account_id),
            (":job_id", &report.job_id),
            (":created_at", &report.created_at),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(report)?),
        ],
    )
    .await?;
    Ok(())
}

/// The report of that job.
pub async fn find(
    tx: &mut Transaction,
    account: AccountId,
    job_id: &str,
) -> Result<Option<AccessReport>, StoreError> {
    let row = tx.find(FIND, &[(":account_id", &account), (":job_id", &job_id)]).await?;
    row.as_ref().map(document::read).transpose()
}

/// Deletes the account's reports from before `time`; gives their number.
pub async fn delete_before(
    tx: &mut Transaction,
    account: AccountId,
    time: Timestamp,
) -> Result<u64, StoreError> {
    tx.execute(DELETE_BEFORE, &[(":account_id", &account), (":time", &time)]).await
}

const INSERT: &str = "INSERT INTO access_report (account_id, job_id, created_at, doc_version, doc)
    VALUES (:account_id, :job_id, :created_at, :doc_version, :doc)";
const FIND: &str =
    "SELECT doc_version, doc FROM access_report WHERE account_id = :account_id AND job_id = :job_id";
const DELETE_BEFORE: &str = "DELETE FROM access_report WHERE account_id = :account_id AND created_at < :time";

pub(crate) const SQL: &[&str] = &[INSERT, FIND, DELETE_BEFORE];
