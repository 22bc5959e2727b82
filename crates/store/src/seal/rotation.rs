//! New keys in place of old ones, beside running servers.
//!
//! The root key, in three steps. A crash between any two of them leaves a store that one of the two files opens, and
//! whoever opens the store finds out which one and goes on from there.
//!
//! 1. The new root key is written to `FILE.new`, or is there already.
//! 2. All data keys are wrapped anew, in one transaction.
//! 3. The old root key is kept as `FILE.ID`, and `FILE.new` is renamed to `FILE`.
//!
//! Data keys: a new one of each purpose joins the others. It begins to seal when it has settled ([`SETTLING`]), and the
//! old ones go on opening. Session keys go when the last session that they can have sealed is over; record keys when
//! everything they sealed has been sealed anew.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::{
    EncryptionContext, RootKey, RootKeyError, SETTLING, SealError, Sealer,
    data_key::{self, DataKey, Purpose},
    envelope,
    root_key::{Place, RotationLock, beside, take_over},
    sealer,
};
use crate::{
    Retry, Row, Store, StoreError, Transaction, access_key, audit_chain,
    audit_event::{self, Record},
    login_profile, mfa_device, migration, saml_provider, server_certificate,
};

/// No session lives longer: the most that GetSessionToken gives a user.
const LONGEST_SESSION: SignedDuration = SignedDuration::from_hours(36);

/// A kind of record with a sealed secret. The statements' columns: the context's parts as `account_id` and `id`, and the
/// sealed secret as `sealed`.
pub(crate) struct SealedKind {
    pub(crate) kind: &'static str,
    /// Up to `:limit` records in the order of `account_id` and `id`, from behind `:account_id` and `:id`.
    pub(crate) list: &'static str,
    /// Stores `:new` in place of `:old`.
    pub(crate) update: &'static str,
    /// How many secrets were sealed under the data key whose number, 4 bytes, is `:key_id`.
    pub(crate) count: &'static str,
}

/// All kinds.
pub(crate) const SEALED: &[&SealedKind] = &[
    &access_key::SEALED,
    &audit_chain::SEALED,
    &login_profile::SEALED,
    &mfa_device::SEALED,
    &saml_provider::SEALED,
    &server_certificate::SEALED,
];

/// A record with its sealed secret.
pub(crate) struct SealedRecord {
    pub(crate) account_id: String,
    pub(crate) id: String,
    pub(crate) sealed: Vec<u8>,
}

impl SealedKind {
    /// The next records, from behind the last one of the page before; empty at the end.
    pub(crate) async fn page(
        &self,
        tx: &mut Transaction,
        after: Option<&SealedRecord>,
    ) -> Result<Vec<SealedRecord>, StoreError> {
        let (account_id, id) =
            after.map(|last| (last.account_id.as_str(), last.id.as_str())).unwrap_or_default();
        let parameters = [(":account_id", &account_id as _), (":id", &id as _), (":limit", &PAGE as _)];
        let read = |row: &Row| {
            Ok(SealedRecord {
                account_id: row.text("account_id")?.to_owned(),
                id: row.text("id")?.to_owned(),
                sealed: row.bytes("sealed")?.to_vec(),
            })
        };
        tx.query(self.list, &parameters).await?.iter().map(read).collect()
    }

    /// What the secret of that record is bound to.
    pub(crate) fn context<'a>(&self, record: &'a SealedRecord) -> Result<EncryptionContext<'a>, StoreError> {
        let account_id = domain::AccountId::parse(&record.account_id)
            .map_err(|_| StoreError::Corrupt("a sealed secret is of no account".into()))?;
        Ok(EncryptionContext { account_id, kind: self.kind, id: &record.id })
    }
}

/// Secrets that are sealed anew in one transaction: few enough that writers do not wait for long.
const PAGE: u32 = 200;

/// Makes the root key that the next rotation will put in place, if it is not there yet; gives its name and file. To be
/// copied to every other node before [`rotate_root_key`].
pub fn prepare_root_key(path: &Path) -> Result<(String, PathBuf), RootKeyError> {
    Ok((RootKey::next(path)?.name(), beside(path)))
}

/// Puts a new root key in place of the one in that file; gives the names of the old one and of the new one. Finishes a
/// rotation that was interrupted before it begins another one. `record` tells the trail of the two names.
pub async fn rotate_root_key(
    store: &Store,
    path: &Path,
    record: Record<'_, (String, String)>,
) -> Result<(String, String), RootKeyError> {
    let lock = RotationLock::take(path)?;
    let (old, place) = RootKey::choose(store, path).await?;
    if matches!(place, Place::Beside) {
        take_over(path, &old, &lock)?;
    }
    let new = RootKey::next(path)?;
    let mut retry = Retry::new();
    loop {
        match wrap_anew(store, &old, &new, record).await {
            Err(SealError::Store(error)) if error.is_conflict() && retry.again().await => {}
            done => break done?,
        }
    }
    take_over(path, &new, &lock)?;
    Ok((old.name(), new.name()))
}

