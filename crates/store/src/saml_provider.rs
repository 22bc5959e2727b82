//! SAML providers, and the private keys that open their assertions, sealed.

use domain::{AccountId, SamlPrivateKey, SamlProvider, SamlProviderName, UniqueId};

use crate::{EncryptionContext, Sealer, StoreError, Transaction, document, seal::SealedKind};

/// Stores a new provider with its metadata document. [`StoreError::Unique`] when the name or the id is taken in the
/// account.
pub async fn insert(tx: &mut Transaction, provider: &SamlProvider, metadata: &str) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        &[
            (":account_id", &provider.account_id),
            (":provider_id", &provider.id),
            (":name_key", &provider.name.key()),
            (":metadata", &metadata),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(provider)?),
        ],
    )
    .await?;
    Ok(())
}

/// The provider of that name, in whatever case.
pub async fn find_by_name(
    tx: &mut Transaction,
    account: AccountId,
    name: &SamlProviderName,
) -> Result<Option<SamlProvider>, StoreError> {
    let row = tx.find(FIND_BY_NAME, &[(":account_id", &account), (":name_key", &name.key())]).await?;
    row.as_ref().map(document::read).transpose()
}

/// The metadata document of the provider; fails when there is no such provider.
pub async fn metadata(tx: &mut Transaction, account: AccountId, id: &UniqueId) -> Result<String, StoreError> {
    let row = tx.find(METADATA, &[(":account_id", &account), (":provider_id", id)]).await?;
    let row = row.ok_or(StoreError::NotFound { kind: "SAML provider" })?;
    Ok(row.text("metadata")?.to_owned())
}

/// All providers of the account, by name key: a quota keeps them few.
pub async fn list(tx: &mut Transaction, account: AccountId) -> Result<Vec<SamlProvider>, StoreError> {
    let rows = tx.query(LIST, &[(":account_id", &account)]).await?;
    document::read_all(&rows)
}

/// How many providers the account has.
pub async fn count(tx: &mut Transaction, account: AccountId) -> Result<u64, StoreError> {
    let row = tx.find(COUNT, &[(":account_id", &account)]).await?;
    row.map_or(Ok(0), |row| row.count("n"))
}

/// Stores the provider of that id anew; its name stays as it is.
pub async fn update(tx: &mut Transaction, provider: &SamlProvider) -> Result<(), StoreError> {
    let updated = tx
        .execute(
            UPDATE,
            &[
                (":account_id", &provider.account_id),
                (":provider_id", &provider.id),
                (":doc_version", &document::VERSION),
                (":doc", &document::write(provider)?),
            ],
        )
        .await?;
    if updated == 0 { Err(StoreError::NotFound { kind: "SAML provider" }) } else { Ok(()) }
}

/// Stores another metadata document in place of the provider's.
pub async fn update_metadata(
    tx: &mut Transaction,
    account: AccountId,
    id: &UniqueId,
    metadata: &str,
) -> Result<(), StoreError> {
    let parameters =
        [(":account_id", &account as _), (":provider_id", id as _), (":metadata", &metadata as _)];
    let updated = tx.execute(UPDATE_METADATA, &parameters).await?;
    if updated == 0 { Err(StoreError::NotFound { kind: "SAML provider" }) } else { Ok(()) }
}

/// Deletes the provider with its private keys; says whether there was one.
pub async fn delete(tx: &mut Transaction, account: AccountId, id: &UniqueId) -> Result<bool, StoreError> {
    tx.execute(DELETE_KEYS, &[(":account_id", &account), (":provider_id", id)]).await?;
    Ok(tx.execute(DELETE, &[(":account_id", &account), (":provider_id", id)]).await? > 0)
}

/// Stores a new private key of a provider, sealed. `private_key` is the key in PEM.
pub async fn insert_private_key(
    tx: &mut Transaction,
    sealer: &Sealer,
    key: &SamlPrivateKey,
    private_key: &str,
) -> Result<(), StoreError> {
    let context = EncryptionContext { account_id: key.account_id, kind: KIND, id: key.id.as_str() };
    let private_key = sealer.seal(context, private_key.as_bytes())?;
    tx.execute(
        INSERT_KEY,
        &[
            (":account_id", &key.account_id),
            (":key_id", &key.id),
            (":provider_id", &key.provider_id),
            (":private_key", &private_key),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(key)?),
        ],
    )
    .await?;
    Ok(())
}

