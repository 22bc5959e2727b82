//! The one place where the time is read.

use jiff::Timestamp;
use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

/// The system's clock, plus what a `--dev` plane was told to advance by, so that tests pass time instead of waiting.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    advanced_seconds: AtomicI64,
}

impl Clock {
    /// Now.
    #[expect(clippy::disallowed_methods, reason = "this is the edge where time comes in")]
    pub(crate) fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        match self.advanced_seconds.load(Ordering::Relaxed) {
            0 => now,
            seconds => now.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX),
        }
    }

    /// Moves the clock forward.
    pub(crate) fn advance(&self, by: Duration) {
        let seconds = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
        // Saturating: a clock that is moved past the end of time stays there.
        let _ = self.advanced_seconds.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |advanced| {
            Some(advanced.saturating_add(seconds))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_forward_when_told() {
        let clock = Clock::default();
        let before = clock.now();
        clock.advance(Duration::from_hours(1));
        assert!(clock.now().duration_since(before).as_secs() >= 3600);
        clock.advance(Duration::from_secs(u64::MAX));
        assert_eq!(clock.now(), Timestamp::MAX);
    }
}
