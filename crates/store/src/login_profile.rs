//! Login profiles, the hashes of their passwords sealed.

use domain::{AccessKeyOwner, AccountId, LoginProfile, Passwords};
use zeroize::Zeroizing;

use crate::{EncryptionContext, Entity, Row, Sealer, StoreError, Transaction, document, seal::SealedKind};

/// Stores a new profile with its passwords. [`StoreError::Unique`] when the owner has one.
pub async fn insert(
    tx: &mut Transaction,
    sealer: &Sealer,
    profile: &LoginProfile,
    passwords: &Passwords,
) -> Result<(), StoreError> {
    tx.writes(Entity::login_profile(profile.account_id, &profile.owner));
    put(tx, sealer, INSERT, profile, passwords).await.map(drop)
}

/// The owner's profile.
pub async fn find(
    tx: &mut Transaction,
    account: AccountId,
    owner: &AccessKeyOwner,
) -> Result<Option<LoginProfile>, StoreError> {
    tx.reads(|| Entity::login_profile(account, owner));
    let row = tx.find(FIND, &[(":account_id", &account), (":owner_id", owner)]).await?;
    row.as_ref().map(document::read).transpose()
}

/// The owner's profile with its passwords: to verify with, never to be shown.
pub async fn find_with_passwords(
    tx: &mut Transaction,
    sealer: &Sealer,
    account: AccountId,
    owner: &AccessKeyOwner,
) -> Result<Option<(LoginProfile, Passwords)>, StoreError> {
    let row = tx.find(FIND, &[(":account_id", &account), (":owner_id", owner)]).await?;
    let unseal = |row: Row| {
        let opened = sealer.unseal(context(account, owner), row.bytes("passwords")?)?;
        let passwords = serde_json::from_slice(&opened)
            .map_err(|_| StoreError::Corrupt("the passwords of a login profile cannot be read".into()))?;
        Ok((document::read(&row)?, passwords))
    };
    row.map(unseal).transpose()
}

/// Stores the profile anew, with what may be other passwords.
pub async fn update(
    tx: &mut Transaction,
    sealer: &Sealer,
    profile: &LoginProfile,
    passwords: &Passwords,
) -> Result<(), StoreError> {
    let updated = put(tx, sealer, UPDATE, profile, passwords).await?;
    if updated == 0 { Err(StoreError::NotFound { kind: "login profile" }) } else { Ok(()) }
}

/// Deletes the owner's profile with its passwords; says whether there was one.
pub async fn delete(
    tx: &mut Transaction,
    account: AccountId,
    owner: &AccessKeyOwner,
) -> Result<bool, StoreError> {
    tx.writes(Entity::login_profile(account, owner));
    Ok(tx.execute(DELETE, &[(":account_id", &account), (":owner_id", owner)]).await? > 0)
}

async fn put(
    tx: &mut Transaction,
    sealer: &Sealer,
    sql: &'static str,
    profile: &LoginProfile,
    passwords: &Passwords,
) -> Result<u64, StoreError> {
    let clear = serde_json::to_vec(passwords).map_err(|error| StoreError::Statement(error.to_string()))?;
    let hashes = sealer.seal(context(profile.account_id, &profile.owner), &Zeroizing::new(clear))?;
    tx.execute(
        sql,
        &[
            (":account_id", &profile.account_id),
            (":owner_id", &profile.owner),
            (":passwords", &hashes),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(profile)?),
        ],
    )
    .await
}

fn context(account_id: AccountId, owner: &AccessKeyOwner) -> EncryptionContext<'_> {
    EncryptionContext { account_id, kind: KIND, id: owner.as_str() }
}

const KIND: &str = "login_profile";

const INSERT: &str = "INSERT INTO login_profile (account_id, owner_id, passwords, doc_version, doc)
    VALUES (:account_id, :owner_id, :passwords, :doc_version, :doc)";
const FIND: &str = "SELECT passwords, doc_version, doc FROM login_profile
    WHERE account_id = :account_id AND owner_id = :owner_id";
const UPDATE: &str = "UPDATE login_profile SET passwords = :passwords, doc_version = :doc_version, doc = :doc
    WHERE account_id = :account_id AND owner_id = :owner_id";
const DELETE: &str = "DELETE FROM login_profile WHERE account_id = :account_id AND owner_id = :owner_id";

/// The passwords, for what goes through all secrets.
pub(crate) const SEALED: SealedKind = SealedKind {
    kind: KIND,
    list: "SELECT account_id, owner_id AS id, passwords AS sealed FROM login_profile
        WHERE (account_id, owner_id) > (:account_id, :id)
        ORDER BY account_id, owner_id LIMIT :limit",
    update: "UPDATE login_profile SET passwords = :new
        WHERE account_id = :account_id AND owner_id = :id AND passwords = :old",
    count: "SELECT COUNT(*) AS n FROM login_profile WHERE substr(passwords, 2, 4) = :key_id",
};

pub(crate) const SQL: &[&str] = &[INSERT, FIND, UPDATE, DELETE];