/// The private keys of a provider without the keys themselves, by id: a quota keeps them few.
pub async fn list_private_keys(
    tx: &mut Transaction,
    account: AccountId,
    provider: &UniqueId,
) -> Result<Vec<SamlPrivateKey>, StoreError> {
    let rows = tx.query(LIST_KEYS, &[(":account_id", &account), (":provider_id", provider)]).await?;
    document::read_all(&rows)
}

/// Deletes a private key; says whether there was one.
pub async fn delete_private_key(
    tx: &mut Transaction,
    account: AccountId,
    id: &UniqueId,
) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE_KEY, &[(":account_id", &account), (":key_id", id)]).await? > 0)
}

const KIND: &str = "saml_private_key";

const INSERT: &str =
    "INSERT INTO iam_saml_provider (account_id, provider_id, name_key, metadata, doc_version, doc)
    VALUES (:account_id, :provider_id, :name_key, :metadata, :doc_version, :doc)";
const FIND_BY_NAME: &str = "SELECT doc_version, doc FROM iam_saml_provider
    WHERE account_id = :account_id AND name_key = :name_key";
const METADATA: &str =
    "SELECT metadata FROM iam_saml_provider WHERE account_id = :account_id AND provider_id = :provider_id";
const LIST: &str =
    "SELECT doc_version, doc FROM iam_saml_provider WHERE account_id = :account_id ORDER BY name_key";
const COUNT: &str = "SELECT COUNT(*) AS n FROM iam_saml_provider WHERE account_id = :account_id";
const UPDATE: &str = "UPDATE iam_saml_provider SET doc_version = :doc_version, doc = :doc
    WHERE account_id = :account_id AND provider_id = :provider_id";
const UPDATE_METADATA: &str = "UPDATE iam_saml_provider SET metadata = :metadata
    WHERE account_id = :account_id AND provider_id = :provider_id";
const DELETE: &str =
    "DELETE FROM iam_saml_provider WHERE account_id = :account_id AND provider_id = :provider_id";
const INSERT_KEY: &str =
    "INSERT INTO iam_saml_private_key (account_id, key_id, provider_id, private_key, doc_version, doc)
    VALUES (:account_id, :key_id, :provider_id, :private_key, :doc_version, :doc)";
const LIST_KEYS: &str = "SELECT doc_version, doc FROM iam_saml_private_key
    WHERE account_id = :account_id AND provider_id = :provider_id ORDER BY key_id";
const DELETE_KEY: &str =
    "DELETE FROM iam_saml_private_key WHERE account_id = :account_id AND key_id = :key_id";
const DELETE_KEYS: &str =
    "DELETE FROM iam_saml_private_key WHERE account_id = :account_id AND provider_id = :provider_id";

/// The private keys, for what goes through all of them.
pub(crate) const SEALED: SealedKind = SealedKind {
    kind: KIND,
    list: "SELECT account_id, key_id AS id, private_key AS sealed FROM iam_saml_private_key
        WHERE (account_id, key_id) > (:account_id, :id)
        ORDER BY account_id, key_id LIMIT :limit",
    update: "UPDATE iam_saml_private_key SET private_key = :new
        WHERE account_id = :account_id AND key_id = :id AND private_key = :old",
    count: "SELECT COUNT(*) AS n FROM iam_saml_private_key WHERE substr(private_key, 2, 4) = :key_id",
};

pub(crate) const SQL: &[&str] = &[
    INSERT,
    FIND_BY_NAME,
    METADATA,
    LIST,
    COUNT,
    UPDATE,
    UPDATE_METADATA,
    DELETE,
    INSERT_KEY,
    LIST_KEYS,
    DELETE_KEY,
    DELETE_KEYS,
];
