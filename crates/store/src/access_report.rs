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
            (":asked_by", &report.asked_by),
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

/// Deletes some of the account's reports from before `time`, the oldest first: more of them than a call makes.
pub async fn delete_before(
    tx: &mut Transaction,
    account: AccountId,
    time: Timestamp,
) -> Result<u64, StoreError> {
    let parameters = [(":account_id", &account as _), (":time", &time as _), (":limit", &SOME as _)];
    tx.execute(DELETE_BEFORE, &parameters).await
}

/// Reports deleted at once, so that nobody waits for the end of many.
const SOME: u32 = 100;

/// Deletes all but the latest `most` reports that somebody asked for.
pub async fn keep_latest(
    tx: &mut Transaction,
    account: AccountId,
    asked_by: &str,
    most: u32,
) -> Result<u64, StoreError> {
    let parameters = [(":account_id", &account as _), (":asked_by", &asked_by as _), (":most", &most as _)];
    let Some(row) = tx.find(FIND_NTH, &parameters).await? else { return Ok(0) };
    let newest = row.time("created_at")?;
    let parameters =
        [(":account_id", &account as _), (":asked_by", &asked_by as _), (":newest", &newest as _)];
    tx.execute(DELETE_OF_ASKER, &parameters).await
}

const INSERT: &str = "INSERT INTO access_report (account_id, job_id, asked_by, created_at, doc_version, doc)
    VALUES (:account_id, :job_id, :asked_by, :created_at, :doc_version, :doc)";
const FIND: &str =
    "SELECT doc_version, doc FROM access_report WHERE account_id = :account_id AND job_id = :job_id";
const DELETE_BEFORE: &str = "DELETE FROM access_report WHERE account_id = :account_id AND job_id IN
    (SELECT r.job_id FROM access_report r WHERE r.account_id = :account_id AND r.created_at < :time
     ORDER BY r.created_at LIMIT :limit)";
const FIND_NTH: &str = "SELECT created_at FROM access_report
    WHERE account_id = :account_id AND asked_by = :asked_by ORDER BY created_at DESC LIMIT 1 OFFSET :most";
const DELETE_OF_ASKER: &str = "DELETE FROM access_report
    WHERE account_id = :account_id AND asked_by = :asked_by AND created_at <= :newest";

pub(crate) const SQL: &[&str] = &[INSERT, FIND, DELETE_BEFORE, FIND_NTH, DELETE_OF_ASKER];
