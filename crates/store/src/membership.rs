//! Which users are in which groups.

use domain::{AccountId, Group, UniqueId, User};

use crate::{Entity, StoreError, Transaction, document, page};

/// Puts a user into a group; says whether it was not in it before. [`StoreError::Reference`] when either does not exist.
pub async fn insert(
    tx: &mut Transaction,
    account: AccountId,
    group: &UniqueId,
    user: &UniqueId,
) -> Result<bool, StoreError> {
    tx.writes(Entity::user(account, user));
    let parameters = [(":account_id", &account as _), (":group_id", group as _), (":user_id", user as _)];
    Ok(tx.execute(INSERT, &parameters).await? > 0)
}

/// Takes a user out of a group; says whether it was in it.
pub async fn delete(
    tx: &mut Transaction,
    account: AccountId,
    group: &UniqueId,
    user: &UniqueId,
) -> Result<bool, StoreError> {
    tx.writes(Entity::user(account, user));
    let parameters = [(":account_id", &account as _), (":group_id", group as _), (":user_id", user as _)];
    Ok(tx.execute(DELETE, &parameters).await? > 0)
}

/// Up to `limit` users in the group, by name key, from behind the key `after`.
pub async fn list_users(
    tx: &mut Transaction,
    account: AccountId,
    group: &UniqueId,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<User>, StoreError> {
    let rows = tx
        .query(
            LIST_USERS,
            &[
                (":account_id", &account),
                (":group_id", group),
                (":after", &page::begin(after)),
                (":limit", &limit),
            ],
        )
        .await?;
    document::read_all(&rows)
}

/// Up to `limit` groups that the user is in, by name key, from behind the key `after`.
pub async fn list_groups(
    tx: &mut Transaction,
    account: AccountId,
    user: &UniqueId,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<Group>, StoreError> {
    tx.reads(|| Entity::user(account, user));
    let rows = tx
        .query(
            LIST_GROUPS,
            &[
                (":account_id", &account),
                (":user_id", user),
                (":after", &page::begin(after)),
                (":limit", &limit),
            ],
        )
        .await?;
    let groups: Vec<Group> = document::read_all(&rows)?;
    for group in &groups {
        tx.notes(|| Entity::group(account, &group.id));
    }
    Ok(groups)
}

/// How many groups the user is in.
pub async fn count_groups(
    tx: &mut Transaction,
    account: AccountId,
    user: &UniqueId,
) -> Result<u64, StoreError> {
    let row = tx.find(COUNT_GROUPS, &[(":account_id", &account), (":user_id", user)]).await?;
    row.map_or(Ok(0), |row| row.count("n"))
}

const INSERT: &str = "INSERT INTO iam_membership (account_id, group_id, user_id)
    VALUES (:account_id, :group_id, :user_id)
    ON CONFLICT (account_id, group_id, user_id) DO NOTHING";
const DELETE: &str = "DELETE FROM iam_membership
    WHERE account_id = :account_id AND group_id = :group_id AND user_id = :user_id";
const LIST_USERS: &str = "SELECT u.doc_version, u.doc FROM iam_membership m
    JOIN iam_user u ON u.account_id = m.account_id AND u.user_id = m.user_id
    WHERE m.account_id = :account_id AND m.group_id = :group_id AND u.name_key > :after
    ORDER BY u.name_key LIMIT :limit";
const LIST_GROUPS: &str = "SELECT g.doc_version, g.doc FROM iam_membership m
    JOIN iam_group g ON g.account_id = m.account_id AND g.group_id = m.group_id
    WHERE m.account_id = :account_id AND m.user_id = :user_id AND g.name_key > :after
    ORDER BY g.name_key LIMIT :limit";
const COUNT_GROUPS: &str =
    "SELECT COUNT(*) AS n FROM iam_membership WHERE account_id = :account_id AND user_id = :user_id";

pub(crate) const SQL: &[&str] = &[INSERT, DELETE, LIST_USERS, LIST_GROUPS, COUNT_GROUPS];
