//! IAM's policy simulator: what policies would decide, without anything being done.

mod get_context_keys_for_custom_policy;
mod get_context_keys_for_principal_policy;
mod question;
mod result;
mod simulate_custom_policy;
mod simulate_principal_policy;

use super::errors;
use crate::{Error, Result};
use policy::{
    PolicyKind, Source,
    simulation::{PolicyInputError, policy_inputs},
};

/// Policies that come as text with a request.
fn parse(list: &str, kind: PolicyKind, texts: Option<&[String]>) -> Result<Vec<Source>> {
    policy_inputs(list, kind, texts.unwrap_or_default()).map_err(|error| not_a_policy(&error))
}

/// The permissions boundary that comes as text with a request: one at most.
fn sole_boundary(texts: Option<&[String]>) -> Result<Option<Vec<Source>>> {
    if texts.is_some_and(|texts| texts.len() > 1) {
        return Err(errors::invalid_input("Only one permissions boundary can be specified."));
    }
    let texts = texts.filter(|texts| !texts.is_empty());
    texts
        .map(|texts| parse("PermissionsBoundaryPolicyInputList", PolicyKind::Boundary, Some(texts)))
        .transpose()
}

fn not_a_policy(error: &PolicyInputError) -> Error {
    errors::invalid_input(error.to_string())
}
