//! How many records of a kind an account has at most, so that a quota that is far away needs no counting.

use domain::AccountId;
use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use store::Engine;

/// Accounts and kinds that are known; with more of them all are forgotten, and counted again when asked for.
const KNOWN: usize = 10_000;
/// How long a count is believed where other nodes make records too.
const SHARED_FOR: Duration = Duration::from_secs(1);

/// Upper bounds of what accounts have, by the name of the quota.
///
/// A bound is a count that was taken inside a committed transaction, plus everything that was begun to be made on this node
/// since, for whatever account and whether or not it was made in the end. What is deleted lowers no bound: when one reaches
/// the quota, the records are counted.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Records that this node has begun to make.
    begun: AtomicU64,
    counted: Mutex<HashMap<(AccountId, &'static str), Counted>>,
}

/// A count, and what had been begun before it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    count: u64,
    begun: u64,
    at: Instant,
}

/// Something that is about to be made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Begun(u64);

impl Counts {
    /// Begins to make a record. To be called inside the transaction that makes it, before it counts.
    pub(crate) fn begin(&self) -> Begun {
        Begun(self.begun.fetch_add(1, Ordering::SeqCst))
    }

    /// Whether the account certainly has fewer than `limit`, whatever else is being made.
    pub(crate) fn is_below(
        &self,
        account: AccountId,
        name: &'static str,
        limit: u64,
        begun: Begun,
        engine: Engine,
        now: Instant,
    ) -> bool {
        let Some(counted) = self.counted().get(&(account, name)).copied() else { return false };
        let bound = counted.count.saturating_add(begun.0.saturating_sub(counted.begun));
        match engine {
            // One process makes records.
            Engine::Sqlite => bound < limit,
            // What the others make in that time does not fill the other half.
            Engine::Postgres => bound < limit / 2 && now.saturating_duration_since(counted.at) < SHARED_FOR,
        }
    }

    /// Takes in a count that the transaction of `begun` took, now that it is committed.
    pub(crate) fn learn(
        &self,
        account: AccountId,
        name: &'static str,
        count: u64,
        begun: Begun,
        at: Instant,
    ) {
        let mut counted = self.counted();
        if counted.len() >= KNOWN {
            counted.clear();
        }
        counted.insert((account, name), Counted { count, begun: begun.0, at });
    }

    /// Sound after every statement, so a panic elsewhere while it was locked does no harm.
    fn counted(&self) -> MutexGuard<'_, HashMap<(AccountId, &'static str), Counted>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_grows_with_everything_that_is_begun() {
        let counts = Counts::default();
        let (account, other) =
            (AccountId::parse("123456789012").unwrap(), AccountId::parse("123456789013").unwrap());
        let now = Instant::now();
        let below = |account, limit, engine, now| {
            counts.is_below(account, "Users", limit, counts.begin(), engine, now)
        };
        assert!(!below(account, 5000, Engine::Sqlite, now), "nothing is known");
        counts.learn(account, "Users", 10, counts.begin(), now);
        // The one that counted makes eleven, this one may be the twelfth.
        assert!(below(account, 12, Engine::Sqlite, now));
        assert!(!below(account, 12, Engine::Sqlite, now), "the last one may have been made");
        assert!(!below(other, 5000, Engine::Sqlite, now) && !below(account, 13, Engine::Sqlite, now));
        assert!(below(account, 100, Engine::Postgres, now));
        assert!(!below(account, 30, Engine::Postgres, now), "others make some too");
        assert!(!below(account, 100, Engine::Postgres, now + SHARED_FOR));
    }
}
