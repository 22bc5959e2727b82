use std::time::Duration;

use aws_lc_rs::rand;

/// Attempts at one transaction that may lose to others. Ask before each further attempt:
///
/// ```
/// use store::{Retry, Store, StoreError, setting};
///
/// async fn rename(store: &Store, name: &str) -> Result<(), StoreError> {
///     let mut retry = Retry::new();
///     loop {
///         match attempt(store, name).await {
///             Err(error) if error.is_conflict() && retry.again().await => {}
///             done => return done,
///         }
///     }
/// }
///
/// async fn attempt(store: &Store, name: &str) -> Result<(), StoreError> {
///     let mut tx = store.write().await?;
///     setting::put(&mut tx, "name", name).await?;
///     tx.commit().await
/// }
/// ```
#[derive(Debug, Default)]
pub struct Retry {
    failures: u32,
}

impl Retry {
    /// Attempts in all. Enough that only a store in trouble exhausts them: see [`Retry::again`] for the times.
    pub const ATTEMPTS: u32 = 10;

    /// No attempt has failed yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits a random time, up to 2 ms after the first failure and twice as long after each further one but never more
    /// than 200 ms, and says whether to try again.
    pub async fn again(&mut self) -> bool {
        self.failures += 1;
        if self.failures >= Self::ATTEMPTS {
            return false;
        }
        let ceiling = Duration::from_millis(1 << self.failures.min(7)).min(Duration::from_millis(200));
        let mut byte = [0];
        // Without randomness the wait is zero, which is still correct.
        let _ = rand::fill(&mut byte);
        tokio::time::sleep(ceiling * u32::from(byte[0]) / 256).await;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn gives_up_after_its_attempts() {
        let mut retry = Retry::new();
        let mut attempts = 1;
        while retry.again().await {
            attempts += 1;
        }
        assert_eq!(attempts, Retry::ATTEMPTS);
    }
}
