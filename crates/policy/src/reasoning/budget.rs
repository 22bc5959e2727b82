//! How much work a question may cost, counted in steps, so that the same question always has the same answer.

/// The work that is left. A step is a few machine operations.
#[derive(Debug)]
pub(super) struct Budget(u64);

/// The question needs more work than it may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooComplex;

impl Budget {
    pub(super) fn new(steps: u64) -> Self {
        Self(steps)
    }

    pub(super) fn spend(&mut self, steps: usize) -> Result<(), TooComplex> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        let left = self.0.checked_sub(steps);
        self.0 = left.unwrap_or(0);
        left.map(|_| ()).ok_or(TooComplex)
    }
}
