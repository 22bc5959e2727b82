//! IAM roles.

use domain::{AccountId, Role, RoleName, UniqueId};

use crate::{Entity, StoreError, Transaction, document, page};

/// Stores a new role. [`StoreError::Unique`] when the name or the id is taken in the account.
pub async fn insert(tx: &mut Transaction, role: &Role) -> Result<(), StoreError> {
    writes(tx, role);
    tx.execute(
        INSERT,
        &[
            (":account_id", &role.account_id),
            (":role_id", &role.id),
            (":name_key", &role.name.key()),
            (":path", &role.path),
            (":boundary_arn", &role.permissions_boundary.as_ref().map(|boundary| &boundary.policy_arn)),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(role)?),
        ],
    )
    .await?;
    Ok(())
}

/// The role of that id; fails when there is none.
pub async fn get(tx: &mut Transaction, account: AccountId, id: &UniqueId) -> Result<Role, StoreError> {
    find(tx, account, id).await?.ok_or(StoreError::NotFound { kind: "role" })
}

/// The role of that id.
pub async fn find(
    tx: &mut Transaction,
    account: AccountId,
    id: &UniqueId,
) -> Result<Option<Role>, StoreError> {
    let row = tx.find(FIND, &[(":account_id", &account), (":role_id", id)]).await?;
    row.as_ref().map(document::read).transpose()
}

/// The role of that name, in whatever case.
pub async fn find_by_name(
    tx: &mut Transaction,
    account: AccountId,
    name: &RoleName,
) -> Result<Option<Role>, StoreError> {
    tx.reads(|| Entity::role_name(account, &name.key()));
    let row = tx.find(FIND_BY_NAME, &[(":account_id", &account), (":name_key", &name.key())]).await?;
    let role: Option<Role> = row.as_ref().map(document::read).transpose()?;
    if let Some(role) = &role {
        tx.notes(|| Entity::role(account, &role.id));
    }
    Ok(role)
}

/// Up to `limit` roles whose path begins with `path_prefix`, by name key, from behind the key `after`.
pub async fn list(
    tx: &mut Transaction,
    account: AccountId,
    path_prefix: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<Role>, StoreError> {
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

/// Up to `limit` roles that the policy of that ARN bounds, by id, from behind the id `after`.
pub async fn list_bounded(
    tx: &mut Transaction,
    account: AccountId,
    policy_arn: &str,
    after: Option<&UniqueId>,
    limit: u32,
) -> Result<Vec<Role>, StoreError> {
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

/// How many roles the account has.
pub async fn count(tx: &mut Transaction, account: AccountId) -> Result<u64, StoreError> {
    let row = tx.find(COUNT, &[(":account_id", &account)]).await?;
    row.map_or(Ok(0), |row| row.count("n"))
}

/// Stores the role of that id anew, under what may be another name or path. [`StoreError::Unique`] when the name is
/// taken.
pub async fn update(tx: &mut Transaction, role: &Role) -> Result<(), StoreError> {
    writes(tx, role);
    let updated = tx
        .execute(
            UPDATE,
            &[
                (":account_id", &role.account_id),
                (":role_id", &role.id),
                (":name_key", &role.name.key()),
                (":path", &role.path),
                (":boundary_arn", &role.permissions_boundary.as_ref().map(|boundary| &boundary.policy_arn)),
                (":doc_version", &document::VERSION),
                (":doc", &document::write(role)?),
            ],
        )
        .await?;
    if updated == 0 { Err(StoreError::NotFound { kind: "role" }) } else { Ok(()) }
}

/// Deletes the role; says whether there was one.
pub async fn delete(tx: &mut Transaction, account: AccountId, id: &UniqueId) -> Result<bool, StoreError> {
    tx.writes(Entity::role(account, id));
    Ok(tx.execute(DELETE, &[(":account_id", &account), (":role_id", id)]).await? > 0)
}

/// The role, and its name: whoever looked for the name in vain must look again.
fn writes(tx: &mut Transaction, role: &Role) {
    tx.writes(Entity::role(role.account_id, &role.id));
    tx.writes(Entity::role_name(role.account_id, &role.name.key()));
}

const INSERT: &str =
    "INSERT INTO iam_role (account_id, role_id, name_key, path, boundary_arn, doc_version, doc)
    VALUES (:account_id, :role_id, :name_key, :path, :boundary_arn, :doc_version, :doc)";
const FIND: &str =
    "SELECT doc_version, doc FROM iam_role WHERE account_id = :account_id AND role_id = :role_id";
const FIND_BY_NAME: &str =
    "SELECT doc_version, doc FROM iam_role WHERE account_id = :account_id AND name_key = :name_key";
const LIST: &str = "SELECT doc_version, doc FROM iam_role
    WHERE account_id = :account_id AND name_key > :after AND path >= :path_prefix AND path < :path_end
    ORDER BY name_key LIMIT :limit";
const LIST_BOUNDED: &str = "SELECT doc_version, doc FROM iam_role
    WHERE account_id = :account_id AND boundary_arn = :boundary_arn AND role_id > :after
    ORDER BY role_id LIMIT :limit";
const COUNT: &str = "SELECT COUNT(*) AS n FROM iam_role WHERE account_id = :account_id";
const UPDATE: &str = "UPDATE iam_role SET name_key = :name_key, path = :path, boundary_arn = :boundary_arn,
    doc_version = :doc_version, doc = :doc
    WHERE account_id = :account_id AND role_id = :role_id";
const DELETE: &str = "DELETE FROM iam_role WHERE account_id = :account_id AND role_id = :role_id";

pub(crate) const SQL: &[&str] = &[INSERT, FIND, FIND_BY_NAME, LIST, LIST_BOUNDED, COUNT, UPDATE, DELETE];
