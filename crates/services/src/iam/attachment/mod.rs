//! Managed policies on users, groups and roles.

mod attach_group_policy;
mod attach_role_policy;
mod attach_user_policy;
mod detach_group_policy;
mod detach_role_policy;
mod detach_user_policy;
mod list_attached_group_policies;
mod list_attached_role_policies;
mod list_attached_user_policies;

use super::{errors, names, policy, quotas};
use crate::{Cx, Permission, Result};
use domain::PolicyOwner;
use shapes::iam::types;
use store::Transaction;

/// More than any quota allows on one owner.
const ALL: u32 = 1000;

/// A managed policy on an owner.
#[derive(Debug)]
pub(crate) struct Attached {
    arn: String,
    name: String,
}

/// A permission on the owner that also speaks of the policy: `iam:PolicyARN`.
fn permission(owner: Permission, policy_arn: &str) -> Permission {
    owner.with("iam:PolicyARN", policy_arn)
}

/// Attaches a policy, the account's own or AWS's. One that is attached already stays so.
pub(crate) async fn attach(
    cx: &Cx,
    tx: &mut Transaction,
    owner: &PolicyOwner,
    policy_arn: &str,
) -> Result<()> {
    let managed = policy::find(cx, tx, policy_arn).await?;
    let managed = managed.ok_or_else(|| errors::no_such_policy(policy_arn))?;
    if managed.is_of_a_service() {
        return Err(errors::policy_not_attachable(kind(owner)));
    }
    let present = store::attachment::count(tx, cx.account(), owner).await?;
    if store::attachment::insert(tx, cx.account(), owner, policy_arn).await? {
        // Refusing takes the attachment back with the transaction.
        quotas::check(quota(owner), quotas::ATTACHED_POLICIES, present)?;
    }
    Ok(())
}

fn kind(owner: &PolicyOwner) -> &'static str {
    match owner {
        PolicyOwner::Group(_) => "Group",
        PolicyOwner::Role(_) => "Role",
        PolicyOwner::User(_) => "User",
    }
}

fn quota(owner: &PolicyOwner) -> &'static str {
    match owner {
        PolicyOwner::Group(_) => "PoliciesPerGroup",
        PolicyOwner::Role(_) => "PoliciesPerRole",
        PolicyOwner::User(_) => "PoliciesPerUser",
    }
}

/// Detaches a policy, or `NoSuchEntity` when it is not attached.
async fn detach(cx: &Cx, tx: &mut Transaction, owner: &PolicyOwner, policy_arn: &str) -> Result<()> {
    policy::parse_arn(policy_arn)?;
    if store::attachment::delete(tx, cx.account(), owner, policy_arn).await? {
        return Ok(());
    }
    Err(errors::policy_not_found(policy_arn))
}

/// What is attached to the owner, of policies whose path begins with the prefix.
pub(crate) async fn list(
    cx: &Cx,
    tx: &mut Transaction,
    owner: &PolicyOwner,
    path_prefix: Option<&str>,
) -> Result<Vec<Attached>> {
    let mut attached = Vec::new();
    for arn in store::attachment::list(tx, cx.account(), owner, None, ALL).await? {
        // Policies keep path and name, so the ARN tells both.
        let parsed = policy::parse_arn(&arn)?;
        if let Some((path, name)) = parsed.path_and_name("policy")
            && path.starts_with(names::path_prefix(path_prefix))
        {
            attached.push(Attached { name: name.to_owned(), arn });
        }
    }
    Ok(attached)
}

impl Attached {
    /// The order of lists: by name without case. An account's own policy may share its name with one of AWS's.
    pub(crate) fn key(&self) -> String {
        let owner = if self.arn.starts_with("arn:aws:iam::aws:") { "aws" } else { "" };
        format!("{} {owner}", self.name.to_ascii_lowercase())
    }

    /// The attachment as IAM's answers show it.
    pub(crate) fn shape(&self) -> types::AttachedPolicy {
        types::AttachedPolicy { policy_name: Some(self.name.clone()), policy_arn: Some(self.arn.clone()) }
    }
}
