//! The versions of customer-managed policies.

use domain::{AccountId, ManagedPolicyVersion, PolicyVersionId, UniqueId};

use crate::{Entity, StoreError, Transaction, document};

/// Stores a new version. [`StoreError::Unique`] when the policy has that version, [`StoreError::Reference`] when there is
/// no such policy.
pub async fn insert(
    tx: &mut Transaction,
    account: AccountId,
    policy: &UniqueId,
    version: &ManagedPolicyVersion,
) -> Result<(), StoreError> {
    tx.writes(Entity::policy(account, policy));
    tx.execute(
        INSERT,
        &[
            (":account_id", &account),
            (":policy_id", policy),
            (":version", &version.id),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(version)?),
        ],
    )
    .await?;
    Ok(())
}

/// That version of the policy.
pub async fn find(
    tx: &mut Transaction,
    account: AccountId,
    policy: &UniqueId,
    version: PolicyVersionId,
) -> Result<Option<ManagedPolicyVersion>, StoreError> {
    let parameters =
        [(":account_id", &account as _), (":policy_id", policy as _), (":version", &version as _)];
    tx.reads(|| Entity::policy(account, policy));
    let row = tx.find(FIND, &parameters).await?;
    row.as_ref().map(document::read).transpose()
}

/// All versions of the policy, newest first: there are at most five.
pub async fn list(
    tx: &mut Transaction,
    account: AccountId,
    policy: &UniqueId,
) -> Result<Vec<ManagedPolicyVersion>, StoreError> {
    let rows = tx.query(LIST, &[(":account_id", &account), (":policy_id", policy)]).await?;
    document::read_all(&rows)
}

/// How many versions all policies of the account have together.
pub async fn count(tx: &mut Transaction, account: AccountId) -> Result<u64, StoreError> {
    let row = tx.find(COUNT, &[(":account_id", &account)]).await?;
    row.map_or(Ok(0), |row| row.count("n"))
}

/// Deletes that version; says whether there was one.
pub async fn delete(
    tx: &mut Transaction,
    account: AccountId,
    policy: &UniqueId,
    version: PolicyVersionId,
) -> Result<bool, StoreError> {
    let parameters =
        [(":account_id", &account as _), (":policy_id", policy as _), (":version", &version as _)];
    tx.writes(Entity::policy(account, policy));
    Ok(tx.execute(DELETE, &parameters).await? > 0)
}

const INSERT: &str = "INSERT INTO iam_policy_version (account_id, policy_id, version, doc_version, doc)
    VALUES (:account_id, :policy_id, :version, :doc_version, :doc)";
const FIND: &str = "SELECT doc_version, doc FROM iam_policy_version
    WHERE account_id = :account_id AND policy_id = :policy_id AND version = :version";
const LIST: &str = "SELECT doc_version, doc FROM iam_policy_version
    WHERE account_id = :account_id AND policy_id = :policy_id ORDER BY version DESC";
const COUNT: &str = "SELECT COUNT(*) AS n FROM iam_policy_version WHERE account_id = :account_id";
const DELETE: &str = "DELETE FROM iam_policy_version
    WHERE account_id = :account_id AND policy_id = :policy_id AND version = :version";

pub(crate) const SQL: &[&str] = &[INSERT, FIND, LIST, COUNT, DELETE];
