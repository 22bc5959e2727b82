//! When keys and roles were last used, and who last accessed which service: gathered in memory, written in batches, so
//! that using a key writes nothing.

use crate::service_accesses::ServiceAccesses;
use domain::{AccountId, LastUsed};
use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};
use store::{
    Store, StoreError,
    last_used::{self, UsedKind},
};

/// A use that is not written yet.
#[derive(Clone, Debug)]
struct Use {
    account_id: AccountId,
    kind: UsedKind,
    at: LastUsed,
}

/// Uses not yet written, by the id of what was used: ids of keys and roles are unique among all accounts.
#[derive(Debug, Default)]
pub struct LastUses {
    /// Accesses of users and roles to services.
    pub(crate) services: ServiceAccesses,
    waiting: Mutex<HashMap<String, Use>>,
}

impl LastUses {
    /// Notes a use. The first one since the last writing is kept: AWS records the first use in a span of time.
    pub fn note(&self, account_id: AccountId, kind: UsedKind, id: &str, at: impl FnOnce() -> LastUsed) {
        let mut waiting = self.waiting();
        if !waiting.contains_key(id) {
            waiting.insert(id.to_owned(), Use { account_id, kind, at: at() });
        }
    }

    /// The use of that id that waits to be written, if there is one.
    pub fn find(&self, id: &str) -> Option<LastUsed> {
        self.waiting().get(id).map(|used| used.at.clone())
    }

    /// Writes what waits. What cannot be written waits on.
    pub async fn flush(&self, store: &Store) -> Result<(), StoreError> {
        self.services.flush(store).await?;
        let batch = mem::take(&mut *self.waiting());
        if batch.is_empty() {
            return Ok(());
        }
        let written = write(store, &batch).await;
        if written.is_err() {
            let mut waiting = self.waiting();
            for (id, used) in batch {
                waiting.insert(id, used);
            }
        }
        written
    }

    /// The map is sound after every statement, so a panic elsewhere while it was locked does no harm.
    fn waiting(&self) -> MutexGuard<'_, HashMap<String, Use>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn write(store: &Store, batch: &HashMap<String, Use>) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    for (id, used) in batch {
        last_used::put(&mut tx, used.account_id, used.kind, id, &used.at).await?;
    }
    tx.commit().await
}
