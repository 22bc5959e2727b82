//! Signing certificates.

use domain::{AccessKeyOwner, AccountId, SigningCertificate};

use crate::{StoreError, Transaction, document, page};

/// Stores a new certificate. [`StoreError::Unique`] when the account has it already.
pub async fn insert(tx: &mut Transaction, certificate: &SigningCertificate) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        &[
            (":account_id", &certificate.account_id),
            (":certificate_id", &certificate.id),
            (":owner_id", &certificate.owner),
            (":digest", &certificate.digest),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(certificate)?),
        ],
    )
    .await?;
    Ok(())
}

/// The certificate of that id.
pub async fn find(
    tx: &mut Transaction,
    account: AccountId,
    id: &str,
) -> Result<Option<SigningCertificate>, StoreError> {
    let row = tx.find(FIND, &[(":account_id", &account), (":certificate_id", &id)]).await?;
    row.as_ref().map(document::read).transpose()
}

/// The account's certificate with that digest, whoever owns it.
pub async fn find_by_digest(
    tx: &mut Transaction,
    account: AccountId,
    digest: &str,
) -> Result<Option<SigningCertificate>, StoreError> {
    let row = tx.find(FIND_BY_DIGEST, &[(":account_id", &account), (":digest", &digest)]).await?;
    row.as_ref().map(document::read).transpose()
}

/// Up to `limit` certificates of the owner, by id, from behind the id `after`.
pub async fn list(
    tx: &mut Transaction,
    account: AccountId,
    owner: &AccessKeyOwner,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<SigningCertificate>, StoreError> {
    let after = page::begin(after);
    let rows = tx
        .query(
            LIST,
            &[(":account_id", &account), (":owner_id", owner), (":after", &after), (":limit", &limit)],
        )
        .await?;
    document::read_all(&rows)
}

/// How many certificates the owner has, active or not.
pub async fn count(
    tx: &mut Transaction,
    account: AccountId,
    owner: &AccessKeyOwner,
) -> Result<u64, StoreError> {
    let row = tx.find(COUNT, &[(":account_id", &account), (":owner_id", owner)]).await?;
    row.map_or(Ok(0), |row| row.count("n"))
}

/// Stores the certificate anew; owner and certificate stay as they are.
pub async fn update(tx: &mut Transaction, certificate: &SigningCertificate) -> Result<(), StoreError> {
    let updated = tx
        .execute(
            UPDATE,
            &[
                (":account_id", &certificate.account_id),
                (":certificate_id", &certificate.id),
                (":doc_version", &document::VERSION),
                (":doc", &document::write(certificate)?),
            ],
        )
        .await?;
    if updated == 0 { Err(StoreError::NotFound { kind: "signing certificate" }) } else { Ok(()) }
}

/// Deletes the certificate; says whether there was one.
pub async fn delete(tx: &mut Transaction, account: AccountId, id: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, &[(":account_id", &account), (":certificate_id", &id)]).await? > 0)
}

const INSERT: &str =
    "INSERT INTO signing_certificate (account_id, certificate_id, owner_id, digest, doc_version, doc)
    VALUES (:account_id, :certificate_id, :owner_id, :digest, :doc_version, :doc)";
const FIND: &str = "SELECT doc_version, doc FROM signing_certificate
    WHERE account_id = :account_id AND certificate_id = :certificate_id";
const FIND_BY_DIGEST: &str = "SELECT doc_version, doc FROM signing_certificate
    WHERE account_id = :account_id AND digest = :digest";
const LIST: &str = "SELECT doc_version, doc FROM signing_certificate
    WHERE account_id = :account_id AND owner_id = :owner_id AND certificate_id > :after
    ORDER BY certificate_id LIMIT :limit";
const COUNT: &str = "SELECT COUNT(*) AS n FROM signing_certificate
    WHERE account_id = :account_id AND owner_id = :owner_id";
const UPDATE: &str = "UPDATE signing_certificate SET doc_version = :doc_version, doc = :doc
    WHERE account_id = :account_id AND certificate_id = :certificate_id";
const DELETE: &str =
    "DELETE FROM signing_certificate WHERE account_id = :account_id AND certificate_id = :certificate_id";

pub(crate) const SQL: &[&str] = &[INSERT, FIND, FIND_BY_DIGEST, LIST, COUNT, UPDATE, DELETE];
