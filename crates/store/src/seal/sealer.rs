use std::{collections::BTreeMap, fmt, sync::Arc};

use domain::AccountId;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{
    MAX_PLAINTEXT, RootKey, SealError,
    data_key::{self, DataKey, Purpose},
    envelope::{self, KeyRing},
    root_key::random_key,
};
use crate::{Retry, Store, StoreError};

/// What a sealed secret belongs to; it opens for the same context only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncryptionContext<'a> {
    /// The account that owns the record.
    pub account_id: AccountId,
    /// The kind of record, such as `access_key`.
    pub kind: &'static str,
    /// The record's id, never used again after it is deleted.
    pub id: &'a str,
}

impl<'a> EncryptionContext<'a> {
    fn parts(self, account_id: &'a str) -> [&'a [u8]; 3] {
        [account_id.as_bytes(), self.kind.as_bytes(), self.id.as_bytes()]
    }
}

/// Seals the secrets of records. Cheap to clone.
#[derive(Clone)]
pub struct Sealer {
    records: Arc<KeyRing>,
    sessions: SessionSealer,
}

/// Seals session tokens: every node with the same store and root key opens what any of them sealed. Cheap to clone.
#[derive(Clone)]
pub struct SessionSealer {
    keys: Arc<KeyRing>,
}

/// The longest session that can be sealed, in bytes.
pub const MAX_SESSION_TOKEN: usize = 16 * 1024;

impl Sealer {
    /// Unwraps the store's data keys, after making those that are missing. `now` dates new keys.
    pub async fn open(store: &Store, root_key: &RootKey, now: Timestamp) -> Result<Self, SealError> {
        let mut keys = data_key::list(&mut store.read()).await?;
        let mut retry = Retry::new();
        while !complete(&keys) {
            match add_missing(store, root_key, now).await {
                Ok(all) => keys = all,
                // Another node is making them at the same time.
                Err(SealError::Store(error))
                    if (error.is_conflict() || matches!(error, StoreError::Unique { .. }))
                        && retry.again().await => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self {
            records: Arc::new(ring(Purpose::Record, &keys, root_key)?),
            sessions: SessionSealer { keys: Arc::new(ring(Purpose::Session, &keys, root_key)?) },
        })
    }

    /// Seals a secret of up to [`MAX_PLAINTEXT`] bytes.
    pub fn seal(&self, context: EncryptionContext<'_>, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        let account_id = context.account_id.to_string();
        self.records.seal(&context.parts(&account_id), plaintext)
    }

    /// Opens a secret that was sealed for the same context.
    pub fn unseal(
        &self,
        context: EncryptionContext<'_>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let account_id = context.account_id.to_string();
        self.records.open(&context.parts(&account_id), sealed, MAX_PLAINTEXT)
    }

    /// The sealer of session tokens.
    pub fn sessions(&self) -> &SessionSealer {
        &self.sessions
    }
}

impl SessionSealer {
    /// Seals a session of up to [`MAX_SESSION_TOKEN`] bytes, bound to its `access_key_id`.
    pub fn seal(&self, access_key_id: &str, session: &[u8]) -> Result<Vec<u8>, SealError> {
        if session.len() > MAX_SESSION_TOKEN {
            return Err(SealError::TooLong);
        }
        self.keys.seal(&[access_key_id.as_bytes()], session)
    }

    /// Opens a session that was sealed for the same access key.
    pub fn unseal(&self, access_key_id: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.keys.open(&[access_key_id.as_bytes()], sealed, MAX_SESSION_TOKEN)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(redacted)")
    }
}

impl fmt::Debug for SessionSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionSealer(redacted)")
    }
}

fn complete(keys: &[DataKey]) -> bool {
    Purpose::ALL.into_iter().all(|purpose| active(keys, purpose).is_some())
}

fn active(keys: &[DataKey], purpose: Purpose) -> Option<u32> {
    keys.iter().filter(|key| key.purpose == purpose && key.active).map(|key| key.id).max()
}

async fn add_missing(store: &Store, root_key: &RootKey, now: Timestamp) -> Result<Vec<DataKey>, SealError> {
    let mut tx = store.write().await?;
    let mut keys = data_key::list(&mut tx).await?;
    for existing in &keys {
        // Before a key of another root key joins them.
        root_key.unwrap(existing.id, existing.purpose.as_str(), &existing.wrapped)?;
    }
    for purpose in Purpose::ALL {
        if active(&keys, purpose).is_none() {
            let id = keys.iter().map(|key| key.id).max().unwrap_or(0).saturating_add(1);
            let bytes = random_key().map_err(|_| SealError::Cipher)?;
            let wrapped = root_key.wrap(id, purpose.as_str(), &*bytes)?;
            let key = DataKey { id, purpose, active: true, wrapped };
            data_key::insert(&mut tx, &key, now).await?;
            keys.push(key);
        }
    }
    tx.commit().await?;
    Ok(keys)
}

fn ring(purpose: Purpose, keys: &[DataKey], root_key: &RootKey) -> Result<KeyRing, SealError> {
    let mut unwrapped = BTreeMap::new();
    for key in keys.iter().filter(|key| key.purpose == purpose) {
        let bytes = root_key.unwrap(key.id, purpose.as_str(), &key.wrapped)?;
        unwrapped.insert(key.id, envelope::key(&bytes)?);
    }
    let active = active(keys, purpose).ok_or(SealError::UnknownKey(0))?;
    Ok(KeyRing::new(purpose.as_str(), active, unwrapped))
}
