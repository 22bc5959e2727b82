//! Customer-managed policies. Their use is counted when asked for, not stored.

use std::collections::BTreeMap;

use domain::{AccountId, Arn, ManagedPolicy, PolicyName, UniqueId};

use crate::{Entity, Row, StoreError, Transaction, document, page};

/// How often a managed policy is used in its account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PolicyUsage {
    /// Groups, roles and users it is attached to: `AttachmentCount`.
    pub attachments: u64,
    /// Roles and users it bounds: `PermissionsBoundaryUsageCount`.
    pub boundaries: u64,
}

/// Which policies a list takes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyFilter {
    /// All of them.
    All,
    /// Those attached to something.
    Attached,
    /// Those used as a permissions boundary.
    Boundary,
}

/// Stores a new policy. Its versions are stored by [`crate::policy_version`]. [`StoreError::Unique`] when the name, the
/// ARN or the id is taken.
pub async fn insert(tx: &mut Transaction, policy: &ManagedPolicy) -> Result<(), StoreError> {
    writes(tx, policy);
    tx.execute(
        INSERT,
        &[
            (":account_id", &policy.account_id),
            (":policy_id", &policy.id),
            (":name_key", &policy.name.key()),
            (":path", &policy.path),
            (":arn", &policy.arn().to_string()),
            (":default_version", &policy.default_version),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(policy)?),
        ],
    )
    .await?;
    Ok(())
}

/// The policy of that id; fails when there is none.
pub async fn get(
    tx: &mut Transaction,
    account: AccountId,
    id: &UniqueId,
) -> Result<ManagedPolicy, StoreError> {
    find(tx, account, id).await?.ok_or(StoreError::NotFound { kind: "policy" })
}

/// The policy of that id.
pub async fn find(
    tx: &mut Transaction,
    account: AccountId,
    id: &UniqueId,
) -> Result<Option<ManagedPolicy>, StoreError> {
    let row = tx.find(FIND, &[(":account_id", &account), (":policy_id", id)]).await?;
    row.as_ref().map(document::read).transpose()
}

/// The policy of that ARN, path and case included.
pub async fn find_by_arn(
    tx: &mut Transaction,
    account: AccountId,
    arn: &Arn,
) -> Result<Option<ManagedPolicy>, StoreError> {
    let arn = arn.to_string();
    tx.reads(|| Entity::policy_arn(account, &arn));
    let row = tx.find(FIND_BY_ARN, &[(":account_id", &account), (":arn", &arn)]).await?;
    let policy: Option<ManagedPolicy> = row.as_ref().map(document::read).transpose()?;
    if let Some(policy) = &policy {
        tx.notes(|| Entity::policy(account, &policy.id));
    }
    Ok(policy)
}

/// The policy of that name, in whatever case and path.
pub async fn find_by_name(
    tx: &mut Transaction,
    account: AccountId,
    name: &PolicyName,
) -> Result<Option<ManagedPolicy>, StoreError> {
    let row = tx.find(FIND_BY_NAME, &[(":account_id", &account), (":name_key", &name.key())]).await?;
    row.as_ref().map(document::read).transpose()
}

/// How often the policy of that ARN is used in the account. The ARN may be one of AWS's own policies.
pub async fn usage(tx: &mut Transaction, account: AccountId, arn: &str) -> Result<PolicyUsage, StoreError> {
    let row = tx.find(USAGE, &[(":account_id", &account), (":arn", &arn)]).await?;
    row.as_ref().map_or(Ok(PolicyUsage::default()), read_usage)
}

/// How often each of AWS's policies is used in the account, of those that are.
pub async fn usages_of_aws(
    tx: &mut Transaction,
    account: AccountId,
) -> Result<BTreeMap<String, PolicyUsage>, StoreError> {
    let mut usages: BTreeMap<String, PolicyUsage> = BTreeMap::new();
    for row in tx.query(ATTACHMENTS_OF_AWS, &[(":account_id", &account)]).await? {
        usages.entry(row.text("arn")?.to_owned()).or_default().attachments = row.count("n")?;
    }
    for sql in [ROLE_BOUNDARIES_OF_AWS, USER_BOUNDARIES_OF_AWS] {
        for row in tx.query(sql, &[(":account_id", &account)]).await? {
            let usage = usages.entry(row.text("arn")?.to_owned()).or_default();
            usage.boundaries = usage.boundaries.saturating_add(row.count("n")?);
        }
    }
    Ok(usages)
}

