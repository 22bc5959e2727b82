//! What accounts ask of passwords.

use domain::{AccountId, PasswordPolicy};

use crate::{StoreError, Transaction, document};

/// The account's policy.
pub async fn find(tx: &mut Transaction, account: AccountId) -> Result<Option<PasswordPolicy>, StoreError> {
    let row = tx.find(FIND, &[(":account_id", &account)]).await?;
    row.as_ref().map(document::read).transpose()
}

/// Stores the account's policy, in place of another one if there is one.
pub async fn put(tx: &mut Transaction, policy: &PasswordPolicy) -> Result<(), StoreError> {
    let doc = document::write(policy)?;
    let parameters = [
        (":account_id", &policy.account_id as _),
        (":doc_version", &document::VERSION as _),
        (":doc", &doc as _),
    ];
    tx.execute(PUT, &parameters).await?;
    Ok(())
}

/// Deletes the account's policy; says whether there was one.
pub async fn delete(tx: &mut Transaction, account: AccountId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, &[(":account_id", &account)]).await? > 0)
}

const FIND: &str = "SELECT doc_version, doc FROM password_policy WHERE account_id = :account_id";
const PUT: &str = "INSERT INTO password_policy (account_id, doc_version, doc)
    VALUES (:account_id, :doc_version, :doc)
    ON CONFLICT (account_id) DO UPDATE SET doc_version = excluded.doc_version, doc = excluded.doc";
const DELETE: &str = "DELETE FROM password_policy WHERE account_id = :account_id";

pub(crate) const SQL: &[&str] = &[FIND, PUT, DELETE];
