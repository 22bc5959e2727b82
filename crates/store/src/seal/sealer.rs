use std::{
    collections::BTreeMap,
    fmt,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use domain::AccountId;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{
    MAX_PLAINTEXT, RootKey, RootKeyError, SealError,
    data_key::{self, DataKey, Purpose},
    envelope::{self, KeyRing},
    root_key::random_key,
};
use crate::{Retry, Store, StoreError, Transaction};

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

/// Seals the secrets of records. Cheap to clone; all clones learn of new keys together.
#[derive(Clone)]
pub struct Sealer {
    records: Arc<RwLock<KeyRing>>,
    sessions: SessionSealer,
    /// The data keys that the rings were made of.
    seen: Arc<Mutex<Vec<DataKey>>>,
}

/// Seals session tokens: every node with the same store and root key opens what any of them sealed. Cheap to clone.
#[derive(Clone)]
pub struct SessionSealer {
    keys: Arc<RwLock<KeyRing>>,
    /// How often the keys have changed.
    changes: Arc<AtomicU64>,
}

/// The longest session that can be sealed, in bytes.
pub const MAX_SESSION_TOKEN: usize = 16 * 1024;

impl Sealer {
    /// Unwraps the store's data keys, after making those that are missing. `now` dates new keys.
    pub async fn open(store: &Store, root_key: &RootKey, now: Timestamp) -> Result<Self, SealError> {
        let mut keys = data_key::list(&mut store.read()).await?;
        let mut retry = Retry::new();
        while !complete(&keys, now) {
            match add_missing(store, root_key, now).await {
                Ok(all) => keys = all,
                // Another node is making them at the same time.
                Err(SealError::Store(error))
                    if (error.is_conflict() || matches!(error, StoreError::Unique { .. }))
                        && retry.again().await => {}
                Err(error) => return Err(error),
            }
        }
        let records = ring(Purpose::Record, &keys, root_key, now)?;
        let sessions = ring(Purpose::Session, &keys, root_key, now)?;
        Ok(Self {
            records: Arc::new(RwLock::new(records)),
            sessions: SessionSealer { keys: Arc::new(RwLock::new(sessions)), changes: Arc::default() },
            seen: Arc::new(Mutex::new(keys)),
        })
    }

    /// Learns what has become of the data keys meanwhile: new ones are taken in, one that has settled begins to seal. The
    /// root key is read from its file again when the store's keys are wrapped anew, and a rotation that was interrupted
    /// is finished. Says whether anything changed. To be called every second by whoever keeps a sealer for long.
    pub async fn refresh(
        &self,
        store: &Store,
        root_key_file: &Path,
        now: Timestamp,
    ) -> Result<bool, RootKeyError> {
        let keys = data_key::list(&mut store.read()).await?;
        let rings = [(Purpose::Record, &self.records), (Purpose::Session, &self.sessions.keys)];
        let unchanged = *self.seen.lock().unwrap_or_else(PoisonError::into_inner) == keys
            && rings
                .iter()
                .all(|(purpose, ring)| data_key::sealing(&keys, *purpose, now) == Some(read(ring).active()));
        if unchanged {
            return Ok(false);
        }
        let root_key = RootKey::for_store(store, root_key_file).await?;
        for (purpose, current) in rings {
            let new = ring(purpose, &keys, &root_key, now)?;
            *current.write().unwrap_or_else(PoisonError::into_inner) = new;
        }
        self.sessions.changes.fetch_add(1, Ordering::SeqCst);
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(true)
    }

    /// The number of the data key that seals records now.
    pub(super) fn record_key(&self) -> u32 {
        read(&self.records).active()
    }

    /// Seals a secret of up to [`MAX_PLAINTEXT`] bytes.
    pub fn seal(&self, context: EncryptionContext<'_>, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        let account_id = context.account_id.to_string();
        read(&self.records).seal(&context.parts(&account_id), plaintext)
    }

    /// Opens a secret that was sealed for the same context.
    pub fn unseal(
        &self,
        context: EncryptionContext<'_>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let account_id = context.account_id.to_string();
        read(&self.records).open(&context.parts(&account_id), sealed, MAX_PLAINTEXT)
    }

    /// The sealer of session tokens.
    pub fn sessions(&self) -> &SessionSealer {
        &self.sessions
    }
}

impl SessionSealer {
    /// How often the keys have changed so far: what was opened under other keys is to be opened once more.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// Seals a session of up to [`MAX_SESSION_TOKEN`] bytes, bound to its `access_key_id`.
    pub fn seal(&self, access_key_id: &str, session: &[u8]) -> Result<Vec<u8>, SealError> {
        if session.len() > MAX_SESSION_TOKEN {
            return Err(SealError::TooLong);
        }
        read(&self.keys).seal(&[access_key_id.as_bytes()], session)
    }

    /// Opens a session that was sealed for the same access key.
    pub fn unseal(&self, access_key_id: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        read(&self.keys).open(&[access_key_id.as_bytes()], sealed, MAX_SESSION_TOKEN)
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

/// The ring, for a moment: nothing is done under this lock but to seal or open.
fn read(ring: &RwLock<KeyRing>) -> RwLockReadGuard<'_, KeyRing> {
    ring.read().unwrap_or_else(PoisonError::into_inner)
}

fn complete(keys: &[DataKey], now: Timestamp) -> bool {
    Purpose::ALL.into_iter().all(|purpose| data_key::sealing(keys, purpose, now).is_some())
}

async fn add_missing(store: &Store, root_key: &RootKey, now: Timestamp) -> Result<Vec<DataKey>, SealError> {
    let mut tx = store.write().await?;
    let mut keys = data_key::list(&mut tx).await?;
    // Before a key of another root key joins them.
    data_key::require_root_key(&mut tx, root_key).await?;
    for purpose in Purpose::ALL {
        if data_key::sealing(&keys, purpose, now).is_none() {
            add(&mut tx, &mut keys, purpose, root_key, now).await?;
        }
    }
    tx.commit().await?;
    Ok(keys)
}

/// Makes a data key; gives its number.
pub(super) async fn add(
    tx: &mut Transaction,
    keys: &mut Vec<DataKey>,
    purpose: Purpose,
    root_key: &RootKey,
    now: Timestamp,
) -> Result<u32, SealError> {
    // As the store dates it.
    let created_at = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
    let id = keys.iter().map(|key| key.id).max().unwrap_or(0).saturating_add(1);
    let bytes = random_key().map_err(|_| SealError::Cipher)?;
    let wrapped = root_key.wrap(id, purpose.as_str(), &*bytes)?;
    let key = DataKey { id, purpose, active: true, wrapped, created_at };
    data_key::insert(tx, &key).await?;
    keys.push(key);
    Ok(id)
}

fn ring(
    purpose: Purpose,
    keys: &[DataKey],
    root_key: &RootKey,
    now: Timestamp,
) -> Result<KeyRing, SealError> {
    let mut unwrapped = BTreeMap::new();
    for key in keys.iter().filter(|key| key.purpose == purpose) {
        let bytes = root_key.unwrap(key.id, purpose.as_str(), &key.wrapped)?;
        unwrapped.insert(key.id, envelope::key(&bytes)?);
    }
    let active = data_key::sealing(keys, purpose, now).ok_or(SealError::UnknownKey(0))?;
    Ok(KeyRing::new(purpose.as_str(), active, unwrapped))
}
