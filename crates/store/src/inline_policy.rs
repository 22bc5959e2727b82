//! Policies embedded in one group, role or user.

use domain::{AccountId, InlinePolicy, PolicyName, PolicyOwner};

use crate::{Entity, StoreError, Transaction, document, page};

/// Stores the policy, in place of one of the same name if there is one: what IAM's Put operations do.
pub async fn put(
    tx: &mut Transaction,
    account: AccountId,
    owner: &PolicyOwner,
    policy: &InlinePolicy,
) -> Result<(), StoreError> {
    tx.writes(Entity::owner(account, owner));
    tx.execute(
        PUT,
        &[
            (":account_id", &account),
            (":owner_kind", &owner.kind()),
            (":owner_id", owner.id()),
            (":name_key", &policy.name.key()),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(policy)?),
        ],
    )
    .await?;
    Ok(())
}

/// The owner's policy of that name, in whatever case.
pub async fn find(
    tx: &mut Transaction,
    account: AccountId,
    owner: &PolicyOwner,
    name: &PolicyName,
) -> Result<Option<InlinePolicy>, StoreError> {
    let row = tx
        .find(
            FIND,
            &[
                (":account_id", &account),
                (":owner_kind", &owner.kind()),
                (":owner_id", owner.id()),
                (":name_key", &name.key()),
            ],
        )
        .await?;
    row.as_ref().map(document::read).transpose()
}

/// Up to `limit` policies of the owner, by name key, from behind the key `after`.
pub async fn list(
    tx: &mut Transaction,
    account: AccountId,
    owner: &PolicyOwner,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<InlinePolicy>, StoreError> {
    tx.reads(|| Entity::owner(account, owner));
    let rows = tx
        .query(
            LIST,
            &[
                (":account_id", &account),
                (":owner_kind", &owner.kind()),
                (":owner_id", owner.id()),
                (":after", &page::begin(after)),
                (":limit", &limit),
            ],
        )
        .await?;
    document::read_all(&rows)
}

/// Deletes the owner's policy of that name; says whether there was one.
pub async fn delete(
    tx: &mut Transaction,
    account: AccountId,
    owner: &PolicyOwner,
    name: &PolicyName,
) -> Result<bool, StoreError> {
    tx.writes(Entity::owner(account, owner));
    let deleted = tx
        .execute(
            DELETE,
            &[
                (":account_id", &account),
                (":owner_kind", &owner.kind()),
                (":owner_id", owner.id()),
                (":name_key", &name.key()),
            ],
        )
        .await?;
    Ok(deleted > 0)
}

const PUT: &str =
    "INSERT INTO iam_inline_policy (account_id, owner_kind, owner_id, name_key, doc_version, doc)
    VALUES (:account_id, :owner_kind, :owner_id, :name_key, :doc_version, :doc)
    ON CONFLICT (account_id, owner_kind, owner_id, name_key)
    DO UPDATE SET doc_version = excluded.doc_version, doc = excluded.doc";
const FIND: &str = "SELECT doc_version, doc FROM iam_inline_policy
    WHERE account_id = :account_id AND owner_kind = :owner_kind AND owner_id = :owner_id
        AND name_key = :name_key";
const LIST: &str = "SELECT doc_version, doc FROM iam_inline_policy
    WHERE account_id = :account_id AND owner_kind = :owner_kind AND owner_id = :owner_id
        AND name_key > :after
    ORDER BY name_key LIMIT :limit";
const DELETE: &str = "DELETE FROM iam_inline_policy
    WHERE account_id = :account_id AND owner_kind = :owner_kind AND owner_id = :owner_id
        AND name_key = :name_key";

pub(crate) const SQL: &[&str] = &[PUT, FIND, LIST, DELETE];
