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
    /// Attempts in all, in some two seconds. Ten, in a third of a second, were not enough for four writers on a PostgreSQL that
    /// gets little of its processor.
    pub const ATTEMPTS: u32 = 20;

    /// No attempt has failed yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits a random time, up to 2 ms after the first failure and twice as long after each further one but never more
    /// than 256 ms, and says whether to try again.
    pub async fn again(&mut self) -> bool {
        self.failures += 1;
        let mut chance = [0];
        // Without randomness the wait is zero, which is still correct.
        let _ = rand::fill(&mut chance);
        let Some(pause) = pause(self.failures, chance[0]) else { return false };
        tokio::time::sleep(pause).await;
        true
    }
}

/// How long to wait after so many failures; `None` for too many.
fn pause(failures: u32, chance: u8) -> Option<Duration> {
    let most = Duration::from_millis(1 << failures.min(8));
    (failures < Retry::ATTEMPTS).then(|| most * u32::from(chance) / 256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_longer_each_time_and_gives_up_after_its_attempts() {
        let longest: Vec<_> = (1..).map_while(|failures| pause(failures, u8::MAX)).collect();
        assert_eq!(longest.len() + 1, Retry::ATTEMPTS as usize);
        assert!(longest.is_sorted());
        assert!(longest.iter().all(|pause| *pause < Duration::from_millis(256)));
        assert_eq!(pause(1, 0), Some(Duration::ZERO));
    }
}
