//! Who was last allowed which action of which service: noted in memory at most once a minute for each, written in batches.
//! A request that finds its access noted takes no lock and makes no allocation.

use crate::Cx;
use domain::{AccountId, Principal, UniqueId};
use jiff::Timestamp;
use std::{
    collections::HashMap,
    fmt,
    hash::{BuildHasher, RandomState},
    mem,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use store::{Store, StoreError, service_access::ServiceAccess};

/// Of the accesses of one user or role to one action within so many seconds the first is kept.
const SPAN: i64 = 60;
/// Accesses that are remembered as noted; with more of them at once some are noted again.
const REMEMBERED: usize = 16_384;
/// Accesses that wait while the store cannot be written; more are lost.
const MOST_WAITING: usize = 100_000;

/// The action of a service that a user or role has accessed: ids are unique among all accounts.
type Key = (UniqueId, &'static str, &'static str);

/// Accesses not yet written.
pub(crate) struct ServiceAccesses {
    hasher: RandomState,
    /// By the hash of an access, the hash with its span: the one that was noted last.
    noted: Box<[AtomicU64]>,
    waiting: Mutex<HashMap<Key, (AccountId, Timestamp, String)>>,
}

impl Default for ServiceAccesses {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            noted: (0..REMEMBERED).map(|_| AtomicU64::new(0)).collect(),
            waiting: Mutex::default(),
        }
    }
}

impl fmt::Debug for ServiceAccesses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServiceAccesses")
    }
}

impl ServiceAccesses {
    /// Notes that the caller was allowed an action. Root users are not tracked.
    pub(crate) fn note(&self, cx: &Cx, service: &'static str, action: &'static str) {
        let id = match &cx.caller.principal {
            Principal::AssumedRole { role, .. } => &role.id,
            Principal::Root => return,
            Principal::User(user) => &user.id,
        };
        if !self.is_first(id, service, action, cx.now) {
            return;
        }
        let mut waiting = self.waiting();
        if waiting.len() < MOST_WAITING {
            let access = || (cx.account(), cx.now, cx.region.clone());
            waiting.entry((id.clone(), service, action)).or_insert_with(access);
        }
    }

    /// Whether the access is not known to be noted in this span of time.
    fn is_first(&self, id: &UniqueId, service: &str, action: &str, now: Timestamp) -> bool {
        let hash = self.hasher.hash_one((id, service, action));
        let mark = hash ^ now.as_second().div_euclid(SPAN).unsigned_abs().rotate_left(32);
        let place = usize::try_from(hash % REMEMBERED as u64).unwrap_or(0);
        let Some(noted) = self.noted.get(place) else { return true };
        noted.load(Ordering::Relaxed) != mark && noted.swap(mark, Ordering::Relaxed) != mark
    }

    /// Writes what waits. What cannot be written waits on.
    pub(crate) async fn flush(&self, store: &Store) -> Result<(), StoreError> {
        let batch = mem::take(&mut *self.waiting());
        if batch.is_empty() {
            return Ok(());
        }
        let written = write(store, &batch).await;
        if written.is_err() {
            let mut waiting = self.waiting();
            let left = MOST_WAITING.saturating_sub(waiting.len());
            for (key, access) in batch.into_iter().take(left) {
                waiting.entry(key).or_insert(access);
            }
        }
        written
    }

    /// The map is sound after every statement, so a panic elsewhere while it was locked does no harm.
    fn waiting(&self) -> MutexGuard<'_, HashMap<Key, (AccountId, Timestamp, String)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn write(
    store: &Store,
    batch: &HashMap<Key, (AccountId, Timestamp, String)>,
) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    for ((principal, service, action), (account, at, region)) in batch {
        let access = ServiceAccess {
            principal: principal.clone(),
            service: (*service).to_owned(),
            action: (*action).to_owned(),
            at: *at,
            region: region.clone(),
        };
        store::service_access::put(&mut tx, *account, &access).await?;
    }
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_is_noted_once_a_minute() {
        let accesses = ServiceAccesses::default();
        let id = |text| UniqueId::parse(text).unwrap();
        let (ann, bob) = (id("AIDAANNANNANNANNANNAN"), id("AIDABOBBOBBOBBOBBOBBO"));
        let first = |id, action, second| {
            accesses.is_first(id, "iam", action, Timestamp::from_second(second).unwrap())
        };
        assert!(first(&ann, "GetUser", 600));
        assert!(!first(&ann, "GetUser", 659));
        assert!(first(&ann, "GetRole", 600));
        assert!(first(&bob, "GetUser", 600));
        assert!(first(&ann, "GetUser", 660));
        assert!(!first(&ann, "GetUser", 661));
    }
}