async fn wrap_anew(
    store: &Store,
    old: &RootKey,
    new: &RootKey,
    record: Record<'_, (String, String)>,
) -> Result<(), SealError> {
    let mut tx = store.write().await?;
    for key in data_key::list(&mut tx).await? {
        // Somebody else may have done it with the same two keys.
        if !new.wrapped(&key.wrapped) {
            let bytes = old.unwrap(key.id, key.purpose.as_str(), &key.wrapped)?;
            data_key::update(&mut tx, key.id, &new.wrap(key.id, key.purpose.as_str(), &bytes)?).await?;
        }
    }
    audit_event::record(&mut tx, record, &(old.name(), new.name())).await?;
    Ok(tx.commit().await?)
}

/// Which data keys a rotation made and deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataKeyRotation {
    /// Numbers of the new keys.
    pub made: Vec<u32>,
    /// Numbers of session keys that can have sealed no session that is still alive.
    pub deleted: Vec<u32>,
}

/// Makes a new data key of each purpose, and deletes the session keys that nothing needs any more. `record` tells the trail.
pub async fn rotate_data_keys(
    store: &Store,
    root_key: &RootKey,
    record: Record<'_, DataKeyRotation>,
    now: Timestamp,
) -> Result<DataKeyRotation, SealError> {
    let mut retry = Retry::new();
    loop {
        match add_data_keys(store, root_key, record, now).await {
            Err(SealError::Store(error))
                if (error.is_conflict() || matches!(error, StoreError::Unique { .. }))
                    && retry.again().await => {}
            done => return done,
        }
    }
}

async fn add_data_keys(
    store: &Store,
    root_key: &RootKey,
    record: Record<'_, DataKeyRotation>,
    now: Timestamp,
) -> Result<DataKeyRotation, SealError> {
    let mut rotation = DataKeyRotation::default();
    let mut tx = store.write().await?;
    let mut keys = data_key::list(&mut tx).await?;
    // Before a key of another root key joins them.
    data_key::require_root_key(&mut tx, root_key).await?;
    for key in outlived(&keys, now) {
        data_key::delete(&mut tx, key).await?;
        rotation.deleted.push(key);
    }
    for purpose in Purpose::ALL {
        rotation.made.push(sealer::add(&mut tx, &mut keys, purpose, root_key, now).await?);
    }
    audit_event::record(&mut tx, record, &rotation).await?;
    tx.commit().await?;
    Ok(rotation)
}

/// The session keys whose successor has been sealing for longer than any session lives.
fn outlived(keys: &[DataKey], now: Timestamp) -> Vec<u32> {
    let over =
        |successor: &DataKey| now.duration_since(successor.created_at) > LONGEST_SESSION + SETTLING * 2;
    let sessions = || keys.iter().filter(|key| key.purpose == Purpose::Session);
    let newest_over = sessions().filter(|key| key.active && over(key)).map(|key| key.id).max();
    sessions().map(|key| key.id).filter(|id| newest_over.is_some_and(|newest| *id < newest)).collect()
}

/// What sealing anew came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reseal {
    /// Secrets that were sealed anew.
    pub secrets: u64,
    /// Numbers of the record keys that were deleted, as nothing is sealed under them any more.
    pub deleted: Vec<u32>,
}

/// Seals every secret that is not sealed under the sealing record key anew, and then deletes the other record keys.
///
/// The sealing key must have settled, so that no other node seals under an older one any more. What clients hold that was
/// sealed under a deleted key, markers of pages, is refused from then on. `record` tells the trail when all is done: sealing
/// anew what was sealed changes nothing, and may be begun again.
pub async fn reseal(
    store: &Store,
    sealer: &Sealer,
    record: Record<'_, Reseal>,
    now: Timestamp,
) -> Result<Reseal, SealError> {
    let mut reseal = Reseal::default();
    migration::require_all_known(&mut store.read()).await?;
    for kind in SEALED {
        let mut page = kind.page(&mut store.read(), None).await?;
        while let Some(last) = page.last() {
            let old = |record: &&SealedRecord| envelope::key_id(&record.sealed) != Some(sealer.record_key());
            let records: Vec<&SealedRecord> = page.iter().filter(old).collect();
            let mut retry = Retry::new();
            reseal.secrets += loop {
                match reseal_page(store, sealer, kind, &records).await {
                    Err(SealError::Store(error)) if error.is_conflict() && retry.again().await => {}
                    done => break done?,
                }
            };
            page = kind.page(&mut store.read(), Some(last)).await?;
        }
    }
    let mut retry = Retry::new();
    loop {
        match finish(store, sealer, record, reseal.secrets, now).await {
            Err(SealError::Store(error)) if error.is_conflict() && retry.again().await => {}
            done => return done,
        }
    }
}

