//! Requests of product providers for temporary access to accounts.

use domain::{AccountId, DelegationRequest};
use jiff::Timestamp;

use crate::{StoreError, Transaction, document, page};

/// Who has taken the requests of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner<'a> {
    /// Any identity of the account.
    Anyone,
    /// Whoever had that ARN.
    Arn(&'a str),
    /// The one identity of that unique id.
    UniqueId(&'a str),
}

/// Stores a new request. [`StoreError::Unique`] when the provider has one of that workflow already.
pub async fn insert(tx: &mut Transaction, request: &DelegationRequest) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        &[
            (":account_id", &request.requestor),
            (":request_id", &request.id),
            (":workflow_id", &request.workflow_id),
            (":owner_account", &request.owner_account),
            (":owner", &request.owner),
            (":owner_unique_id", &request.owner_unique_id),
            (":expires_at", &request.expires_at()),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(request)?),
        ],
    )
    .await?;
    Ok(())
}

/// The request of that id, whosever it is.
pub async fn find(tx: &mut Transaction, id: &str) -> Result<Option<DelegationRequest>, StoreError> {
    let row = tx.find(FIND, &[(":request_id", &id)]).await?;
    row.as_ref().map(document::read).transpose()
}

/// Whether the provider has a request of that workflow.
pub async fn has_workflow(
    tx: &mut Transaction,
    requestor: AccountId,
    workflow_id: &str,
) -> Result<bool, StoreError> {
    let row = tx.find(FIND_WORKFLOW, &[(":account_id", &requestor), (":workflow_id", &workflow_id)]).await?;
    Ok(row.is_some())
}

/// Up to `limit` requests that identities of the account have taken, by id, from behind the id `after`.
pub async fn list_owned(
    tx: &mut Transaction,
    owner_account: AccountId,
    owner: Owner<'_>,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<DelegationRequest>, StoreError> {
    let (owner, owner_unique_id) = match owner {
        Owner::Anyone => ("", ""),
        Owner::Arn(arn) => (arn, ""),
        Owner::UniqueId(id) => ("", id),
    };
    let rows = tx
        .query(
            LIST_OWNED,
            &[
                (":owner_account", &owner_account),
                (":owner", &owner),
                (":owner_unique_id", &owner_unique_id),
                (":after", &page::begin(after)),
                (":limit", &limit),
            ],
        )
        .await?;
    document::read_all(&rows)
}

/// How many requests the provider has made that are still kept.
pub async fn count(tx: &mut Transaction, requestor: AccountId) -> Result<u64, StoreError> {
    let row = tx.find(COUNT, &[(":account_id", &requestor)]).await?;
    row.map_or(Ok(0), |row| row.count("n"))
}

/// Stores the request of that id anew.
pub async fn update(tx: &mut Transaction, request: &DelegationRequest) -> Result<(), StoreError> {
    let updated = tx
        .execute(
            UPDATE,
            &[
                (":account_id", &request.requestor),
                (":request_id", &request.id),
                (":owner_account", &request.owner_account),
                (":owner", &request.owner),
                (":owner_unique_id", &request.owner_unique_id),
                (":expires_at", &request.expires_at()),
                (":doc_version", &document::VERSION),
                (":doc", &document::write(request)?),
            ],
        )
        .await?;
    if updated == 0 { Err(StoreError::NotFound { kind: "delegation request" }) } else { Ok(()) }
}

/// Forgets the provider's requests that expired before that time.
pub async fn delete_expired(
    tx: &mut Transaction,
    requestor: AccountId,
    time: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(DELETE_EXPIRED, &[(":account_id", &requestor), (":time", &time)]).await?;
    Ok(())
}

const INSERT: &str = "INSERT INTO iam_delegation_request
    (account_id, request_id, workflow_id, owner_account, owner, owner_unique_id, expires_at, doc_version, doc)
    VALUES (:account_id, :request_id, :workflow_id, :owner_account, :owner, :owner_unique_id, :expires_at,
        :doc_version, :doc)";
const FIND: &str = "SELECT doc_version, doc FROM iam_delegation_request WHERE request_id = :request_id";
const FIND_WORKFLOW: &str = "SELECT request_id FROM iam_delegation_request
    WHERE account_id = :account_id AND workflow_id = :workflow_id";
const LIST_OWNED: &str = "SELECT doc_version, doc FROM iam_delegation_request
    WHERE owner_account = :owner_account AND owner IS NOT NULL AND (:owner = '' OR owner = :owner)
        AND (:owner_unique_id = '' OR owner_unique_id = :owner_unique_id) AND request_id > :after
    ORDER BY request_id LIMIT :limit";
const COUNT: &str = "SELECT COUNT(*) AS n FROM iam_delegation_request WHERE account_id = :account_id";
const UPDATE: &str = "UPDATE iam_delegation_request SET owner_account = :owner_account, owner = :owner,
    owner_unique_id = :owner_unique_id, expires_at = :expires_at, doc_version = :doc_version, doc = :doc
    WHERE account_id = :account_id AND request_id = :request_id";
const DELETE_EXPIRED: &str =
    "DELETE FROM iam_delegation_request WHERE account_id = :account_id AND expires_at < :time";

pub(crate) const SQL: &[&str] = &[INSERT, FIND, FIND_WORKFLOW, LIST_OWNED, COUNT, UPDATE, DELETE_EXPIRED];
