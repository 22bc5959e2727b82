//! Server certificates, their private keys sealed.

use domain::{AccountId, ServerCertificate, ServerCertificateName, UniqueId};

use crate::{EncryptionContext, Sealer, StoreError, Transaction, document, page, seal::SealedKind};

/// What a certificate consists of, as submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pem {
    /// The certificate.
    pub body: String,
    /// The certificates it comes from.
    pub chain: Option<String>,
}

/// Stores a new certificate and seals its private key, given in PEM. [`StoreError::Unique`] when the name or the id is
/// taken in the account.
pub async fn insert(
    tx: &mut Transaction,
    sealer: &Sealer,
    certificate: &ServerCertificate,
    pem: &Pem,
    private_key: &str,
) -> Result<(), StoreError> {
    let context =
        EncryptionContext { account_id: certificate.account_id, kind: KIND, id: certificate.id.as_str() };
    let private_key = sealer.seal(context, private_key.as_bytes())?;
    tx.execute(
        INSERT,
        &[
            (":account_id", &certificate.account_id),
            (":certificate_id", &certificate.id),
            (":name_key", &certificate.name.key()),
            (":path", &certificate.path),
            (":body", &pem.body),
            (":chain", &pem.chain),
            (":private_key", &private_key),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(certificate)?),
        ],
    )
    .await?;
    Ok(())
}

/// The certificate of that name, in whatever case.
pub async fn find_by_name(
    tx: &mut Transaction,
    account: AccountId,
    name: &ServerCertificateName,
) -> Result<Option<ServerCertificate>, StoreError> {
    let row = tx.find(FIND_BY_NAME, &[(":account_id", &account), (":name_key", &name.key())]).await?;
    row.as_ref().map(document::read).transpose()
}

/// What the certificate consists of; fails when there is no such certificate.
pub async fn pem(tx: &mut Transaction, account: AccountId, id: &UniqueId) -> Result<Pem, StoreError> {
    let row = tx.find(PEM, &[(":account_id", &account), (":certificate_id", id)]).await?;
    let row = row.ok_or(StoreError::NotFound { kind: "server certificate" })?;
    Ok(Pem { body: row.text("body")?.to_owned(), chain: row.optional_text("chain")?.map(str::to_owned) })
}

/// Up to `limit` certificates whose path begins with `path_prefix`, by name key, from behind the key `after`.
pub async fn list(
    tx: &mut Transaction,
    account: AccountId,
    path_prefix: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<ServerCertificate>, StoreError> {
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

/// How many certificates the account has.
pub async fn count(tx: &mut Transaction, account: AccountId) -> Result<u64, StoreError> {
    let row = tx.find(COUNT, &[(":account_id", &account)]).await?;
    row.map_or(Ok(0), |row| row.count("n"))
}

/// Stores the certificate of that id anew, under what may be another name or path. [`StoreError::Unique`] when the name
/// is taken.
pub async fn update(tx: &mut Transaction, certificate: &ServerCertificate) -> Result<(), StoreError> {
    let updated = tx
        .execute(
            UPDATE,
            &[
                (":account_id", &certificate.account_id),
                (":certificate_id", &certificate.id),
                (":name_key", &certificate.name.key()),
                (":path", &certificate.path),
                (":doc_version", &document::VERSION),
                (":doc", &document::write(certificate)?),
            ],
        )
        .await?;
    if updated == 0 { Err(StoreError::NotFound { kind: "server certificate" }) } else { Ok(()) }
}

/// Deletes the certificate; says whether there was one.
pub async fn delete(tx: &mut Transaction, account: AccountId, id: &UniqueId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, &[(":account_id", &account), (":certificate_id", id)]).await? > 0)
}

const KIND: &str = "server_certificate";

const INSERT: &str = "INSERT INTO iam_server_certificate
    (account_id, certificate_id, name_key, path, body, chain, private_key, doc_version, doc)
    VALUES (:account_id, :certificate_id, :name_key, :path, :body, :chain, :private_key, :doc_version, :doc)";
const FIND_BY_NAME: &str = "SELECT doc_version, doc FROM iam_server_certificate
    WHERE account_id = :account_id AND name_key = :name_key";
const PEM: &str = "SELECT body, chain FROM iam_server_certificate
    WHERE account_id = :account_id AND certificate_id = :certificate_id";
const LIST: &str = "SELECT doc_version, doc FROM iam_server_certificate
    WHERE account_id = :account_id AND name_key > :after AND path >= :path_prefix AND path < :path_end
    ORDER BY name_key LIMIT :limit";
const COUNT: &str = "SELECT COUNT(*) AS n FROM iam_server_certificate WHERE account_id = :account_id";
const UPDATE: &str = "UPDATE iam_server_certificate SET name_key = :name_key, path = :path,
    doc_version = :doc_version, doc = :doc
    WHERE account_id = :account_id AND certificate_id = :certificate_id";
const DELETE: &str =
    "DELETE FROM iam_server_certificate WHERE account_id = :account_id AND certificate_id = :certificate_id";

/// The private keys, for what goes through all of them.
pub(crate) const SEALED: SealedKind = SealedKind {
    kind: KIND,
    list: "SELECT account_id, certificate_id AS id, private_key AS sealed FROM iam_server_certificate
        WHERE (account_id, certificate_id) > (:account_id, :id)
        ORDER BY account_id, certificate_id LIMIT :limit",
    update: "UPDATE iam_server_certificate SET private_key = :new
        WHERE account_id = :account_id AND certificate_id = :id AND private_key = :old",
    count: "SELECT COUNT(*) AS n FROM iam_server_certificate WHERE substr(private_key, 2, 4) = :key_id",
};

pub(crate) const SQL: &[&str] = &[INSERT, FIND_BY_NAME, PEM, LIST, COUNT, UPDATE, DELETE];
