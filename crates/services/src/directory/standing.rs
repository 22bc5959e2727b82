//! Whether memory may still answer: how long ago it last heard from the store.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// How this process stands with the store.
#[derive(Debug)]
pub(super) struct Standing {
    since: Instant,
    /// Milliseconds after `since` of the last look at the change log; [`NEVER`] where nobody else changes the store.
    heard: AtomicU64,
    /// How long memory may answer without a look.
    offline: Duration,
}

const NEVER: u64 = u64::MAX;

impl Standing {
    pub(super) fn new(offline: Duration) -> Self {
        Self { since: Instant::now(), heard: AtomicU64::new(NEVER), offline }
    }

    /// A look that began at `at` has succeeded.
    pub(super) fn heard(&self, at: Instant) {
        let heard = at.saturating_duration_since(self.since).as_millis();
        self.heard.store(u64::try_from(heard).unwrap_or(NEVER - 1), Ordering::SeqCst);
    }

    /// How long ago that was; `None` where nobody looks.
    pub(super) fn silence(&self, now: Instant) -> Option<Duration> {
        match self.heard.load(Ordering::SeqCst) {
            NEVER => None,
            heard => {
                Some(now.saturating_duration_since(self.since).saturating_sub(Duration::from_millis(heard)))
            }
        }
    }

    /// How much longer memory may answer; `None` without a limit, zero when it must not any more.
    pub(super) fn left(&self, now: Instant) -> Option<Duration> {
        self.silence(now).map(|silence| self.offline.saturating_sub(silence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_borne_for_so_long() {
        let standing = Standing::new(Duration::from_mins(1));
        let now = Instant::now();
        assert_eq!(standing.left(now + Duration::from_hours(9)), None, "nobody looks");
        standing.heard(now);
        let left = standing.left(now + Duration::from_secs(20)).unwrap();
        assert!(left > Duration::from_secs(39) && left <= Duration::from_secs(41), "{left:?}");
        assert_eq!(standing.left(now + Duration::from_secs(62)), Some(Duration::ZERO));
        standing.heard(now + Duration::from_secs(62));
        assert!(standing.left(now + Duration::from_secs(63)).unwrap() > Duration::from_secs(50));
    }
}
