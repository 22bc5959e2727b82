//! OpenID Connect providers, each known by its URL.

use domain::{AccountId, OpenIdConnectProvider, ProviderUrl};

use crate::{StoreError, Transaction, document};

/// Stores a new provider. [`StoreError::Unique`] when the account has one of that URL.
pub async fn insert(tx: &mut Transaction, provider: &OpenIdConnectProvider) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        &[
            (":account_id", &provider.account_id),
            (":url", &provider.url),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(provider)?),
        ],
    )
    .await?;
    Ok(())
}

/// The provider of that URL.
pub async fn find(
    tx: &mut Transaction,
    account: AccountId,
    url: &ProviderUrl,
) -> Result<Option<OpenIdConnectProvider>, StoreError> {
    let row = tx.find(FIND, &[(":account_id", &account), (":url", url)]).await?;
    row.as_ref().map(document::read).transpose()
}

/// All providers of the account, by URL: a quota keeps them few.
pub async fn list(
    tx: &mut Transaction,
    account: AccountId,
) -> Result<Vec<OpenIdConnectProvider>, StoreError> {
    let rows = tx.query(LIST, &[(":account_id", &account)]).await?;
    document::read_all(&rows)
}

/// How many providers the account has.
pub async fn count(tx: &mut Transaction, account: AccountId) -> Result<u64, StoreError> {
    let row = tx.find(COUNT, &[(":account_id", &account)]).await?;
    row.map_or(Ok(0), |row| row.count("n"))
}

/// Stores the provider of that URL anew.
pub async fn update(tx: &mut Transaction, provider: &OpenIdConnectProvider) -> Result<(), StoreError> {
    let updated = tx
        .execute(
            UPDATE,
            &[
                (":account_id", &provider.account_id),
                (":url", &provider.url),
                (":doc_version", &document::VERSION),
                (":doc", &document::write(provider)?),
            ],
        )
        .await?;
    if updated == 0 { Err(StoreError::NotFound { kind: "OpenID Connect provider" }) } else { Ok(()) }
}

/// Deletes the provider; says whether there was one.
pub async fn delete(tx: &mut Transaction, account: AccountId, url: &ProviderUrl) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, &[(":account_id", &account), (":url", url)]).await? > 0)
}

const INSERT: &str = "INSERT INTO iam_open_id_connect_provider (account_id, url, doc_version, doc)
    VALUES (:account_id, :url, :doc_version, :doc)";
const FIND: &str = "SELECT doc_version, doc FROM iam_open_id_connect_provider
    WHERE account_id = :account_id AND url = :url";
const LIST: &str =
    "SELECT doc_version, doc FROM iam_open_id_connect_provider WHERE account_id = :account_id ORDER BY url";
const COUNT: &str = "SELECT COUNT(*) AS n FROM iam_open_id_connect_provider WHERE account_id = :account_id";
const UPDATE: &str = "UPDATE iam_open_id_connect_provider SET doc_version = :doc_version, doc = :doc
    WHERE account_id = :account_id AND url = :url";
const DELETE: &str = "DELETE FROM iam_open_id_connect_provider WHERE account_id = :account_id AND url = :url";

pub(crate) const SQL: &[&str] = &[INSERT, FIND, LIST, COUNT, UPDATE, DELETE];
