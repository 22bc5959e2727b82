//! Policies that come as text with a simulation.

use std::sync::Arc;

use crate::evaluate::policies::Source;
use crate::language::error::PolicyError;
use crate::language::policy::{Policy, PolicyKind};

/// An input that is no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{input}: {error}")]
pub struct PolicyInputError {
    /// The id that the policy would have had, for example `PolicyInputList.2`.
    pub input: String,
    /// What is wrong with it.
    pub error: PolicyError,
}

/// Parses the members of a list. Their ids are the list's name and their numbers from 1, as AWS's results have them:
/// `PolicyInputList.1`, `PermissionsBoundaryPolicyInputList.1`.
pub fn policy_inputs(
    list: &str,
    kind: PolicyKind,
    texts: &[impl AsRef<str>],
) -> Result<Vec<Source>, PolicyInputError> {
    let numbered = texts.iter().enumerate();
    numbered
        .map(|(index, text)| {
            policy_input(&format!("{list}.{}", index.saturating_add(1)), kind, text.as_ref())
        })
        .collect()
}

/// Parses one policy, whose id is the name of the input: `ResourcePolicy`. Its type is `resource` for a policy of that
/// kind, else `none`.
pub fn policy_input(input: &str, kind: PolicyKind, text: &str) -> Result<Source, PolicyInputError> {
    let source_type = match kind {
        PolicyKind::Resource | PolicyKind::Trust => "resource",
        PolicyKind::Boundary
        | PolicyKind::Identity
        | PolicyKind::ResourceControl
        | PolicyKind::ServiceControl
        | PolicyKind::Session => "none",
    };
    match Policy::parse(text, kind) {
        Ok(policy) => Ok(Source::new(input, source_type, Arc::new(policy))),
        Err(error) => Err(PolicyInputError { input: input.to_owned(), error }),
    }
}

/// What sort of policy a simulation's resource policy is: the trust policy of a role when the actions are
/// `sts:AssumeRole` and its relatives and nothing else. Whatever its sort, it must allow these actions, as when a role
/// is really assumed; AWS's simulator does not look at it.
pub fn resource_policy_kind(actions: &[impl AsRef<str>]) -> PolicyKind {
    let trust = !actions.is_empty() && actions.iter().all(|action| is_role_assumption(action.as_ref()));
    if trust { PolicyKind::Trust } else { PolicyKind::Resource }
}

/// What a trust policy may speak of.
pub(crate) fn is_role_assumption(action: &str) -> bool {
    const ACTIONS: [&str; 6] = [
        "sts:AssumeRole",
        "sts:AssumeRoleWithSAML",
        "sts:AssumeRoleWithWebIdentity",
        "sts:SetContext",
        "sts:SetSourceIdentity",
        "sts:TagSession",
    ];
    ACTIONS.iter().any(|known| known.eq_ignore_ascii_case(action))
}