async fn finish(
    store: &Store,
    sealer: &Sealer,
    record: Record<'_, Reseal>,
    secrets: u64,
    now: Timestamp,
) -> Result<Reseal, SealError> {
    let mut tx = store.write().await?;
    let deleted = delete_unused(&mut tx, sealer.record_key(), now).await?;
    let reseal = Reseal { secrets, deleted };
    audit_event::record(&mut tx, record, &reseal).await?;
    tx.commit().await?;
    Ok(reseal)
}

async fn reseal_page(
    store: &Store,
    sealer: &Sealer,
    kind: &SealedKind,
    records: &[&SealedRecord],
) -> Result<u64, SealError> {
    if records.is_empty() {
        return Ok(0);
    }
    let mut changed = 0;
    let mut tx = store.write().await?;
    for record in records {
        let context = kind.context(record)?;
        let new = sealer.seal(context, &sealer.unseal(context, &record.sealed)?)?;
        // Changes nothing when the record was deleted or changed meanwhile.
        changed += tx
            .execute(
                kind.update,
                &[
                    (":account_id", &record.account_id),
                    (":id", &record.id),
                    (":old", &record.sealed),
                    (":new", &new),
                ],
            )
            .await?;
    }
    tx.commit().await?;
    Ok(changed)
}

/// Deletes the record keys but `sealing`, and those newer than it, that no secret is sealed under.
async fn delete_unused(tx: &mut Transaction, sealing: u32, now: Timestamp) -> Result<Vec<u32>, SealError> {
    let mut deleted = Vec::new();
    // A newer program may seal what this one does not count.
    migration::require_all_known(tx).await?;
    let keys = data_key::list(tx).await?;
    if data_key::sealing(&keys, Purpose::Record, now) != Some(sealing) {
        return Ok(deleted);
    }
    for key in keys.iter().filter(|key| key.purpose == Purpose::Record && key.id < sealing) {
        let mut sealed = 0;
        for kind in SEALED {
            let number: &[u8] = &key.id.to_be_bytes();
            sealed +=
                tx.find(kind.count, &[(":key_id", &number)]).await?.map_or(Ok(0), |row| row.count("n"))?;
        }
        if sealed == 0 {
            data_key::delete(tx, key.id).await?;
            deleted.push(key.id);
        }
    }
    Ok(deleted)
}

/// The statements alone.
pub(crate) fn sql() -> impl Iterator<Item = &'static str> {
    SEALED.iter().flat_map(|kind| [kind.list, kind.update, kind.count])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{TABLES, Type};

    fn key(id: u32, purpose: Purpose, hours_ago: i64, now: Timestamp) -> DataKey {
        let created_at = now - SignedDuration::from_hours(hours_ago);
        DataKey { id, purpose, active: true, wrapped: vec![], created_at }
    }

    #[test]
    fn every_sealed_column_is_known() {
        for table in TABLES {
            for (column, _) in table.columns.iter().filter(|(_, kind)| *kind == Type::Bytes) {
                let update = format!("UPDATE {} SET {column} = :new", table.name);
                let sealed = SEALED.iter().any(|kind| kind.update.starts_with(&update));
                let not_sealed =
                    [("audit_batch", "packed"), ("audit_batch_unsorted", "hashes"), ("data_key", "wrapped")];
                assert!(sealed || not_sealed.contains(&(table.name, *column)), "{}.{column}", table.name);
            }
        }
    }

    #[test]
    fn session_keys_live_as_long_as_what_they_sealed() {
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let session = |id, hours_ago| key(id, Purpose::Session, hours_ago, now);
        assert_eq!(outlived(&[session(1, 1000)], now), [0; 0], "the only one seals");
        assert_eq!(
            outlived(&[session(1, 1000), session(2, 36)], now),
            [0; 0],
            "its last sessions may be alive"
        );
        assert_eq!(outlived(&[session(1, 1000), session(2, 37)], now), [1]);
        assert_eq!(outlived(&[session(1, 1000), session(2, 99), session(3, 37), session(4, 1)], now), [1, 2]);
        assert_eq!(outlived(&[session(1, 1000), key(2, Purpose::Record, 99, now)], now), [0; 0]);
    }

    #[test]
    fn a_new_key_seals_when_it_has_settled() {
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let mut keys = vec![key(1, Purpose::Record, 0, now), key(2, Purpose::Session, 0, now)];
        assert_eq!(data_key::sealing(&keys, Purpose::Record, now), Some(1), "the first one seals at once");
        keys.push(key(3, Purpose::Record, 0, now));
        assert_eq!(data_key::sealing(&keys, Purpose::Record, now), Some(1));
        assert_eq!(data_key::sealing(&keys, Purpose::Record, now + SETTLING), Some(3));
        assert_eq!(data_key::sealing(&keys, Purpose::Session, now + SETTLING), Some(2));
        keys[2].active = false;
        assert_eq!(data_key::sealing(&keys, Purpose::Record, now + SETTLING), Some(1));
    }
}
