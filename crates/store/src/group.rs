//! IAM groups.

use domain::{AccountId, Group, GroupName, UniqueId};

use crate::{Entity, StoreError, Transaction, document, page};

/// Stores a new group. [`StoreError::Unique`] when the name or the id is taken in the account.
pub async fn insert(tx: &mut Transaction, group: &Group) -> Result<(), StoreError> {
    tx.writes(Entity::group(group.account_id, &group.id));
    tx.execute(
        INSERT,
        &[
            (":account_id", &group.account_id),
            (":group_id", &group.id),
            (":name_key", &group.name.key()),
            (":path", &group.path),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(group)?),
        ],
    )
    .await?;
    Ok(())
}

/// The group of that id; fails when there is none.
pub async fn get(tx: &mut Transaction, account: AccountId, id: &UniqueId) -> Result<Group, StoreError> {
    find(tx, account, id).await?.ok_or(StoreError::NotFound { kind: "group" })
}

/// The group of that id.
pub async fn find(
    tx: &mut Transaction,
    account: AccountId,
    id: &UniqueId,
) -> Result<Option<Group>, StoreError> {
    let row = tx.find(FIND, &[(":account_id", &account), (":group_id", id)]).await?;
    row.as_ref().map(document::read).transpose()
}

/// The group of that name, in whatever case.
pub async fn find_by_name(
    tx: &mut Transaction,
    account: AccountId,
    name: &GroupName,
) -> Result<Option<Group>, StoreError> {
    let row = tx.find(FIND_BY_NAME, &[(":account_id", &account), (":name_key", &name.key())]).await?;
    row.as_ref().map(document::read).transpose()
}

/// Up to `limit` groups whose path begins with `path_prefix`, by name key, from behind the key `after`.
pub async fn list(
    tx: &mut Transaction,
    account: AccountId,
    path_prefix: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<Group>, StoreError> {
    let rows = tx
        .query(
            LIST,
            &[
                (":account_id", &account),
                (":path_prefix", &path_prefix),
                (":path_end", &page::prefix_end(path_prefix)),
                (":after", &page::begin(after)),
                (":limit", &limit),
            ],
        )
        .await?;
    document::read_all(&rows)
}

/// How many groups the account has.
pub async fn count(tx: &mut Transaction, account: AccountId) -> Result<u64, StoreError> {
    let row = tx.find(COUNT, &[(":account_id", &account)]).await?;
    row.map_or(Ok(0), |row| row.count("n"))
}

/// Stores the group of that id anew, under what may be another name or path. [`StoreError::Unique`] when the name is
/// taken.
pub async fn update(tx: &mut Transaction, group: &Group) -> Result<(), StoreError> {
    tx.writes(Entity::group(group.account_id, &group.id));
    let updated = tx
        .execute(
            UPDATE,
            &[
                (":account_id", &group.account_id),
                (":group_id", &group.id),
                (":name_key", &group.name.key()),
                (":path", &group.path),
                (":doc_version", &document::VERSION),
                (":doc", &document::write(group)?),
            ],
        )
        .await?;
    if updated == 0 { Err(StoreError::NotFound { kind: "group" }) } else { Ok(()) }
}

/// Deletes the group; says whether there was one. [`StoreError::Reference`] while it has members.
pub async fn delete(tx: &mut Transaction, account: AccountId, id: &UniqueId) -> Result<bool, StoreError> {
    tx.writes(Entity::group(account, id));
    Ok(tx.execute(DELETE, &[(":account_id", &account), (":group_id", id)]).await? > 0)
}

const INSERT: &str = "INSERT INTO iam_group (account_id, group_id, name_key, path, doc_version, doc)
    VALUES (:account_id, :group_id, :name_key, :path, :doc_version, :doc)";
const FIND: &str =
    "SELECT doc_version, doc FROM iam_group WHERE account_id = :account_id AND group_id = :group_id";
const FIND_BY_NAME: &str =
    "SELECT doc_version, doc FROM iam_group WHERE account_id = :account_id AND name_key = :name_key";
const LIST: &str = "SELECT doc_version, doc FROM iam_group
    WHERE account_id = :account_id AND name_key > :after AND path >= :path_prefix AND path < :path_end
    ORDER BY name_key LIMIT :limit";
const COUNT: &str = "SELECT COUNT(*) AS n FROM iam_group WHERE account_id = :account_id";
const UPDATE: &str = "UPDATE iam_group SET name_key = :name_key, path = :path,
    doc_version = :doc_version, doc = :doc
    WHERE account_id = :account_id AND group_id = :group_id";
const DELETE: &str = "DELETE FROM iam_group WHERE account_id = :account_id AND group_id = :group_id";

pub(crate) const SQL: &[&str] = &[INSERT, FIND, FIND_BY_NAME, LIST, COUNT, UPDATE, DELETE];
