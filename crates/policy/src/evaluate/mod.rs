//! The decision, written to be read beside AWS's description of it: what denies wins; then each layer that has a
//! say must allow.

pub(crate) mod decision;
mod denial;
pub(crate) mod policies;

use crate::evaluate::decision::{Decision, Layer, Matched, Outcome};
use crate::evaluate::policies::{MAX_LEVELS, Policies, Source};
use crate::language::policy::PolicyKind;
use crate::language::principal_pattern::Naming;
use crate::language::statement::{Effect, Target};
use crate::request::Request;
use crate::request::principal::{Principal, PrincipalKind};

/// No policy controls these actions: whoever has credentials may ask whose they are and show an MFA device.
///
/// Sources: "GetCallerIdentity" in the STS API reference, "Permissions for GetSessionToken" in the IAM user guide.
const UNCONTROLLED_ACTIONS: [&str; 2] = ["sts:getcalleridentity", "sts:getsessiontoken"];

pub(crate) fn is_uncontrolled(request: &Request<'_>) -> bool {
    request.principal.belongs_to_account() && is_uncontrolled_action(request.action)
}

pub(crate) fn is_uncontrolled_action(name: &str) -> bool {
    UNCONTROLLED_ACTIONS.iter().any(|action| action.eq_ignore_ascii_case(name))
}

/// Decides one request against all policies that apply to it. What cannot be evaluated counts against the request: an
/// Allow does not match, a Deny does.
pub fn evaluate<'a>(request: &Request<'_>, policies: &Policies<'a>) -> Decision<'a> {
    let cross_account = request.is_cross_account();
    if is_uncontrolled(request) {
        return Decision {
            outcome: Outcome::Allowed,
            blocked_by: Vec::new(),
            matched: Vec::new(),
            cross_account,
        };
    }

    let target = Target::new(request);
    let mut found = Found { bounded: boundary(request.principal, policies).is_some(), ..Found::default() };
    let verdicts = Verdicts::collect(&target, policies, &mut found);

    if !found.denies.is_empty() {
        let mut blocked_by: Vec<Layer> = found.denies.iter().map(|matched| matched.layer).collect();
        blocked_by.sort_unstable();
        blocked_by.dedup();
        return Decision { outcome: Outcome::ExplicitDeny, blocked_by, matched: found.denies, cross_account };
    }

    let blocked_by = verdicts.missing(request.principal, cross_account);
    let outcome = if blocked_by.is_empty() { Outcome::Allowed } else { Outcome::ImplicitDeny };
    Decision { outcome, blocked_by, matched: found.allows, cross_account }
}

/// The permissions boundary, for principals that can have one.
pub(crate) fn boundary<'a>(principal: &Principal, policies: &Policies<'a>) -> Option<&'a [Source]> {
    policies.boundary.filter(|_| principal.belongs_to_account() && principal.kind() != PrincipalKind::Root)
}

/// What the layers say when nothing denies.
struct Verdicts {
    /// The layers that apply and do not allow.
    silent: Vec<Layer>,
    /// [`Layer::Resource`] or [`Layer::Trust`].
    resource_layer: Layer,
    resource_required: bool,
    /// How closely the resource policy names the principal it allows.
    resource: Option<Naming>,
}

