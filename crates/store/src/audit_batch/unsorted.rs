//! What new batches are looked up by lies with each of them in one row, until there are many: then it is sorted in among all
//! else of its day. One by one, each would be written to another page of a large table.

use domain::AccountId;
use jiff::Timestamp;

use super::{
    Named,
    key::{self, Key, hashes},
};
use crate::{StoreError, Transaction};

/// As many batches lie by themselves; more are sorted in.
const MANY: u32 = 32;
/// So many keys are enough for one transaction: others that write wait for it.
const KEYS: usize = 8192;

/// Whether there are so many batches whose keys are not sorted in that it is time to.
pub async fn many_unsorted(tx: &mut Transaction) -> Result<bool, StoreError> {
    let row = tx.find(COUNT, &[(":limit", &MANY)]).await?;
    Ok(row.map_or(Ok(0), |row| row.count("n"))? >= u64::from(MANY))
}

/// Sorts in what some of the new batches are looked up by.
pub async fn sort_keys(tx: &mut Transaction) -> Result<(), StoreError> {
    let mut keys: Vec<Key> = Vec::new();
    for row in &tx.query(LIST, &[(":limit", &MANY)]).await? {
        if keys.len() >= KEYS {
            break;
        }
        let (account_id, last_at, id) =
            (row.text("account_id")?, row.time("last_at")?, row.text("batch_id")?);
        let hashes = hashes(row.bytes("hashes")?).iter();
        keys.extend(hashes.map(|hash| Key::new(i64::from_be_bytes(*hash), last_at)));
        tx.execute(DELETE, &[(":account_id", &account_id), (":last_at", &last_at), (":batch_id", &id)])
            .await?;
    }
    keys.sort_unstable();
    key::insert(tx, &keys).await
}

/// Batches of an account of which one has a hash, newest first.
pub(super) struct Having<'a> {
    pub(super) account_id: &'a AccountId,
    pub(super) hash: i64,
    /// None that ended before.
    pub(super) from: Timestamp,
    /// The batch behind which the next page begins.
    pub(super) after: (Timestamp, String),
}

impl Having<'_> {
    /// The times and ids of those of the next page; none at the end.
    pub(super) async fn next(
        &mut self,
        tx: &mut Transaction,
    ) -> Result<Option<Vec<(Timestamp, String)>>, StoreError> {
        let (after_at, after_id) = &self.after;
        let window: [Named<'_>; 5] = [
            (":account_id", self.account_id),
            (":from", &self.from),
            (":after_at", after_at),
            (":after_id", after_id),
            (":limit", &MANY),
        ];
        let rows = tx.query(LIST_OF, &window).await?;
        let mut found = Vec::new();
        for row in &rows {
            let place = (row.time("last_at")?, row.text("batch_id")?.to_owned());
            if hashes(row.bytes("hashes")?).binary_search(&self.hash.to_be_bytes()).is_ok() {
                found.push(place.clone());
            }
            self.after = place;
        }
        Ok(if rows.is_empty() { None } else { Some(found) })
    }
}

pub(super) const INSERT: &str = "INSERT INTO audit_batch_unsorted (account_id, last_at, batch_id, hashes)
    VALUES (:account_id, :last_at, :batch_id, :hashes)";
pub(super) const COUNT: &str =
    "SELECT COUNT(*) AS n FROM (SELECT account_id FROM audit_batch_unsorted LIMIT :limit) k";
pub(super) const LIST: &str = "SELECT account_id, last_at, batch_id, hashes FROM audit_batch_unsorted
    ORDER BY account_id, last_at, batch_id LIMIT :limit";
pub(super) const LIST_OF: &str = "SELECT last_at, batch_id, hashes FROM audit_batch_unsorted
    WHERE account_id = :account_id AND last_at >= :from AND (last_at, batch_id) < (:after_at, :after_id)
    ORDER BY last_at DESC, batch_id DESC LIMIT :limit";
pub(super) const DELETE: &str = "DELETE FROM audit_batch_unsorted
    WHERE account_id = :account_id AND last_at = :last_at AND batch_id = :batch_id";
