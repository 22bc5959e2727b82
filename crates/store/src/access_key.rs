//! Long-term access keys, their secrets sealed.

use domain::{AccessKey, AccessKeyId, AccessKeyOwner, AccountId, SecretAccessKey};

use crate::{
    EncryptionContext, Entity, Row, Sealer, StoreError, Transaction, document, page, seal::SealedKind,
};

/// Stores a new key and seals its secret. [`StoreError::Unique`] when the id is taken.
pub async fn insert(
    tx: &mut Transaction,
    sealer: &Sealer,
    key: &AccessKey,
    secret: &SecretAccessKey,
) -> Result<(), StoreError> {
    tx.writes(Entity::access_key(key.account_id, &key.id));
    let secret = sealer.seal(context(key.account_id, &key.id), secret.expose().as_bytes())?;
    tx.execute(
        INSERT,
        &[
            (":account_id", &key.account_id),
            (":access_key_id", &key.id),
            (":owner_id", &key.owner),
            (":secret", &secret),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(key)?),
        ],
    )
    .await?;
    Ok(())
}

/// The key of that id, without its secret.
pub async fn find(
    tx: &mut Transaction,
    account: AccountId,
    id: &AccessKeyId,
) -> Result<Option<AccessKey>, StoreError> {
    let row = tx.find(FIND, &[(":account_id", &account), (":access_key_id", id)]).await?;
    row.as_ref().map(document::read).transpose()
}

/// The key of that id with its secret: to verify signatures with, never to be shown.
pub async fn find_with_secret(
    tx: &mut Transaction,
    sealer: &Sealer,
    account: AccountId,
    id: &AccessKeyId,
) -> Result<Option<(AccessKey, SecretAccessKey)>, StoreError> {
    tx.reads(|| Entity::access_key(account, id));
    let row = tx.find(FIND, &[(":account_id", &account), (":access_key_id", id)]).await?;
    let unseal = |row: Row| {
        let secret = sealer.unseal(context(account, id), row.bytes("secret")?)?;
        let secret = str::from_utf8(&secret)
            .map_err(|_| StoreError::Corrupt("a secret access key is not text".into()))?;
        Ok((document::read(&row)?, SecretAccessKey::from_sealed(secret.to_owned())))
    };
    row.map(unseal).transpose()
}

/// Up to `limit` keys of the owner, by id, from behind the id `after`.
pub async fn list(
    tx: &mut Transaction,
    account: AccountId,
    owner: &AccessKeyOwner,
    after: Option<&AccessKeyId>,
    limit: u32,
) -> Result<Vec<AccessKey>, StoreError> {
    let after = page::begin(after.map(AccessKeyId::as_str));
    let rows = tx
        .query(
            LIST,
            &[(":account_id", &account), (":owner_id", owner), (":after", &after), (":limit", &limit)],
        )
        .await?;
    document::read_all(&rows)
}

/// How many keys the owner has, active or not.
pub async fn count(
    tx: &mut Transaction,
    account: AccountId,
    owner: &AccessKeyOwner,
) -> Result<u64, StoreError> {
    let row = tx.find(COUNT, &[(":account_id", &account), (":owner_id", owner)]).await?;
    row.map_or(Ok(0), |row| row.count("n"))
}

/// Stores the key anew; owner and secret stay as they are.
pub async fn update(tx: &mut Transaction, key: &AccessKey) -> Result<(), StoreError> {
    tx.writes(Entity::access_key(key.account_id, &key.id));
    let updated = tx
        .execute(
            UPDATE,
            &[
                (":account_id", &key.account_id),
                (":access_key_id", &key.id),
                (":doc_version", &document::VERSION),
                (":doc", &document::write(key)?),
            ],
        )
        .await?;
    if updated == 0 { Err(StoreError::NotFound { kind: "access key" }) } else { Ok(()) }
}

/// Deletes the key; says whether there was one.
pub async fn delete(tx: &mut Transaction, account: AccountId, id: &AccessKeyId) -> Result<bool, StoreError> {
    tx.writes(Entity::access_key(account, id));
    Ok(tx.execute(DELETE, &[(":account_id", &account), (":access_key_id", id)]).await? > 0)
}

fn context(account_id: AccountId, id: &AccessKeyId) -> EncryptionContext<'_> {
    EncryptionContext { account_id, kind: KIND, id: id.as_str() }
}

const KIND: &str = "access_key";

const INSERT: &str = "INSERT INTO access_key (account_id, access_key_id, owner_id, secret, doc_version, doc)
    VALUES (:account_id, :access_key_id, :owner_id, :secret, :doc_version, :doc)";
const FIND: &str = "SELECT secret, doc_version, doc FROM access_key
    WHERE account_id = :account_id AND access_key_id = :access_key_id";
const LIST: &str = "SELECT doc_version, doc FROM access_key
    WHERE account_id = :account_id AND owner_id = :owner_id AND access_key_id > :after
    ORDER BY access_key_id LIMIT :limit";
const COUNT: &str =
    "SELECT COUNT(*) AS n FROM access_key WHERE account_id = :account_id AND owner_id = :owner_id";
const UPDATE: &str = "UPDATE access_key SET doc_version = :doc_version, doc = :doc
    WHERE account_id = :account_id AND access_key_id = :access_key_id";
const DELETE: &str =
    "DELETE FROM access_key WHERE account_id = :account_id AND access_key_id = :access_key_id";

/// The secrets, for what goes through all of them.
pub(crate) const SEALED: SealedKind = SealedKind {
    kind: KIND,
    list: "SELECT account_id, access_key_id AS id, secret AS sealed FROM access_key
        WHERE (account_id, access_key_id) > (:account_id, :id)
        ORDER BY account_id, access_key_id LIMIT :limit",
    update: "UPDATE access_key SET secret = :new
        WHERE account_id = :account_id AND access_key_id = :id AND secret = :old",
    count: "SELECT COUNT(*) AS n FROM access_key WHERE substr(secret, 2, 4) = :key_id",
};

pub(crate) const SQL: &[&str] = &[INSERT, FIND, LIST, COUNT, UPDATE, DELETE];
