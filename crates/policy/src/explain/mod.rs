//! Why a request is allowed or not, for people: what each layer says, which statement came closest where none
//! allows, and which context keys were asked for in vain.
//!
//! The decision is [`evaluate`]'s. What is added here looks at the same statements with the same tests, so that an
//! explanation cannot say otherwise than the decision.

mod condition;
mod decoded;
mod layer;
mod missing;
mod nearest;
mod text;

pub use condition::{ConditionCause, FailedCondition};
pub use layer::{LayerFinding, LayerReport};
pub use missing::MissingKey;
pub use nearest::{Failure, NearestMiss};

use crate::evaluate::decision::Decision;
use crate::evaluate::policies::Policies;
use crate::evaluate::{evaluate, is_uncontrolled};
use crate::language::statement::Target;
use crate::request::Request;

/// A decision with its reasons. [`Display`](std::fmt::Display) renders it in a few lines of plain text.
#[derive(Clone, Debug)]
pub struct Explanation<'a> {
    /// What was asked.
    pub request: &'a Request<'a>,
    /// What was decided, with the statements that decided it.
    pub decision: Decision<'a>,
    /// What each layer that applies says, in the order of [`Layer`](crate::Layer) and of the levels within it. Empty
    /// for actions that no policy controls.
    pub layers: Vec<LayerReport<'a>>,
    /// The context keys that the request lacks and that might change what a statement says, in the order in which the
    /// policies ask for them.
    pub missing_keys: Vec<MissingKey<'a>>,
}

/// Decides a request and explains the decision. Slower than [`evaluate`] by a small factor: the time is bounded by the
/// same product of statements and values.
pub fn explain<'a>(request: &'a Request<'a>, policies: &Policies<'a>) -> Explanation<'a> {
    let decision = evaluate(request, policies);
    if is_uncontrolled(request) {
        return Explanation { request, decision, layers: Vec::new(), missing_keys: Vec::new() };
    }
    let target = Target::new(request);
    let groups = layer::applying(request.principal, policies, &decision);
    let missing_keys = missing::missing_keys(&groups, &target);
    let layers = groups.iter().map(|group| group.report(&target, &decision)).collect();
    Explanation { request, decision, layers, missing_keys }
}

impl<'a> Explanation<'a> {
    /// The layers that stopped the request; none when it is allowed.
    pub fn blocking(&self) -> impl Iterator<Item = &LayerReport<'a>> {
        self.layers.iter().filter(|report| report.blocks)
    }

    /// [`Decision::denial_message`] for the request; none when it is allowed.
    pub fn denial_message(&self) -> Option<String> {
        let Request { action, resource, .. } = *self.request;
        let denied = !self.decision.is_allowed();
        denied.then(|| self.decision.denial_message(self.caller(), action, resource))
    }

    /// Who has no ARN is called by the name of the service or identity provider, or `anonymous`.
    fn caller(&self) -> &str {
        let principal = self.request.principal;
        principal.arn().or(principal.provider()).unwrap_or("anonymous")
    }
}

#[cfg(test)]
mod tests;
