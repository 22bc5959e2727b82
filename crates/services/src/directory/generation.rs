use domain::AccountId;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many counters there are. Accounts that share one only make each other forget more often.
const COUNTERS: u64 = 4096;

/// Counts the commits that touched an account. An entry read under an older count no longer holds.
#[derive(Debug)]
pub(super) struct Generations {
    counters: Box<[AtomicU64]>,
}

/// A count at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Generation(u64);

impl Default for Generations {
    fn default() -> Self {
        Self { counters: (0..COUNTERS).map(|_| AtomicU64::new(0)).collect() }
    }
}

impl Generations {
    /// The count now. Taken before reading: a commit that comes between makes the entry old from the start.
    pub(super) fn now(&self, account: AccountId) -> Generation {
        Generation(self.counter(account).map_or(0, |counter| counter.load(Ordering::Acquire)))
    }

    /// A commit touched the account.
    pub(super) fn advance(&self, account: AccountId) {
        if let Some(counter) = self.counter(account) {
            counter.fetch_add(1, Ordering::AcqRel);
        }
    }

    fn counter(&self, account: AccountId) -> Option<&AtomicU64> {
        self.counters.get(usize::try_from(account.number() % COUNTERS).unwrap_or(0))
    }
}
