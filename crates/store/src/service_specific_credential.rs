//! Credentials that users have for one service alone.

use domain::{AccountId, ServiceSpecificCredential, UniqueId};

use crate::{StoreError, Transaction, document, page};

/// Stores a new credential. [`StoreError::Unique`] when the service knows another one by that name.
pub async fn insert(tx: &mut Transaction, credential: &ServiceSpecificCredential) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        &[
            (":account_id", &credential.account_id),
            (":credential_id", &credential.id),
            (":user_id", &credential.user_id),
            (":service_name", &credential.service_name),
            (":service_user_name", &credential.service_user_name),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(credential)?),
        ],
    )
    .await?;
    Ok(())
}

/// The credential of that id.
pub async fn find(
    tx: &mut Transaction,
    account: AccountId,
    id: &UniqueId,
) -> Result<Option<ServiceSpecificCredential>, StoreError> {
    let row = tx.find(FIND, &[(":account_id", &account), (":credential_id", id)]).await?;
    row.as_ref().map(document::read).transpose()
}

/// The credential that the service knows by that name.
pub async fn find_by_name(
    tx: &mut Transaction,
    account: AccountId,
    service_name: &str,
    service_user_name: &str,
) -> Result<Option<ServiceSpecificCredential>, StoreError> {
    let parameters = [
        (":account_id", &account as _),
        (":service_name", &service_name as _),
        (":service_user_name", &service_user_name as _),
    ];
    tx.find(FIND_BY_NAME, &parameters).await?.as_ref().map(document::read).transpose()
}

/// Up to `limit` credentials of the user, for whatever service, by id, from behind the id `after`.
pub async fn list(
    tx: &mut Transaction,
    account: AccountId,
    user: &UniqueId,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<ServiceSpecificCredential>, StoreError> {
    let after = page::begin(after);
    let rows = tx
        .query(LIST, &[(":account_id", &account), (":user_id", user), (":after", &after), (":limit", &limit)])
        .await?;
    document::read_all(&rows)
}

/// Up to `limit` credentials of all users, for that service or for whatever service, by id, from behind the id `after`.
pub async fn list_all(
    tx: &mut Transaction,
    account: AccountId,
    service_name: Option<&str>,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<ServiceSpecificCredential>, StoreError> {
    let all = char::MAX.to_string();
    let rows = tx
        .query(
            LIST_ALL,
            &[
                (":account_id", &account),
                (":first_service", &service_name.unwrap_or_default()),
                (":last_service", &service_name.unwrap_or(&all)),
                (":after", &page::begin(after)),
                (":limit", &limit),
            ],
        )
        .await?;
    document::read_all(&rows)
}

/// Stores the credential anew; user, service and name stay as they are.
pub async fn update(tx: &mut Transaction, credential: &ServiceSpecificCredential) -> Result<(), StoreError> {
    let updated = tx
        .execute(
            UPDATE,
            &[
                (":account_id", &credential.account_id),
                (":credential_id", &credential.id),
                (":doc_version", &document::VERSION),
                (":doc", &document::write(credential)?),
            ],
        )
        .await?;
    if updated == 0 { Err(StoreError::NotFound { kind: "service-specific credential" }) } else { Ok(()) }
}

/// Deletes the credential; says whether there was one.
pub async fn delete(tx: &mut Transaction, account: AccountId, id: &UniqueId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, &[(":account_id", &account), (":credential_id", id)]).await? > 0)
}

const INSERT: &str = "INSERT INTO service_specific_credential
    (account_id, credential_id, user_id, service_name, service_user_name, doc_version, doc)
    VALUES (:account_id, :credential_id, :user_id, :service_name, :service_user_name, :doc_version, :doc)";
const FIND: &str = "SELECT doc_version, doc FROM service_specific_credential
    WHERE account_id = :account_id AND credential_id = :credential_id";
const FIND_BY_NAME: &str = "SELECT doc_version, doc FROM service_specific_credential
    WHERE account_id = :account_id AND service_name = :service_name
    AND service_user_name = :service_user_name";
const LIST: &str = "SELECT doc_version, doc FROM service_specific_credential
    WHERE account_id = :account_id AND user_id = :user_id AND credential_id > :after
    ORDER BY credential_id LIMIT :limit";
const LIST_ALL: &str = "SELECT doc_version, doc FROM service_specific_credential
    WHERE account_id = :account_id AND credential_id > :after
    AND service_name >= :first_service AND service_name <= :last_service
    ORDER BY credential_id LIMIT :limit";
const UPDATE: &str = "UPDATE service_specific_credential SET doc_version = :doc_version, doc = :doc
    WHERE account_id = :account_id AND credential_id = :credential_id";
const DELETE: &str = "DELETE FROM service_specific_credential
    WHERE account_id = :account_id AND credential_id = :credential_id";

pub(crate) const SQL: &[&str] = &[INSERT, FIND, FIND_BY_NAME, LIST, LIST_ALL, UPDATE, DELETE];
