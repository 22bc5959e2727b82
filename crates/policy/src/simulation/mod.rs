//! What `SimulateCustomPolicy` and `SimulatePrincipalPolicy` answer, as functions of parsed policies.
//!
//! Every result is the explained decision of [`evaluate`](crate::evaluate()) in the words of the API, so that a
//! simulation says what would happen. It differs from AWS's in one thing: the trust policy of a role counts (see
//! [`resource_policy_kind`]).

mod context_entry;
mod context_keys;
mod policy_input;
mod resource_handling;
mod result;

pub use context_entry::{ContextEntry, ContextKeyType};
pub use context_keys::context_keys;
pub use policy_input::{PolicyInputError, policy_input, policy_inputs, resource_policy_kind};
pub use resource_handling::ResourceHandling;
pub use result::{EvaluationResult, MatchedStatement, ResourceSpecificResult};

use crate::evaluate::policies::Policies;
use crate::explain::explain;
use crate::request::context::Context;
use crate::request::principal::Principal;
use crate::request::{Request, account_in};
use crate::simulation::policy_input::is_role_assumption;
use crate::simulation::result::Simulated;

/// What to simulate.
#[derive(Clone, Copy, Debug)]
pub struct Simulation<'a> {
    /// The simulated caller. None stands for a user without name in whichever account owns the resource: no resource
    /// policy names it but by `*`, and nothing is cross-account.
    pub caller: Option<&'a Principal>,
    /// The policies that apply, with ids and types as the results shall show them (see [`policy_inputs`]).
    pub policies: Policies<'a>,
    /// The 12-digit account that owns the resources whose ARN names none. None stands for the caller's. Without a
    /// resource policy it does not matter who owns a resource: only the caller's side is simulated.
    pub resource_owner: Option<&'a str>,
    /// The actions, `service:Operation`.
    pub actions: &'a [String],
    /// The ARNs of the resources. None at all stands for `*`.
    pub resources: &'a [String],
    /// The context. The keys that follow from the caller are there without being given; entries take their place.
    pub context: &'a [ContextEntry],
}

/// Simulates every action on every resource: one result for each action, in their order, as the iterator is asked for
/// it. The time for one is that of explaining as many decisions as there are resources.
pub fn simulate<'a>(simulation: &Simulation<'a>) -> impl Iterator<Item = EvaluationResult> + use<'a> {
    let simulation = *simulation;
    let context = simulation.request_context();
    simulation.actions.iter().map(move |action| {
        let pairs = simulation.resources().map(|resource| simulation.pair(action, resource, &context));
        result::of_action(action, simulation.resources().zip(pairs))
    })
}

impl<'a> Simulation<'a> {
    fn resources(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let default = self.resources.is_empty().then_some("*");
        default.into_iter().chain(self.resources.iter().map(String::as_str))
    }

    fn request_context(&self) -> Context {
        let mut context = Context::new();
        if let Some(caller) = self.caller {
            context.insert_principal(caller);
        }
        for entry in self.context {
            context.insert(entry.name.as_str(), entry.value());
        }
        context
    }

    /// One decision.
    fn pair(&self, action: &str, resource: &str, context: &Context) -> Simulated {
        let owner = account_in(resource).or(self.resource_owner).unwrap_or_default();
        let nobody;
        let principal = if let Some(caller) = self.caller {
            caller
        } else {
            nobody = Principal::user(owner, "", "");
            &nobody
        };
        let resource_account = match self.policies.resource {
            Some(_) if !owner.is_empty() => Some(owner),
            _ => principal.account(),
        };
        let request = Request { principal, action, resource, resource_account, context };
        let trusts = self.policies.resource.is_some() && is_role_assumption(action);
        let policies = Policies {
            resource_policy_required: self.policies.resource_policy_required || trusts,
            ..self.policies
        };
        Simulated::new(&explain(&request, &policies), &policies)
    }
}

#[cfg(test)]
mod tests;
