//! The table of wrapped data keys.

use jiff::Timestamp;

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
pub(super) struct DataKey {
    pub(super) id: u32,
    pub(super) purpose: Purpose,
    /// Of the active keys of a purpose the one with the highest number seals; all others only open.
    pub(super) active: bool,
    pub(super) wrapped: Vec<u8>,
}

/// Whether there is any data key: whether a root key is bound to the store.
pub(super) async fn exist(tx: &mut Transaction) -> Result<bool, StoreError> {
    Ok(!list(tx).await?.is_empty())
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
            })
        })
        .collect()
}

pub(super) async fn insert(tx: &mut Transaction, key: &DataKey, now: Timestamp) -> Result<(), StoreError> {
    let state = if key.active { ACTIVE } else { RETIRED };
    tx.execute(
        INSERT,
        &[
            (":key_id", &key.id),
            (":purpose", &key.purpose.as_str()),
            (":state", &state),
            (":wrapped", &key.wrapped),
            (":created_at", &now),
        ],
    )
    .await?;
    Ok(())
}

/// The state of a key that may seal.
const ACTIVE: &str = "active";
/// The state of a key that only opens.
const RETIRED: &str = "retired";

const LIST: &str = "SELECT key_id, purpose, state, wrapped FROM data_key ORDER BY key_id";
const INSERT: &str = "INSERT INTO data_key (key_id, purpose, state, wrapped, created_at)
    VALUES (:key_id, :purpose, :state, :wrapped, :created_at)";

pub(crate) const SQL: &[&str] = &[LIST, INSERT];