/// Up to `limit` policies whose path begins with `path_prefix`, each with its usage, by name key, from behind the key
/// `after`.
pub async fn list(
    tx: &mut Transaction,
    account: AccountId,
    filter: PolicyFilter,
    path_prefix: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<(ManagedPolicy, PolicyUsage)>, StoreError> {
    let sql = match filter {
        PolicyFilter::All => LIST,
        PolicyFilter::Attached => LIST_ATTACHED,
        PolicyFilter::Boundary => LIST_BOUNDARY,
    };
    let rows = tx
        .query(
            sql,
            &[
                (":account_id", &account),
                (":path_prefix", &path_prefix),
                (":path_end", &page::prefix_end(path_prefix)),
                (":after", &page::begin(after)),
                (":limit", &limit),
            ],
        )
        .await?;
    rows.iter().map(|row| Ok((document::read(row)?, read_usage(row)?))).collect()
}

/// How many policies the account has.
pub async fn count(tx: &mut Transaction, account: AccountId) -> Result<u64, StoreError> {
    let row = tx.find(COUNT, &[(":account_id", &account)]).await?;
    row.map_or(Ok(0), |row| row.count("n"))
}

/// Stores the policy of that id anew; a policy keeps its name and path.
pub async fn update(tx: &mut Transaction, policy: &ManagedPolicy) -> Result<(), StoreError> {
    writes(tx, policy);
    let updated = tx
        .execute(
            UPDATE,
            &[
                (":account_id", &policy.account_id),
                (":policy_id", &policy.id),
                (":default_version", &policy.default_version),
                (":doc_version", &document::VERSION),
                (":doc", &document::write(policy)?),
            ],
        )
        .await?;
    if updated == 0 { Err(StoreError::NotFound { kind: "policy" }) } else { Ok(()) }
}

/// Deletes the policy; says whether there was one. [`StoreError::Reference`] while it has versions.
pub async fn delete(tx: &mut Transaction, account: AccountId, id: &UniqueId) -> Result<bool, StoreError> {
    tx.writes(Entity::policy(account, id));
    Ok(tx.execute(DELETE, &[(":account_id", &account), (":policy_id", id)]).await? > 0)
}

/// The policy, and its ARN: whoever looked for the ARN in vain must look again.
fn writes(tx: &mut Transaction, policy: &ManagedPolicy) {
    tx.writes(Entity::policy(policy.account_id, &policy.id));
    tx.writes(Entity::policy_arn(policy.account_id, &policy.arn().to_string()));
}

fn read_usage(row: &Row) -> Result<PolicyUsage, StoreError> {
    let boundaries = row.count("role_boundaries")?.saturating_add(row.count("user_boundaries")?);
    Ok(PolicyUsage { attachments: row.count("attachments")?, boundaries })
}

const INSERT: &str = "INSERT INTO iam_policy
    (account_id, policy_id, name_key, path, arn, default_version, doc_version, doc)
    VALUES (:account_id, :policy_id, :name_key, :path, :arn, :default_version, :doc_version, :doc)";
const FIND: &str =
    "SELECT doc_version, doc FROM iam_policy WHERE account_id = :account_id AND policy_id = :policy_id";
const FIND_BY_ARN: &str =
    "SELECT doc_version, doc FROM iam_policy WHERE account_id = :account_id AND arn = :arn";
const FIND_BY_NAME: &str =
    "SELECT doc_version, doc FROM iam_policy WHERE account_id = :account_id AND name_key = :name_key";
const USAGE: &str = "SELECT
    (SELECT COUNT(*) FROM iam_attachment a WHERE a.account_id = :account_id AND a.policy_arn = :arn)
        AS attachments,
    (SELECT COUNT(*) FROM iam_role r WHERE r.account_id = :account_id AND r.boundary_arn = :arn)
        AS role_boundaries,
    (SELECT COUNT(*) FROM iam_user u WHERE u.account_id = :account_id AND u.boundary_arn = :arn)
        AS user_boundaries";
// '0' is the character after '/': the range holds the policies that AWS itself owns.
const ATTACHMENTS_OF_AWS: &str = "SELECT policy_arn AS arn, COUNT(*) AS n FROM iam_attachment
    WHERE account_id = :account_id
        AND policy_arn >= 'arn:aws:iam::aws:policy/' AND policy_arn < 'arn:aws:iam::aws:policy0'
    GROUP BY policy_arn ORDER BY policy_arn";
const ROLE_BOUNDARIES_OF_AWS: &str = "SELECT boundary_arn AS arn, COUNT(*) AS n FROM iam_role
    WHERE account_id = :account_id
        AND boundary_arn >= 'arn:aws:iam::aws:policy/' AND boundary_arn < 'arn:aws:iam::aws:policy0'
    GROUP BY boundary_arn ORDER BY boundary_arn";
const USER_BOUNDARIES_OF_AWS: &str = "SELECT boundary_arn AS arn, COUNT(*) AS n FROM iam_user
    WHERE account_id = :account_id
        AND boundary_arn >= 'arn:aws:iam::aws:policy/' AND boundary_arn < 'arn:aws:iam::aws:policy0'
    GROUP BY boundary_arn ORDER BY boundary_arn";
const COUNT: &str = "SELECT COUNT(*) AS n FROM iam_policy WHERE account_id = :account_id";
const UPDATE: &str = "UPDATE iam_policy
    SET default_version = :default_version, doc_version = :doc_version, doc = :doc
    WHERE account_id = :account_id AND policy_id = :policy_id";
const DELETE: &str = "DELETE FROM iam_policy WHERE account_id = :account_id AND policy_id = :policy_id";

/// The list, with one more condition.
macro_rules! list {
    ($condition:literal) => {
        concat!(
            "SELECT p.doc_version, p.doc,
    (SELECT COUNT(*) FROM iam_attachment a WHERE a.account_id = p.account_id AND a.policy_arn = p.arn)
        AS attachments,
    (SELECT COUNT(*) FROM iam_role r WHERE r.account_id = p.account_id AND r.boundary_arn = p.arn)
        AS role_boundaries,
    (SELECT COUNT(*) FROM iam_user u WHERE u.account_id = p.account_id AND u.boundary_arn = p.arn)
        AS user_boundaries
    FROM iam_policy p
    WHERE p.account_id = :account_id AND p.name_key > :after
        AND p.path >= :path_prefix AND p.path < :path_end ",
            $condition,
            " ORDER BY p.name_key LIMIT :limit"
        )
    };
}

const LIST: &str = list!("");
const LIST_ATTACHED: &str = list!(
    "AND EXISTS
    (SELECT 1 FROM iam_attachment a WHERE a.account_id = p.account_id AND a.policy_arn = p.arn)"
);
const LIST_BOUNDARY: &str = list!(
    "AND (EXISTS
    (SELECT 1 FROM iam_role r WHERE r.account_id = p.account_id AND r.boundary_arn = p.arn) OR EXISTS
    (SELECT 1 FROM iam_user u WHERE u.account_id = p.account_id AND u.boundary_arn = p.arn))"
);

pub(crate) const SQL: &[&str] = &[
    INSERT,
    FIND,
    FIND_BY_ARN,
    FIND_BY_NAME,
    USAGE,
    ATTACHMENTS_OF_AWS,
    ROLE_BOUNDARIES_OF_AWS,
    USER_BOUNDARIES_OF_AWS,
    LIST,
    LIST_ATTACHED,
    LIST_BOUNDARY,
    COUNT,
    UPDATE,
    DELETE,
];
