//! What accounts have set for themselves as a whole.

use domain::{AccountId, AccountSettings};

use crate::{StoreError, Transaction, document};

/// The account's settings; the defaults when it has set nothing.
pub async fn get(tx: &mut Transaction, account: AccountId) -> Result<AccountSettings, StoreError> {
    let row = tx.find(FIND, &[(":account_id", &account)]).await?;
    row.as_ref().map_or_else(|| Ok(AccountSettings::default()), document::read)
}

/// Stores the account's settings, in place of what it had set before.
pub async fn put(
    tx: &mut Transaction,
    account: AccountId,
    settings: &AccountSettings,
) -> Result<(), StoreError> {
    tx.execute(
        PUT,
        &[
            (":account_id", &account),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(settings)?),
        ],
    )
    .await?;
    Ok(())
}

const FIND: &str = "SELECT doc_version, doc FROM iam_account_settings WHERE account_id = :account_id";
const PUT: &str = "INSERT INTO iam_account_settings (account_id, doc_version, doc)
    VALUES (:account_id, :doc_version, :doc)
    ON CONFLICT (account_id) DO UPDATE SET doc_version = excluded.doc_version, doc = excluded.doc";

pub(crate) const SQL: &[&str] = &[FIND, PUT];
