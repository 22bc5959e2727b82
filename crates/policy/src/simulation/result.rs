//! The results of a simulation, member for member as the API has them.
//!
//! Source: `EvaluationResult` and `ResourceSpecificResult` in the IAM API reference, and the examples under
//! `SimulateCustomPolicy` and `SimulatePrincipalPolicy` there.

use crate::evaluate::decision::{Layer, Matched, Outcome};
use crate::evaluate::policies::Policies;
use crate::explain::Explanation;
use crate::language::position::Position;

/// The result for one action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvaluationResult {
    /// The action as given.
    pub eval_action_name: String,
    /// The resource; none when there are several.
    pub eval_resource_name: Option<String>,
    /// Of several resources the strictest decision: an explicit deny, else an implicit one, else allowed.
    pub eval_decision: Outcome,
    /// On an explicit deny all statements that deny; on an allow those identity and resource policies that allow, for
    /// the others only limit; else none. With several resources none: see `resource_specific_results`.
    pub matched_statements: Vec<MatchedStatement>,
    /// The context keys that are missing, where no resource was given or `*`.
    pub missing_context_values: Vec<String>,
    /// `OrganizationsDecisionDetail`: whether the organization's policies allow all resources; none without any.
    pub allowed_by_organizations: Option<bool>,
    /// `PermissionsBoundaryDecisionDetail`: whether the boundary itself allows all resources, were it needed or not;
    /// none without one.
    pub allowed_by_permissions_boundary: Option<bool>,
    /// Across accounts, what each type of policy decides (of several resources the strictest). Within one account
    /// nothing, and none at all where no resource was given or an organization's policy already refuses.
    pub eval_decision_details: Option<Vec<(&'static str, Outcome)>>,
    /// One for each resource, in their order; none where no resource was given or `*`.
    pub resource_specific_results: Vec<ResourceSpecificResult>,
}

/// The result for one action on one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceSpecificResult {
    /// The resource as given.
    pub eval_resource_name: String,
    /// The decision.
    pub eval_resource_decision: Outcome,
    /// As in [`EvaluationResult`], and on an implicit deny the statements that would allow it.
    pub matched_statements: Vec<MatchedStatement>,
    /// The context keys that are missing.
    pub missing_context_values: Vec<String>,
    /// Across accounts, what each type of policy decides; otherwise none.
    pub eval_decision_details: Option<Vec<(&'static str, Outcome)>>,
    /// `PermissionsBoundaryDecisionDetail`, none without a boundary.
    pub allowed_by_permissions_boundary: Option<bool>,
}

/// A statement that led to a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchedStatement {
    /// The id of its policy; where that is an ARN, the policy's name.
    pub source_policy_id: String,
    /// The type of its policy.
    pub source_policy_type: String,
    /// Where the statement starts, as AWS counts: for the first of a list just past the opening bracket, for a later
    /// one just past its predecessor, for one without a list just past its own opening brace.
    pub start_position: Position,
    /// Just past the closing brace.
    pub end_position: Position,
}

/// One decision in the words of the API, before it is known how many there are.
pub(crate) struct Simulated {
    outcome: Outcome,
    matched: Vec<MatchedStatement>,
    missing: Vec<String>,
    by_organizations: Option<bool>,
    by_boundary: Option<bool>,
    details: Option<Vec<(&'static str, Outcome)>>,
}

impl Simulated {
    pub(crate) fn new(explanation: &Explanation<'_>, policies: &Policies<'_>) -> Self {
        let decision = &explanation.decision;
        let denied = decision.outcome == Outcome::ExplicitDeny;
        let grants = |layer| matches!(layer, Layer::Identity | Layer::Resource | Layer::Trust);
        let matched = decision.matched.iter().filter(|matched| denied || grants(matched.layer));
        let allowed_by = |layers: &[Layer]| {
            let mut reports = explanation.layers.iter().filter(|report| layers.contains(&report.layer));
            reports.all(|report| report.outcome() == Outcome::Allowed)
        };
        let has_organization = !policies.service_control.is_empty() || !policies.resource_control.is_empty();
        let by_organizations =
            has_organization.then(|| allowed_by(&[Layer::ServiceControl, Layer::ResourceControl]));
        let reaches_details = decision.cross_account && by_organizations != Some(false);
        Self {
            outcome: decision.outcome,
            matched: matched.map(MatchedStatement::new).collect(),
            missing: explanation.missing_keys.iter().map(|missing| missing.key.to_owned()).collect(),
            by_organizations,
            by_boundary: policies.boundary.map(|_| allowed_by(&[Layer::Boundary])),
            details: reaches_details.then(|| details(explanation)),
        }
    }
}

/// What each type of policy decides.
fn details(explanation: &Explanation<'_>) -> Vec<(&'static str, Outcome)> {
    let reports = explanation.layers.iter();
    reports.filter_map(|report| Some((detail_name(report.layer)?, report.outcome()))).collect()
}

/// The names of boundary, identity and resource policies are those of the API's examples; the API cannot be given the
/// others.
fn detail_name(layer: Layer) -> Option<&'static str> {
    match layer {
        Layer::Boundary => Some("Permissions Boundary Policy"),
        Layer::Endpoint => Some("VPC Endpoint Policy"),
        Layer::Identity => Some("IAM Policy"),
        Layer::Resource | Layer::Trust => Some("Resource Policy"),
        Layer::ResourceControl | Layer::ServiceControl => None,
        Layer::Session => Some("Session Policy"),
    }
}

