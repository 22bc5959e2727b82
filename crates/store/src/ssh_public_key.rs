//! SSH public keys of users.

use domain::{AccountId, SshPublicKey, UniqueId};

use crate::{StoreError, Transaction, document, page};

/// Stores a new key. [`StoreError::Unique`] when the user has it already.
pub async fn insert(tx: &mut Transaction, key: &SshPublicKey) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        &[
            (":account_id", &key.account_id),
            (":key_id", &key.id),
            (":user_id", &key.user_id),
            (":digest", &key.digest),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(key)?),
        ],
    )
    .await?;
    Ok(())
}

/// The key of that id.
pub async fn find(
    tx: &mut Transaction,
    account: AccountId,
    id: &UniqueId,
) -> Result<Option<SshPublicKey>, StoreError> {
    let row = tx.find(FIND, &[(":account_id", &account), (":key_id", id)]).await?;
    row.as_ref().map(document::read).transpose()
}

/// Up to `limit` keys of the user, by id, from behind the id `after`.
pub async fn list(
    tx: &mut Transaction,
    account: AccountId,
    user: &UniqueId,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<SshPublicKey>, StoreError> {
    let after = page::begin(after);
    let rows = tx
        .query(LIST, &[(":account_id", &account), (":user_id", user), (":after", &after), (":limit", &limit)])
        .await?;
    document::read_all(&rows)
}

/// Stores the key anew; user and key stay as they are.
pub async fn update(tx: &mut Transaction, key: &SshPublicKey) -> Result<(), StoreError> {
    let updated = tx
        .execute(
            UPDATE,
            &[
                (":account_id", &key.account_id),
                (":key_id", &key.id),
                (":doc_version", &document::VERSION),
                (":doc", &document::write(key)?),
            ],
        )
        .await?;
    if updated == 0 { Err(StoreError::NotFound { kind: "SSH public key" }) } else { Ok(()) }
}

/// Deletes the key; says whether there was one.
pub async fn delete(tx: &mut Transaction, account: AccountId, id: &UniqueId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, &[(":account_id", &account), (":key_id", id)]).await? > 0)
}

const INSERT: &str = "INSERT INTO ssh_public_key (account_id, key_id, user_id, digest, doc_version, doc)
    VALUES (:account_id, :key_id, :user_id, :digest, :doc_version, :doc)";
const FIND: &str =
    "SELECT doc_version, doc FROM ssh_public_key WHERE account_id = :account_id AND key_id = :key_id";
const LIST: &str = "SELECT doc_version, doc FROM ssh_public_key
    WHERE account_id = :account_id AND user_id = :user_id AND key_id > :after ORDER BY key_id LIMIT :limit";
const UPDATE: &str = "UPDATE ssh_public_key SET doc_version = :doc_version, doc = :doc
    WHERE account_id = :account_id AND key_id = :key_id";
const DELETE: &str = "DELETE FROM ssh_public_key WHERE account_id = :account_id AND key_id = :key_id";

pub(crate) const SQL: &[&str] = &[INSERT, FIND, LIST, UPDATE, DELETE];
