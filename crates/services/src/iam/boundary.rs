//! Permissions boundaries: a managed policy that bounds what a user or role can be granted.

use super::{errors, policy};
use crate::{Cx, Error, Permission, Result};
use domain::PermissionsBoundary;
use shapes::iam::types;
use store::Transaction;

/// Reads the boundary of something that is about to be made: the ARN of a managed policy that is there.
pub(crate) async fn parse(
    cx: &Cx,
    tx: &mut Transaction,
    arn: Option<String>,
) -> Result<Option<PermissionsBoundary>> {
    let Some(policy_arn) = arn else { return Ok(None) };
    match policy::find(cx, tx, &policy_arn).await? {
        Some(managed) if !managed.is_of_a_service() => Ok(Some(PermissionsBoundary { policy_arn })),
        _ => Err(no_such(&policy_arn)),
    }
}

/// Reads the boundary that is to be put on something that is there. `kind` is `User` or `Role`.
pub(crate) async fn parse_for(
    cx: &Cx,
    tx: &mut Transaction,
    kind: &str,
    policy_arn: String,
) -> Result<PermissionsBoundary> {
    let managed = policy::find(cx, tx, &policy_arn).await?.ok_or_else(|| no_such(&policy_arn))?;
    if managed.is_of_a_service() {
        return Err(errors::policy_not_attachable(kind));
    }
    Ok(PermissionsBoundary { policy_arn })
}

fn no_such(policy_arn: &str) -> Error {
    errors::no_such_entity(format!("Scope ARN: {policy_arn} does not exist or is not attachable."))
}

/// The boundary as IAM's answers show it.
pub(crate) fn shape(boundary: &PermissionsBoundary) -> types::AttachedPermissionsBoundary {
    types::AttachedPermissionsBoundary {
        permissions_boundary_type: Some("Policy".into()),
        permissions_boundary_arn: Some(boundary.policy_arn.clone()),
    }
}

/// `iam:PermissionsBoundary`: the boundary that a request would set, else the one that is there.
impl Permission {
    pub(crate) fn with_requested_boundary(mut self, policy_arn: Option<&str>) -> Self {
        let Some(policy_arn) = policy_arn else { return self };
        self.conditions.retain(|condition| condition.key != KEY);
        self.with(KEY, policy_arn)
    }

    pub(crate) fn with_boundary(self, boundary: Option<&PermissionsBoundary>) -> Self {
        self.with_requested_boundary(boundary.map(|boundary| boundary.policy_arn.as_str()))
    }
}

const KEY: &str = "iam:PermissionsBoundary";
