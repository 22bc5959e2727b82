//! Managed policies that an operator has added to those of AWS. They belong to no account.

use domain::ImportedPolicy;

use crate::{Entity, StoreError, Transaction, document, page};

/// Stores the policy of that ARN, in place of the one that is there. [`StoreError::Unique`] when another has its name.
pub async fn put(tx: &mut Transaction, policy: &ImportedPolicy, document: &str) -> Result<(), StoreError> {
    let arn = policy.arn();
    tx.writes(Entity::imported_policy(&arn));
    tx.execute(
        PUT,
        &[
            (":policy_arn", &arn),
            (":name_key", &policy.name.key()),
            (":path", &policy.path),
            (":document", &document),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(policy)?),
        ],
    )
    .await?;
    Ok(())
}

/// The policy of that ARN, with its document.
pub async fn find(tx: &mut Transaction, arn: &str) -> Result<Option<(ImportedPolicy, String)>, StoreError> {
    tx.reads(|| Entity::imported_policy(arn));
    let row = tx.find(FIND, &[(":policy_arn", &arn)]).await?;
    row.map(|row| Ok((document::read(&row)?, row.text("document")?.to_owned()))).transpose()
}

/// The policy of that name in lower case, whatever its path.
pub async fn find_by_name(
    tx: &mut Transaction,
    name_key: &str,
) -> Result<Option<ImportedPolicy>, StoreError> {
    let row = tx.find(FIND_BY_NAME, &[(":name_key", &name_key)]).await?;
    row.as_ref().map(document::read).transpose()
}

/// Up to `limit` policies whose path begins with `path_prefix`, by name key, from behind the key `after`.
pub async fn list(
    tx: &mut Transaction,
    path_prefix: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<ImportedPolicy>, StoreError> {
    let rows = tx
        .query(
            LIST,
            &[
                (":path_prefix", &path_prefix),
                (":path_end", &page::prefix_end(path_prefix)),
                (":after", &page::begin(after)),
                (":limit", &limit),
            ],
        )
        .await?;
    document::read_all(&rows)
}

/// How many there are.
pub async fn count(tx: &mut Transaction) -> Result<u64, StoreError> {
    let row = tx.find(COUNT, &[]).await?;
    row.map_or(Ok(0), |row| row.count("n"))
}

const PUT: &str = "INSERT INTO imported_policy (policy_arn, name_key, path, document, doc_version, doc)
    VALUES (:policy_arn, :name_key, :path, :document, :doc_version, :doc)
    ON CONFLICT (policy_arn)
    DO UPDATE SET document = excluded.document, doc_version = excluded.doc_version, doc = excluded.doc";
const FIND: &str = "SELECT document, doc_version, doc FROM imported_policy WHERE policy_arn = :policy_arn";
const FIND_BY_NAME: &str = "SELECT doc_version, doc FROM imported_policy WHERE name_key = :name_key";
const LIST: &str = "SELECT doc_version, doc FROM imported_policy
    WHERE name_key > :after AND path >= :path_prefix AND path < :path_end
    ORDER BY name_key LIMIT :limit";
const COUNT: &str = "SELECT COUNT(*) AS n FROM imported_policy";

pub(crate) const SQL: &[&str] = &[PUT, FIND, FIND_BY_NAME, LIST, COUNT];
