//! Which managed policies are attached to which groups, roles and users. Policies are named by ARN, as AWS's own are not
//! in the store.

use domain::{AccountId, PolicyOwner, UniqueId};

use crate::{Entity, Row, StoreError, Transaction, page};

/// Attaches a policy; says whether it was not attached before.
pub async fn insert(
    tx: &mut Transaction,
    account: AccountId,
    owner: &PolicyOwner,
    policy_arn: &str,
) -> Result<bool, StoreError> {
    tx.writes(Entity::owner(account, owner));
    let inserted = tx
        .execute(
            INSERT,
            &[
                (":account_id", &account),
                (":owner_kind", &owner.kind()),
                (":owner_id", owner.id()),
                (":policy_arn", &policy_arn),
            ],
        )
        .await?;
    Ok(inserted > 0)
}

/// Detaches a policy; says whether it was attached.
pub async fn delete(
    tx: &mut Transaction,
    account: AccountId,
    owner: &PolicyOwner,
    policy_arn: &str,
) -> Result<bool, StoreError> {
    tx.writes(Entity::owner(account, owner));
    let deleted = tx
        .execute(
            DELETE,
            &[
                (":account_id", &account),
                (":owner_kind", &owner.kind()),
                (":owner_id", owner.id()),
                (":policy_arn", &policy_arn),
            ],
        )
        .await?;
    Ok(deleted > 0)
}

/// Up to `limit` ARNs of policies attached to the owner, in bytewise order, from behind the ARN `after`.
pub async fn list(
    tx: &mut Transaction,
    account: AccountId,
    owner: &PolicyOwner,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<String>, StoreError> {
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
    rows.iter().map(|row| row.text("policy_arn").map(str::to_owned)).collect()
}

/// Up to `limit` owners that the policy is attached to: groups, roles, users, each by id, from behind the owner `after`.
pub async fn list_owners(
    tx: &mut Transaction,
    account: AccountId,
    policy_arn: &str,
    after: Option<&PolicyOwner>,
    limit: u32,
) -> Result<Vec<PolicyOwner>, StoreError> {
    let rows = tx
        .query(
            LIST_OWNERS,
            &[
                (":account_id", &account),
                (":policy_arn", &policy_arn),
                (":after_kind", &page::begin(after.map(PolicyOwner::kind))),
                (":after_id", &page::begin(after.map(|owner| owner.id().as_str()))),
                (":limit", &limit),
            ],
        )
        .await?;
    rows.iter().map(read_owner).collect()
}

/// How many policies are attached to the owner.
pub async fn count(tx: &mut Transaction, account: AccountId, owner: &PolicyOwner) -> Result<u64, StoreError> {
    let parameters =
        [(":account_id", &account as _), (":owner_kind", &owner.kind() as _), (":owner_id", owner.id() as _)];
    let row = tx.find(COUNT, &parameters).await?;
    row.map_or(Ok(0), |row| row.count("n"))
}

fn read_owner(row: &Row) -> Result<PolicyOwner, StoreError> {
    let id = UniqueId::parse(row.text("owner_id")?)
        .map_err(|_| StoreError::Corrupt("an attachment's owner is not a unique id".into()))?;
    match row.text("owner_kind")? {
        "group" => Ok(PolicyOwner::Group(id)),
        "role" => Ok(PolicyOwner::Role(id)),
        "user" => Ok(PolicyOwner::User(id)),
        _ => Err(StoreError::Corrupt("an attachment's owner is of no known kind".into())),
    }
}

const INSERT: &str = "INSERT INTO iam_attachment (account_id, owner_kind, owner_id, policy_arn)
    VALUES (:account_id, :owner_kind, :owner_id, :policy_arn)
    ON CONFLICT (account_id, owner_kind, owner_id, policy_arn) DO NOTHING";
const DELETE: &str = "DELETE FROM iam_attachment
    WHERE account_id = :account_id AND owner_kind = :owner_kind AND owner_id = :owner_id
        AND policy_arn = :policy_arn";
const LIST: &str = "SELECT policy_arn FROM iam_attachment
    WHERE account_id = :account_id AND owner_kind = :owner_kind AND owner_id = :owner_id
        AND policy_arn > :after
    ORDER BY policy_arn LIMIT :limit";
const LIST_OWNERS: &str = "SELECT owner_kind, owner_id FROM iam_attachment
    WHERE account_id = :account_id AND policy_arn = :policy_arn
        AND (owner_kind, owner_id) > (:after_kind, :after_id)
    ORDER BY owner_kind, owner_id LIMIT :limit";
const COUNT: &str = "SELECT COUNT(*) AS n FROM iam_attachment
    WHERE account_id = :account_id AND owner_kind = :owner_kind AND owner_id = :owner_id";

pub(crate) const SQL: &[&str] = &[INSERT, DELETE, LIST, LIST_OWNERS, COUNT];