impl Verdicts {
    fn collect<'a>(target: &Target<'_>, policies: &Policies<'a>, found: &mut Found<'a>) -> Self {
        let principal = target.principal();
        // Services, identity providers and nobody have no account whose policies could apply.
        let has_account = principal.belongs_to_account();
        let mut verdicts = Self {
            silent: Vec::new(),
            resource_layer: Layer::Resource,
            resource_required: policies.resource_policy_required,
            resource: None,
        };
        if !principal.is_service_linked() {
            for level in policies.resource_control {
                found.scan(Layer::ResourceControl, level, target);
            }
            for level in policies.service_control.iter().take(MAX_LEVELS).filter(|_| has_account) {
                let allowed = found.scan(Layer::ServiceControl, level, target).is_some();
                verdicts.note(Layer::ServiceControl, allowed);
            }
            let too_deep = has_account && policies.service_control.len() > MAX_LEVELS;
            verdicts.note(Layer::ServiceControl, !too_deep);
        }
        if let Some(endpoint) = policies.endpoint {
            let allowed = found.scan(Layer::Endpoint, endpoint, target).is_some();
            verdicts.note(Layer::Endpoint, allowed);
        }
        if let Some(resource) = policies.resource {
            if resource.policy.kind() == PolicyKind::Trust {
                verdicts.resource_layer = Layer::Trust;
                verdicts.resource_required = true;
            }
            verdicts.resource = found.scan(verdicts.resource_layer, std::slice::from_ref(resource), target);
        }
        verdicts.note(verdicts.resource_layer, verdicts.resource.is_some());
        if has_account {
            let allowed = found.scan(Layer::Identity, policies.identity, target).is_some();
            verdicts.note(Layer::Identity, allowed || principal.has_root_permissions());
            if let Some(boundary) = boundary(principal, policies) {
                let allowed = found.scan(Layer::Boundary, boundary, target).is_some();
                verdicts.note(Layer::Boundary, allowed);
            }
            let allowed = match policies.session {
                Some(session) => found.scan(Layer::Session, session, target).is_some(),
                None => principal.kind() != PrincipalKind::FederatedUser,
            };
            verdicts.note(Layer::Session, allowed);
        }
        verdicts
    }

    fn note(&mut self, layer: Layer, allowed: bool) {
        if !allowed {
            self.silent.push(layer);
        }
    }

    /// The layers that must allow and do not, each once and in order.
    fn missing(self, principal: &Principal, cross_account: bool) -> Vec<Layer> {
        let is_needed = |layer: &Layer| match layer {
            Layer::ResourceControl | Layer::ServiceControl | Layer::Endpoint => true,
            Layer::Resource | Layer::Trust => {
                self.resource_required || cross_account || !principal.belongs_to_account()
            }
            // The resource's account and the principal's own must both agree.
            Layer::Identity | Layer::Boundary | Layer::Session if cross_account => true,
            Layer::Identity => match self.resource {
                // A grant to the account leaves it to the account's policies.
                Some(Naming::Account) | None => true,
                // A direct grant stands on its own; one to the role or user behind a session does here.
                Some(Naming::Everyone | Naming::Issuer | Naming::Itself) => false,
            },
            Layer::Boundary | Layer::Session => match self.resource {
                Some(Naming::Account | Naming::Issuer) | None => true,
                Some(Naming::Everyone | Naming::Itself) => false,
            },
        };
        let mut missing = self.silent;
        missing.retain(is_needed);
        missing.sort_unstable();
        missing.dedup();
        missing
    }
}

/// The statements that match, as they are found.
#[derive(Default)]
struct Found<'a> {
    /// Whether the principal has a permissions boundary.
    bounded: bool,
    allows: Vec<Matched<'a>>,
    denies: Vec<Matched<'a>>,
}

impl<'a> Found<'a> {
    /// Tries every statement of a layer. Returns how closely the principal is named by those that allow, none when
    /// none does.
    fn scan(&mut self, layer: Layer, sources: &'a [Source], target: &Target<'_>) -> Option<Naming> {
        let mut allowed = None;
        for source in sources {
            for statement in source.policy.statements() {
                let Some(naming) = statement.applies(target, self.bounded) else { continue };
                let matched = Matched { layer, source, statement };
                match statement.effect() {
                    Effect::Allow => {
                        allowed = allowed.max(Some(naming));
                        self.allows.push(matched);
                    }
                    Effect::Deny => self.denies.push(matched),
                }
            }
        }
        allowed
    }
}

#[cfg(test)]
mod tests;
