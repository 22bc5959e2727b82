//! Results as IAM's answers show them.

use policy::{
    Outcome, Position,
    simulation::{EvaluationResult, MatchedStatement, ResourceSpecificResult},
};
use shapes::iam::types;
use std::collections::BTreeMap;

/// The result for one action.
pub(super) fn of_action(result: EvaluationResult) -> types::EvaluationResult {
    let of_resources: Vec<_> = result.resource_specific_results.into_iter().map(of_resource).collect();
    types::EvaluationResult {
        eval_action_name: result.eval_action_name,
        eval_resource_name: result.eval_resource_name,
        eval_decision: decision(result.eval_decision),
        matched_statements: Some(statements(&result.matched_statements)),
        missing_context_values: Some(result.missing_context_values),
        organizations_decision_detail: result
            .allowed_by_organizations
            .map(|allowed| types::OrganizationsDecisionDetail { allowed_by_organizations: Some(allowed) }),
        permissions_boundary_decision_detail: by_boundary(result.allowed_by_permissions_boundary),
        eval_decision_details: details(result.eval_decision_details),
        resource_specific_results: Some(of_resources).filter(|results| !results.is_empty()),
    }
}

fn of_resource(result: ResourceSpecificResult) -> types::ResourceSpecificResult {
    types::ResourceSpecificResult {
        eval_resource_name: result.eval_resource_name,
        eval_resource_decision: decision(result.eval_resource_decision),
        matched_statements: Some(statements(&result.matched_statements)),
        missing_context_values: Some(result.missing_context_values),
        eval_decision_details: details(result.eval_decision_details),
        permissions_boundary_decision_detail: by_boundary(result.allowed_by_permissions_boundary),
    }
}

fn decision(outcome: Outcome) -> types::PolicyEvaluationDecisionType {
    match outcome {
        Outcome::Allowed => types::PolicyEvaluationDecisionType::Allowed,
        Outcome::ExplicitDeny => types::PolicyEvaluationDecisionType::ExplicitDeny,
        Outcome::ImplicitDeny => types::PolicyEvaluationDecisionType::ImplicitDeny,
    }
}

fn by_boundary(allowed: Option<bool>) -> Option<types::PermissionsBoundaryDecisionDetail> {
    allowed.map(|allowed| types::PermissionsBoundaryDecisionDetail {
        allowed_by_permissions_boundary: Some(allowed),
    })
}

fn details(
    details: Option<Vec<(&'static str, Outcome)>>,
) -> Option<BTreeMap<String, types::PolicyEvaluationDecisionType>> {
    let named = |(name, outcome): (&str, Outcome)| (name.to_owned(), decision(outcome));
    details.map(|details| details.into_iter().map(named).collect())
}

fn statements(matched: &[MatchedStatement]) -> Vec<types::Statement> {
    matched.iter().map(statement).collect()
}

fn statement(matched: &MatchedStatement) -> types::Statement {
    types::Statement {
        source_policy_id: Some(matched.source_policy_id.clone()),
        source_policy_type: Some(types::PolicySourceType::from(matched.source_policy_type.as_str())),
        start_position: Some(position(matched.start_position)),
        end_position: Some(position(matched.end_position)),
    }
}

fn position(at: Position) -> types::Position {
    types::Position { line: i32::try_from(at.line).ok(), column: i32::try_from(at.column).ok() }
}
