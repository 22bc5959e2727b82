//! When keys and roles were last used: gathered in memory, written in batches, so that using a key writes nothing.

use domain::{AccountId, LastUsed};
use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, PoisonError},
};
use store::{
    Store,
    last_used::{self, UsedKind},
};

/// What was used.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Used {
    /// The owning account.
    pub account_id: AccountId,
    /// A long-term key or a role.
    pub kind: UsedKind,
    /// The access key id, or the role's unique id.
    pub id: String,
}

/// Uses not yet written.
#[derive(Debug, Default)]
pub struct LastUses {
    waiting: Mutex<HashMap<Used, LastUsed>>,
}

impl LastUses {
    /// Notes a use. The first one since the last writing is kept: AWS records the first use in a span of time.
    pub fn note(&self, used: Used, at: LastUsed) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).entry(used).or_insert(at);
    }

    /// The use that waits to be written, if there is one.
    pub fn waiting(&self, used: &Used) -> Option<LastUsed> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).get(used).cloned()
    }

    /// Writes what waits. What cannot be written waits on.
    pub async fn flush(&self, store: &Store) -> Result<(), store::StoreError> {
        let batch = mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if batch.is_empty() {
            return Ok(());
        }
        let written = write(store, &batch).await;
        if written.is_err() {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            for (used, at) in batch {
                waiting.insert(used, at);
            }
        }
        written
    }
}

async fn write(store: &Store, batch: &HashMap<Used, LastUsed>) -> Result<(), store::StoreError> {
    let mut tx = store.write().await?;
    for (used, at) in batch {
        last_used::put(&mut tx, used.account_id, used.kind, &used.id, at).await?;
    }
    tx.commit().await
}