impl MatchedStatement {
    fn new(matched: &Matched<'_>) -> Self {
        let Matched { source, statement, .. } = matched;
        let policy = &source.policy;
        let before = statement.index().checked_sub(1).and_then(|before| policy.statements().get(before));
        Self {
            source_policy_id: policy_name(&source.id).to_owned(),
            source_policy_type: source.source_type.clone().into_owned(),
            start_position: before.map_or(policy.statements_start(), |before| before.span().end),
            end_position: statement.span().end,
        }
    }
}

/// `p` of `arn:aws:iam::123456789012:policy/path/p`.
fn policy_name(id: &str) -> &str {
    let name = id.starts_with("arn:").then(|| id.rsplit('/').next()).flatten();
    name.unwrap_or(id)
}

/// Puts the decisions on one action together.
pub(crate) fn of_action<'a>(
    action: &str,
    pairs: impl Iterator<Item = (&'a str, Simulated)>,
) -> EvaluationResult {
    let mut result = EvaluationResult {
        eval_action_name: action.to_owned(),
        eval_resource_name: None,
        eval_decision: Outcome::Allowed,
        matched_statements: Vec::new(),
        missing_context_values: Vec::new(),
        allowed_by_organizations: None,
        allowed_by_permissions_boundary: None,
        eval_decision_details: None,
        resource_specific_results: Vec::new(),
    };
    let pairs: Vec<_> = pairs.collect();
    if let [(resource, pair)] = &*pairs {
        result.eval_resource_name = Some((*resource).to_owned());
        if pair.outcome != Outcome::ImplicitDeny {
            result.matched_statements.clone_from(&pair.matched);
        }
    }
    for (resource, pair) in pairs {
        result.eval_decision = strictest(result.eval_decision, pair.outcome);
        let both = |before: Option<bool>, now: Option<bool>| now.map(|now| before.unwrap_or(true) && now);
        result.allowed_by_organizations = both(result.allowed_by_organizations, pair.by_organizations);
        result.allowed_by_permissions_boundary =
            both(result.allowed_by_permissions_boundary, pair.by_boundary);
        if resource == "*" {
            result.missing_context_values = pair.missing;
            result.eval_decision_details = pair.details;
            continue;
        }
        let refused = pair.by_organizations == Some(false);
        if let Some(details) = pair.details.clone().or((!refused).then(Vec::new)) {
            add_details(result.eval_decision_details.get_or_insert_default(), details);
        }
        result.resource_specific_results.push(ResourceSpecificResult {
            eval_resource_name: resource.to_owned(),
            eval_resource_decision: pair.outcome,
            matched_statements: pair.matched,
            missing_context_values: pair.missing,
            eval_decision_details: pair.details,
            allowed_by_permissions_boundary: pair.by_boundary,
        });
    }
    result
}

fn add_details(sum: &mut Vec<(&'static str, Outcome)>, details: Vec<(&'static str, Outcome)>) {
    for (name, outcome) in details {
        match sum.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = strictest(*known, outcome),
            None => sum.push((name, outcome)),
        }
    }
}

fn strictest(one: Outcome, other: Outcome) -> Outcome {
    match (one, other) {
        (Outcome::ExplicitDeny, _) | (_, Outcome::ExplicitDeny) => Outcome::ExplicitDeny,
        (Outcome::ImplicitDeny, _) | (_, Outcome::ImplicitDeny) => Outcome::ImplicitDeny,
        (Outcome::Allowed, Outcome::Allowed) => Outcome::Allowed,
    }
}
