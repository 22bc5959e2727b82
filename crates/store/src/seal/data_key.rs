//! The table of wrapped data keys.

use jiff::{SignedDuration, Timestamp};

use super::{RootKey, SealError};
use crate::{StoreError, Transaction};

/// What a data key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Secrets in records.
    Record,
    /// Session tokens.
    Session,
}

impl Purpose {
    pub(super) const ALL: [Self; 2] = [Self::Record, Self::Session];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Session => "session",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text)
    }
}

/// A data key as stored.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct DataKey {
    pub(super) id: u32,
    pub(super) purpose: Purpose,
    /// Of the active keys of a purpose the newest one seals; all others only open. See [`sealing`].
    pub(super) active: bool,
    pub(super) wrapped: Vec<u8>,
    pub(super) created_at: Timestamp,
}

/// How long a new data key only opens: within that time every node learns of it, so that none is shown what it cannot
/// open. Must be longer than servers take to look again.
pub const SETTLING: SignedDuration = SignedDuration::from_secs(5);

/// The key of that purpose that seals: the newest that has settled. The oldest where none has, as on a first start.
pub(super) fn sealing(keys: &[DataKey], purpose: Purpose, now: Timestamp) -> Option<u32> {
    let active = || keys.iter().filter(|key| key.purpose == purpose && key.active);
    let settled = active().filter(|key| now.duration_since(key.created_at) >= SETTLING);
    settled.map(|key| key.id).max().or_else(|| active().map(|key| key.id).min())
}

/// Fails unless the root key unwraps all data keys.
pub(crate) async fn require_root_key(tx: &mut Transaction, root_key: &RootKey) -> Result<(), SealError> {
    for key in list(tx).await? {
        root_key.unwrap(key.id, key.purpose.as_str(), &key.wrapped)?;
    }
    Ok(())
}

/// All keys, oldest first.
pub(super) async fn list(tx: &mut Transaction) -> Result<Vec<DataKey>, StoreError> {
    let rows = tx.query(LIST, &[]).await?;
    rows.iter()
        .map(|row| {
            let damaged = || StoreError::Corrupt("a data key's row is not valid".into());
            Ok(DataKey {
                id: u32::try_from(row.integer("key_id")?).map_err(|_| damaged())?,
                purpose: Purpose::parse(row.text("purpose")?).ok_or_else(damaged)?,
                active: row.text("state")? == ACTIVE,
                wrapped: row.bytes("wrapped")?.to_vec(),
                created_at: row.time("created_at")?,
            })
        })
        .collect()
}

pub(super) async fn insert(tx: &mut Transaction, key: &DataKey) -> Result<(), StoreError> {
    let state = if key.active { ACTIVE } else { RETIRED };
    tx.execute(
        INSERT,
        &[
            (":key_id", &key.id),
            (":purpose", &key.purpose.as_str()),
            (":state", &state),
            (":wrapped", &key.wrapped),
            (":created_at", &key.created_at),
        ],
    )
    .await?;
    Ok(())
}

/// Stores the key wrapped anew.
pub(super) async fn update(tx: &mut Transaction, id: u32, wrapped: &[u8]) -> Result<(), StoreError> {
    tx.execute(UPDATE, &[(":key_id", &id), (":wrapped", &wrapped)]).await?;
    Ok(())
}

/// Deletes the key: what it sealed can never be opened again.
pub(super) async fn delete(tx: &mut Transaction, id: u32) -> Result<(), StoreError> {
    tx.execute(DELETE, &[(":key_id", &id)]).await?;
    Ok(())
}

/// The state of a key that may seal.
const ACTIVE: &str = "active";
/// The state of a key that only opens.
const RETIRED: &str = "retired";

const LIST: &str = "SELECT key_id, purpose, state, wrapped, created_at FROM data_key ORDER BY key_id";
const INSERT: &str = "INSERT INTO data_key (key_id, purpose, state, wrapped, created_at)
    VALUES (:key_id, :purpose, :state, :wrapped, :created_at)";

const UPDATE: &str = "UPDATE data_key SET wrapped = :wrapped WHERE key_id = :key_id";
const DELETE: &str = "DELETE FROM data_key WHERE key_id = :key_id";

pub(crate) const SQL: &[&str] = &[LIST, INSERT, UPDATE, DELETE];
