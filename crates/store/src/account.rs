//! Accounts, with their sign-in aliases.

use domain::{Account, AccountAlias, AccountId};

use crate::{StoreError, Transaction, document, page};

/// Stores a new account and its alias. [`StoreError::Unique`] when the id, the email address or the alias is taken.
pub async fn insert(tx: &mut Transaction, account: &Account) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        &[
            (":account_id", &account.id),
            (":email_key", &email_key(&account.email)),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(account)?),
        ],
    )
    .await?;
    insert_alias(tx, account).await
}

/// The account of that id; fails when there is none.
pub async fn get(tx: &mut Transaction, id: AccountId) -> Result<Account, StoreError> {
    find(tx, id).await?.ok_or(StoreError::NotFound { kind: "account" })
}

/// The account of that id.
pub async fn find(tx: &mut Transaction, id: AccountId) -> Result<Option<Account>, StoreError> {
    let row = tx.find(FIND, &[(":account_id", &id)]).await?;
    row.as_ref().map(document::read).transpose()
}

/// The account whose sign-in alias that is.
pub async fn find_by_alias(
    tx: &mut Transaction,
    alias: &AccountAlias,
) -> Result<Option<Account>, StoreError> {
    let row = tx.find(FIND_BY_ALIAS, &[(":alias", alias)]).await?;
    row.as_ref().map(document::read).transpose()
}

/// The account whose root user has that email address, in whatever case.
pub async fn find_by_email(tx: &mut Transaction, email: &str) -> Result<Option<Account>, StoreError> {
    let row = tx.find(FIND_BY_EMAIL, &[(":email_key", &email_key(email))]).await?;
    row.as_ref().map(document::read).transpose()
}

/// Up to `limit` accounts by id, from behind the id `after`.
pub async fn list(
    tx: &mut Transaction,
    after: Option<AccountId>,
    limit: u32,
) -> Result<Vec<Account>, StoreError> {
    let after = after.map(|id| id.to_string());
    let rows = tx.query(LIST, &[(":after", &page::begin(after.as_deref())), (":limit", &limit)]).await?;
    document::read_all(&rows)
}

/// Stores the account anew, with what may be another email address or alias. [`StoreError::Unique`] when one is taken.
pub async fn update(tx: &mut Transaction, account: &Account) -> Result<(), StoreError> {
    let updated = tx
        .execute(
            UPDATE,
            &[
                (":account_id", &account.id),
                (":email_key", &email_key(&account.email)),
                (":doc_version", &document::VERSION),
                (":doc", &document::write(account)?),
            ],
        )
        .await?;
    if updated == 0 {
        return Err(StoreError::NotFound { kind: "account" });
    }
    tx.execute(DELETE_ALIAS, &[(":account_id", &account.id)]).await?;
    insert_alias(tx, account).await
}

/// Deletes the account and its alias; says whether there was one. [`StoreError::Reference`] while anything is in it.
pub async fn delete(tx: &mut Transaction, id: AccountId) -> Result<bool, StoreError> {
    tx.execute(DELETE_ALIAS, &[(":account_id", &id)]).await?;
    Ok(tx.execute(DELETE, &[(":account_id", &id)]).await? > 0)
}

async fn insert_alias(tx: &mut Transaction, account: &Account) -> Result<(), StoreError> {
    if let Some(alias) = &account.alias {
        tx.execute(INSERT_ALIAS, &[(":alias", alias), (":account_id", &account.id)]).await?;
    }
    Ok(())
}

/// The form under which an address is unique.
fn email_key(email: &str) -> String {
    email.to_lowercase()
}

const INSERT: &str = "INSERT INTO account (account_id, email_key, doc_version, doc)
    VALUES (:account_id, :email_key, :doc_version, :doc)";
const FIND: &str = "SELECT doc_version, doc FROM account WHERE account_id = :account_id";
const FIND_BY_ALIAS: &str = "SELECT a.doc_version, a.doc FROM account_alias s
    JOIN account a ON a.account_id = s.account_id WHERE s.alias = :alias";
const FIND_BY_EMAIL: &str = "SELECT doc_version, doc FROM account WHERE email_key = :email_key";
const LIST: &str =
    "SELECT doc_version, doc FROM account WHERE account_id > :after ORDER BY account_id LIMIT :limit";
const UPDATE: &str = "UPDATE account SET email_key = :email_key, doc_version = :doc_version, doc = :doc
    WHERE account_id = :account_id";
const DELETE: &str = "DELETE FROM account WHERE account_id = :account_id";
const INSERT_ALIAS: &str = "INSERT INTO account_alias (alias, account_id) VALUES (:alias, :account_id)";
const DELETE_ALIAS: &str = "DELETE FROM account_alias WHERE account_id = :account_id";

pub(crate) const SQL: &[&str] =
    &[INSERT, FIND, FIND_BY_ALIAS, FIND_BY_EMAIL, LIST, UPDATE, DELETE, INSERT_ALIAS, DELETE_ALIAS];
