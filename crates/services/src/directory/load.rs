//! Reading what the directory keeps.

use super::{Directory, KeyEntry, PrincipalPolicies, ResourcePolicy, RoleEntry, UserEntry};
use crate::{Result, iam};
use domain::{AccessKeyId, AccountId, Arn, PermissionsBoundary, PolicyOwner, RoleName, UniqueId};
use policy::{PolicyKind, Source};
use std::sync::Arc;
use store::{Sealer, Transaction};

/// More than any quota allows of policies on one principal or of groups around one user.
const ALL: u32 = 10_000;

pub(super) async fn access_key(
    tx: &mut Transaction,
    sealer: &Sealer,
    account: AccountId,
    id: &AccessKeyId,
) -> Result<Option<KeyEntry>> {
    let found = store::access_key::find_with_secret(tx, sealer, account, id).await?;
    Ok(found.map(|(key, secret)| KeyEntry { key, secret, noted: Arc::default() }))
}

pub(super) async fn user(
    tx: &mut Transaction,
    directory: &Directory,
    account: AccountId,
    id: &UniqueId,
) -> Result<Option<UserEntry>> {
    let Some(user) = store::user::find(tx, account, id).await? else { return Ok(None) };
    let mut identity = Vec::new();
    sources_of(tx, directory, account, &PolicyOwner::User(id.clone()), "user", &mut identity).await?;
    for group in store::membership::list_groups(tx, account, id, None, ALL).await? {
        sources_of(tx, directory, account, &PolicyOwner::Group(group.id), "group", &mut identity).await?;
    }
    let boundary = boundary(tx, directory, account, user.permissions_boundary.as_ref()).await?;
    let policies = Arc::new(PrincipalPolicies::new(identity, boundary));
    Ok(Some(UserEntry { user: Arc::new(user), policies }))
}

pub(super) async fn role(
    tx: &mut Transaction,
    directory: &Directory,
    account: AccountId,
    name: &RoleName,
) -> Result<Option<RoleEntry>> {
    let Some(role) = store::role::find_by_name(tx, account, name).await? else { return Ok(None) };
    let mut identity = Vec::new();
    sources_of(tx, directory, account, &PolicyOwner::Role(role.id.clone()), "role", &mut identity).await?;
    let boundary = boundary(tx, directory, account, role.permissions_boundary.as_ref()).await?;
    let policies = Arc::new(PrincipalPolicies::new(identity, boundary));
    let trust = directory.compile(&iam::role::trust::pinned(&role), PolicyKind::Trust)?;
    let trust = Arc::new(ResourcePolicy::new(trust));
    Ok(Some(RoleEntry { role: Arc::new(role), policies, trust, noted: Arc::default() }))
}

pub(super) async fn managed_policy(
    tx: &mut Transaction,
    directory: &Directory,
    account: AccountId,
    arn: &str,
) -> Result<Option<Source>> {
    if let Some(aws) = iam::aws_managed_policy::find(arn) {
        let policy = directory.compile(aws.document(), PolicyKind::Identity)?;
        return Ok(Some(Source::new(arn, "aws-managed", policy)));
    }
    let Ok(parsed) = Arn::parse(arn) else { return Ok(None) };
    let Some(managed) = store::managed_policy::find_by_arn(tx, account, &parsed).await? else {
        return Ok(None);
    };
    let version = store::policy_version::find(tx, account, &managed.id, managed.default_version).await?;
    let Some(version) = version else { return Ok(None) };
    let policy = directory.compile(&version.document, PolicyKind::Identity)?;
    Ok(Some(Source::new(arn, "user-managed", policy)))
}

/// The inline and attached policies of one owner.
async fn sources_of(
    tx: &mut Transaction,
    directory: &Directory,
    account: AccountId,
    owner: &PolicyOwner,
    source_type: &'static str,
    sources: &mut Vec<Source>,
) -> Result<()> {
    for inline in store::inline_policy::list(tx, account, owner, None, ALL).await? {
        let policy = directory.compile(&inline.document, PolicyKind::Identity)?;
        sources.push(Source::new(inline.name.as_str(), source_type, policy));
    }
    for arn in store::attachment::list(tx, account, owner, None, ALL).await? {
        sources.extend(managed_policy(tx, directory, account, &arn).await?);
    }
    Ok(())
}

/// A boundary whose policy is gone is an empty one: it allows nothing.
async fn boundary(
    tx: &mut Transaction,
    directory: &Directory,
    account: AccountId,
    boundary: Option<&PermissionsBoundary>,
) -> Result<Option<Vec<Source>>> {
    let Some(boundary) = boundary else { return Ok(None) };
    let source = managed_policy(tx, directory, account, &boundary.policy_arn).await?;
    Ok(Some(source.into_iter().collect()))
}
