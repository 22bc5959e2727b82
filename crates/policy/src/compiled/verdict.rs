//! What was decided.

use crate::compiled::layers::Slots;
use crate::evaluate::decision::{Layer, Outcome};

/// What was decided, without the reasons; [`evaluate`](crate::evaluate) has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    outcome: Outcome,
    blocking: Slots,
}

impl Verdict {
    pub(super) fn allowed() -> Self {
        Self { outcome: Outcome::Allowed, blocking: Slots::NONE }
    }

    pub(super) fn new(outcome: Outcome, blocking: Slots) -> Self {
        Self { outcome, blocking }
    }

    /// Allowed or not.
    pub fn outcome(self) -> Outcome {
        self.outcome
    }

    /// Whether the request may go on.
    pub fn is_allowed(self) -> bool {
        self.outcome == Outcome::Allowed
    }

    /// On an implicit deny all layers that had to allow and did not, in the order of [`Layer`]; on an explicit deny
    /// one of those that deny.
    pub fn blocked_by(self) -> impl Iterator<Item = Layer> {
        self.blocking.layers()
    }
}
