//! A bound on lookups of what does not exist: whoever tries names at random must not make the store work at full rate.

use domain::AccountId;
use std::{
    sync::{Mutex, PoisonError},
    time::Instant,
};

/// Accounts that share a bucket slow each other down, and no others.
const BUCKETS: u64 = 256;
/// Wrong guesses in a row.
const BURST: f64 = 50.0;
/// Wrong guesses a second, for good.
const PER_SECOND: f64 = 10.0;

/// How many wrong guesses are left, by account.
#[derive(Debug)]
pub(super) struct Guesses {
    buckets: Box<[Mutex<Bucket>]>,
}

#[derive(Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Guesses {
    pub(super) fn new(now: Instant) -> Self {
        Self { buckets: (0..BUCKETS).map(|_| Mutex::new(Bucket { left: BURST, at: now })).collect() }
    }

    /// Whether the account may be asked for something that is not known. Only wrong guesses use up what is left.
    pub(super) fn are_left(&self, account: AccountId, now: Instant) -> bool {
        self.with(account, |bucket| bucket.refill(now) >= 1.0).unwrap_or(false)
    }

    /// A guess was wrong.
    pub(super) fn wrong(&self, account: AccountId, now: Instant) {
        self.with(account, |bucket| {
            bucket.refill(now);
            bucket.left -= 1.0;
        });
    }

    fn with<T>(&self, account: AccountId, work: impl FnOnce(&mut Bucket) -> T) -> Option<T> {
        let bucket = self.buckets.get(usize::try_from(account.number() % BUCKETS).unwrap_or(0))?;
        Some(work(&mut bucket.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Bucket {
    fn refill(&mut self, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.left = (self.left + passed * PER_SECOND).min(BURST);
        self.at = now;
        self.left
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn wrong_guesses_run_out_and_come_back() {
        let now = Instant::now();
        let guesses = Guesses::new(now);
        let (account, other) =
            (AccountId::parse("123456789012").unwrap(), AccountId::parse("123456789013").unwrap());
        let mut wrong = 0;
        while guesses.are_left(account, now) {
            guesses.wrong(account, now);
            wrong += 1;
        }
        assert_eq!(wrong, 50);
        assert!(guesses.are_left(other, now));
        assert!(guesses.are_left(account, now + Duration::from_millis(200)));
        guesses.wrong(account, now + Duration::from_millis(200));
        guesses.wrong(account, now + Duration::from_millis(200));
        assert!(!guesses.are_left(account, now + Duration::from_millis(200)));
    }
}
