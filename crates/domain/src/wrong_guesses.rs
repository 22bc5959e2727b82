use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How many wrong codes or passwords came of late. Kept with what is guessed at, so that guessing is slowed down on whatever
/// node the guesses come in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongGuesses {
    count: u32,
    at: Timestamp,
}

impl WrongGuesses {
    /// Wrong guesses in a row before no more are looked at.
    pub const MOST: u32 = 10;
    /// How long it takes until one of them is forgiven.
    pub const FORGIVEN_AFTER: SignedDuration = SignedDuration::from_mins(5);

    /// Whether another guess is looked at.
    pub fn may_try(&self, now: Timestamp) -> bool {
        self.forgiven(now).count < Self::MOST
    }

    /// With one wrong guess more.
    #[must_use]
    pub fn with_another(&self, now: Timestamp) -> Self {
        let mut forgiven = self.forgiven(now);
        if forgiven.count == 0 {
            forgiven.at = now;
        }
        forgiven.count = forgiven.count.saturating_add(1).min(Self::MOST);
        forgiven
    }

    fn forgiven(&self, now: Timestamp) -> Self {
        let periods = now.duration_since(self.at).as_secs().max(0) / Self::FORGIVEN_AFTER.as_secs();
        let whole = SignedDuration::from_secs(periods.saturating_mul(Self::FORGIVEN_AFTER.as_secs()));
        Self {
            count: self.count.saturating_sub(u32::try_from(periods).unwrap_or(u32::MAX)),
            at: self.at.checked_add(whole).unwrap_or(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_guesses_are_forgiven_one_by_one() {
        let start = Timestamp::from_second(1_700_000_000).unwrap();
        let mut wrong = WrongGuesses::default();
        for _ in 0..WrongGuesses::MOST {
            assert!(wrong.may_try(start));
            wrong = wrong.with_another(start);
        }
        assert!(!wrong.may_try(start));
        assert!(!wrong.may_try(start + SignedDuration::from_secs(299)));
        let later = start + SignedDuration::from_secs(300);
        assert!(wrong.may_try(later));
        wrong = wrong.with_another(later);
        assert!(!wrong.may_try(later));
        assert!(
            !wrong.may_try(start - SignedDuration::from_hours(1)),
            "a clock that goes back forgives nothing"
        );
        assert!(wrong.may_try(start + SignedDuration::from_hours(24 * 365 * 100)));
    }

    #[test]
    fn waiting_is_not_begun_anew_by_another_guess() {
        let start = Timestamp::from_second(1_700_000_000).unwrap();
        let mut wrong = (0..10).fold(WrongGuesses::default(), |wrong, _| wrong.with_another(start));
        wrong = wrong.with_another(start + SignedDuration::from_secs(299));
        assert!(wrong.may_try(start + SignedDuration::from_secs(300)));
    }
}
