//! Policies embedded in one user, group or role.

mod delete_group_policy;
mod delete_role_policy;
mod delete_user_policy;
mod get_group_policy;
mod get_role_policy;
mod get_user_policy;
mod list_group_policies;
mod list_role_policies;
mod list_user_policies;
mod put_group_policy;
mod put_role_policy;
mod put_user_policy;

use super::{
    errors, names,
    page::{Cut, Page},
    policy_document, quotas,
};
use crate::{Cx, Result};
use domain::{InlinePolicy, PolicyOwner};
use policy::PolicyKind;
use shapes::iam::types;
use store::Transaction;

/// More than the quotas of size leave room for on one owner.
const ALL: u32 = 10_000;

/// Puts a policy on the owner, in place of one of the same name. `owner_name` is for the refusal of one too large.
pub(crate) async fn put(
    cx: &Cx,
    tx: &mut Transaction,
    owner: &PolicyOwner,
    owner_name: &str,
    name: &str,
    document: String,
) -> Result<()> {
    let policy = InlinePolicy { name: names::policy(name)?, document };
    let mut size = policy_document::parse(&policy.document, PolicyKind::Identity)?.size();
    for other in store::inline_policy::list(tx, cx.account(), owner, None, ALL).await? {
        if other.name.key() != policy.name.key() {
            size += cx.plane.directory.compile(&other.document, PolicyKind::Identity)?.size();
        }
    }
    let limit = limit(owner);
    if size > limit {
        let message =
            format!("Maximum policy size of {limit} bytes exceeded for {} {owner_name}", owner.kind());
        return Err(errors::limit_exceeded(message));
    }
    Ok(store::inline_policy::put(tx, cx.account(), owner, &policy).await?)
}

/// Characters of all the owner's policies together.
fn limit(owner: &PolicyOwner) -> usize {
    match owner {
        PolicyOwner::Group(_) => quotas::INLINE_POLICIES_OF_GROUP,
        PolicyOwner::Role(_) => quotas::INLINE_POLICIES_OF_ROLE,
        PolicyOwner::User(_) => quotas::INLINE_POLICIES_OF_USER,
    }
}

/// The owner's policy of that name, or `NoSuchEntity`.
async fn named(cx: &Cx, tx: &mut Transaction, owner: &PolicyOwner, name: &str) -> Result<InlinePolicy> {
    let found = store::inline_policy::find(tx, cx.account(), owner, &names::policy(name)?).await?;
    found.ok_or_else(|| errors::no_such_inline_policy(owner.kind(), name))
}

/// Deletes the owner's policy of that name, or `NoSuchEntity`.
async fn delete(cx: &Cx, tx: &mut Transaction, owner: &PolicyOwner, name: &str) -> Result<()> {
    if store::inline_policy::delete(tx, cx.account(), owner, &names::policy(name)?).await? {
        return Ok(());
    }
    Err(errors::no_such_inline_policy(owner.kind(), name))
}

/// One page of the owner's policies.
async fn list(cx: &Cx, tx: &mut Transaction, owner: &PolicyOwner, page: &Page) -> Result<Cut<InlinePolicy>> {
    let read = store::inline_policy::list(tx, cx.account(), owner, page.after(), page.limit()).await?;
    page.cut(cx, read, |policy| policy.name.key())
}

/// All of the owner's policies with their documents.
pub(crate) async fn details(
    cx: &Cx,
    tx: &mut Transaction,
    owner: &PolicyOwner,
) -> Result<Vec<types::PolicyDetail>> {
    let policies = store::inline_policy::list(tx, cx.account(), owner, None, ALL).await?;
    let shape = |policy: InlinePolicy| types::PolicyDetail {
        policy_name: Some(policy.name.to_string()),
        policy_document: Some(policy_document::encoded(&policy.document)),
    };
    Ok(policies.into_iter().map(shape).collect())
}
