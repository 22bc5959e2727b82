//! IAM users.

use domain::{AccountId, UniqueId, User, UserName};

use crate::{Entity, StoreError, Transaction, document, page};

/// Stores a new user. [`StoreError::Unique`] when the name or the id is taken in the account.
pub async fn insert(tx: &mut Transaction, user: &User) -> Result<(), StoreError> {
    insert_by(tx, INSERT, user).await.map(drop)
}

/// Stores a new user, unless the name is taken in the account; says whether it did. [`StoreError::Unique`] when the id is taken.
pub async fn insert_if_free(tx: &mut Transaction, user: &User) -> Result<bool, StoreError> {
    Ok(insert_by(tx, INSERT_IF_FREE, user).await? > 0)
}

async fn insert_by(tx: &mut Transaction, sql: &'static str, user: &User) -> Result<u64, StoreError> {
    let name_key = user.name.key();
    // Of an id that is new nobody has read anything.
    tx.writes(Entity::user_name(user.account_id, &name_key));
    tx.execute(
        sql,
        &[
            (":account_id", &user.account_id),
            (":user_id", &user.id),
            (":name_key", &name_key),
            (":path", &user.path),
            (":boundary_arn", &user.permissions_boundary.as_ref().map(|boundary| &boundary.policy_arn)),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(user)?),
        ],
    )
    .await
}

/// The user of that id; fails when there is none.
pub async fn get(tx: &mut Transaction, account: AccountId, id: &UniqueId) -> Result<User, StoreError> {
    find(tx, account, id).await?.ok_or(StoreError::NotFound { kind: "user" })
}

/// The user of that id.
pub async fn find(
    tx: &mut Transaction,
    account: AccountId,
    id: &UniqueId,
) -> Result<Option<User>, StoreError> {
    tx.reads(|| Entity::user(account, id));
    let row = tx.find(FIND, &[(":account_id", &account), (":user_id", id)]).await?;
    row.as_ref().map(document::read).transpose()
}

/// The user of that name, in whatever case.
pub async fn find_by_name(
    tx: &mut Transaction,
    account: AccountId,
    name: &UserName,
) -> Result<Option<User>, StoreError> {
    tx.reads(|| Entity::user_name(account, &name.key()));
    let row = tx.find(FIND_BY_NAME, &[(":account_id", &account), (":name_key", &name.key())]).await?;
    let user: Option<User> = row.as_ref().map(document::read).transpose()?;
    if let Some(user) = &user {
        // It may take another name, or none.
        tx.notes(|| Entity::user(account, &user.id));
    }
    Ok(user)
}

/// Up to `limit` users whose path begins with `path_prefix`, by name key, from behind the key `after`.
pub async fn list(
    tx: &mut Transaction,
    account: AccountId,
    path_prefix: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<User>, StoreError> {
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

/// Up to `limit` users that the policy of that ARN bounds, by id, from behind the id `after`.
pub async fn list_bounded(
    tx: &mut Transaction,
    account: AccountId,
    policy_arn: &str,
    after: Option<&UniqueId>,
    limit: u32,
) -> Result<Vec<User>, StoreError> {
    let rows = tx
        .query(
            LIST_BOUNDED,
            &[
                (":account_id", &account),
                (":boundary_arn", &policy_arn),
                (":after", &page::begin(after.map(UniqueId::as_str))),
                (":limit", &limit),
            ],
        )
        .await?;
    document::read_all(&rows)
}

/// How many users the account has.
pub async fn count(tx: &mut Transaction, account: AccountId) -> Result<u64, StoreError> {
    let row = tx.find(COUNT, &[(":account_id", &account)]).await?;
    row.map_or(Ok(0), |row| row.count("n"))
}

/// Stores the user of that id anew, under what may be another name or path. [`StoreError::Unique`] when the name is
/// taken.
pub async fn update(tx: &mut Transaction, user: &User) -> Result<(), StoreError> {
    tx.writes(Entity::user(user.account_id, &user.id));
    tx.writes(Entity::user_name(user.account_id, &user.name.key()));
    let updated = tx
        .execute(
            UPDATE,
            &[
                (":account_id", &user.account_id),
                (":user_id", &user.id),
                (":name_key", &user.name.key()),
                (":path", &user.path),
                (":boundary_arn", &user.permissions_boundary.as_ref().map(|boundary| &boundary.policy_arn)),
                (":doc_version", &document::VERSION),
                (":doc", &document::write(user)?),
            ],
        )
        .await?;
    if updated == 0 { Err(StoreError::NotFound { kind: "user" }) } else { Ok(()) }
}

/// Deletes the user; says whether there was one. [`StoreError::Reference`] while it is in a group.
pub async fn delete(tx: &mut Transaction, account: AccountId, id: &UniqueId) -> Result<bool, StoreError> {
    tx.writes(Entity::user(account, id));
    Ok(tx.execute(DELETE, &[(":account_id", &account), (":user_id", id)]).await? > 0)
}

const INSERT: &str =
    "INSERT INTO iam_user (account_id, user_id, name_key, path, boundary_arn, doc_version, doc)
    VALUES (:account_id, :user_id, :name_key, :path, :boundary_arn, :doc_version, :doc)";
const INSERT_IF_FREE: &str =
    "INSERT INTO iam_user (account_id, user_id, name_key, path, boundary_arn, doc_version, doc)
    VALUES (:account_id, :user_id, :name_key, :path, :boundary_arn, :doc_version, :doc)
    ON CONFLICT (account_id, name_key) DO NOTHING";
const FIND: &str =
    "SELECT doc_version, doc FROM iam_user WHERE account_id = :account_id AND user_id = :user_id";
const FIND_BY_NAME: &str =
    "SELECT doc_version, doc FROM iam_user WHERE account_id = :account_id AND name_key = :name_key";
const LIST: &str = "SELECT doc_version, doc FROM iam_user
    WHERE account_id = :account_id AND name_key > :after AND path >= :path_prefix AND path < :path_end
    ORDER BY name_key LIMIT :limit";
const LIST_BOUNDED: &str = "SELECT doc_version, doc FROM iam_user
    WHERE account_id = :account_id AND boundary_arn = :boundary_arn AND user_id > :after
    ORDER BY user_id LIMIT :limit";
const COUNT: &str = "SELECT COUNT(*) AS n FROM iam_user WHERE account_id = :account_id";
const UPDATE: &str = "UPDATE iam_user SET name_key = :name_key, path = :path, boundary_arn = :boundary_arn,
    doc_version = :doc_version, doc = :doc
    WHERE account_id = :account_id AND user_id = :user_id";
const DELETE: &str = "DELETE FROM iam_user WHERE account_id = :account_id AND user_id = :user_id";

pub(crate) const SQL: &[&str] =
    &[INSERT, INSERT_IF_FREE, FIND, FIND_BY_NAME, LIST, LIST_BOUNDED, COUNT, UPDATE, DELETE];
