//! Instance profiles, each with the role that is in it.

use domain::{AccountId, InstanceProfile, InstanceProfileName, UniqueId};

use crate::{StoreError, Transaction, document, page};

/// Stores a new instance profile. [`StoreError::Unique`] when the name or the id is taken in the account,
/// [`StoreError::Reference`] when its role is not there.
pub async fn insert(tx: &mut Transaction, profile: &InstanceProfile) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        &[
            (":account_id", &profile.account_id),
            (":profile_id", &profile.id),
            (":name_key", &profile.name.key()),
            (":path", &profile.path),
            (":role_id", &profile.role),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(profile)?),
        ],
    )
    .await?;
    Ok(())
}

/// The instance profile of that name, in whatever case.
pub async fn find_by_name(
    tx: &mut Transaction,
    account: AccountId,
    name: &InstanceProfileName,
) -> Result<Option<InstanceProfile>, StoreError> {
    let row = tx.find(FIND_BY_NAME, &[(":account_id", &account), (":name_key", &name.key())]).await?;
    row.as_ref().map(document::read).transpose()
}

/// Up to `limit` instance profiles whose path begins with `path_prefix`, by name key, from behind the key `after`.
pub async fn list(
    tx: &mut Transaction,
    account: AccountId,
    path_prefix: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<InstanceProfile>, StoreError> {
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

/// Up to `limit` instance profiles that the role is in, by name key, from behind the key `after`.
pub async fn list_with_role(
    tx: &mut Transaction,
    account: AccountId,
    role: &UniqueId,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<InstanceProfile>, StoreError> {
    let rows = tx
        .query(
            LIST_WITH_ROLE,
            &[
                (":account_id", &account),
                (":role_id", role),
                (":after", &page::begin(after)),
                (":limit", &limit),
            ],
        )
        .await?;
    document::read_all(&rows)
}

/// How many instance profiles the account has.
pub async fn count(tx: &mut Transaction, account: AccountId) -> Result<u64, StoreError> {
    let row = tx.find(COUNT, &[(":account_id", &account)]).await?;
    row.map_or(Ok(0), |row| row.count("n"))
}

/// Stores the instance profile of that id anew; it keeps its name and path. [`StoreError::Reference`] when its role is not
/// there.
pub async fn update(tx: &mut Transaction, profile: &InstanceProfile) -> Result<(), StoreError> {
    let updated = tx
        .execute(
            UPDATE,
            &[
                (":account_id", &profile.account_id),
                (":profile_id", &profile.id),
                (":role_id", &profile.role),
                (":doc_version", &document::VERSION),
                (":doc", &document::write(profile)?),
            ],
        )
        .await?;
    if updated == 0 { Err(StoreError::NotFound { kind: "instance profile" }) } else { Ok(()) }
}

/// Deletes the instance profile; says whether there was one.
pub async fn delete(tx: &mut Transaction, account: AccountId, id: &UniqueId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, &[(":account_id", &account), (":profile_id", id)]).await? > 0)
}

const INSERT: &str = "INSERT INTO iam_instance_profile
    (account_id, profile_id, name_key, path, role_id, doc_version, doc)
    VALUES (:account_id, :profile_id, :name_key, :path, :role_id, :doc_version, :doc)";
const FIND_BY_NAME: &str = "SELECT doc_version, doc FROM iam_instance_profile
    WHERE account_id = :account_id AND name_key = :name_key";
const LIST: &str = "SELECT doc_version, doc FROM iam_instance_profile
    WHERE account_id = :account_id AND name_key > :after AND path >= :path_prefix AND path < :path_end
    ORDER BY name_key LIMIT :limit";
const LIST_WITH_ROLE: &str = "SELECT doc_version, doc FROM iam_instance_profile
    WHERE account_id = :account_id AND role_id = :role_id AND name_key > :after
    ORDER BY name_key LIMIT :limit";
const COUNT: &str = "SELECT COUNT(*) AS n FROM iam_instance_profile WHERE account_id = :account_id";
const UPDATE: &str =
    "UPDATE iam_instance_profile SET role_id = :role_id, doc_version = :doc_version, doc = :doc
    WHERE account_id = :account_id AND profile_id = :profile_id";
const DELETE: &str =
    "DELETE FROM iam_instance_profile WHERE account_id = :account_id AND profile_id = :profile_id";

pub(crate) const SQL: &[&str] = &[INSERT, FIND_BY_NAME, LIST, LIST_WITH_ROLE, COUNT, UPDATE, DELETE];
