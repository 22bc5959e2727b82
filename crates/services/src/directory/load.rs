//! Reading what the directory keeps. The transaction notes which entities the functions of the store read.

use super::{
    KeyEntry, ResourcePolicy, RoleEntry, UserEntry,
    entry::{KnownUser, ManagedEntry, Noted},
    memory::{Held, Thing},
    shared::{Piece, Shared},
};
use crate::{Result, iam};
use domain::{AccessKeyOwner, AccountId, Arn, PermissionsBoundary, PolicyOwner, RoleName, UniqueId};
use policy::PolicyKind;
use std::sync::Arc;
use store::{Sealer, Transaction};

/// More than any quota allows of policies on one principal or of groups around one user.
const ALL: u32 = 10_000;

/// The thing of that key.
pub(super) async fn thing(
    tx: &mut Transaction,
    sealer: &Sealer,
    shared: &Shared,
    key: Thing<'_>,
) -> Result<Option<Held>> {
    Ok(match key {
        Thing::AccessKey(id) => {
            let Some(account) = id.account_id() else { return Ok(None) };
            let found = store::access_key::find_with_secret(tx, sealer, account, id).await?;
            let Some((key, secret)) = found else { return Ok(None) };
            let user = match &key.owner {
                AccessKeyOwner::Root => None,
                AccessKeyOwner::User(id) => user(tx, shared, account, id).await?,
            };
            Some(Held::AccessKey(Arc::new(KeyEntry { key, secret, user, noted: Noted::default() })))
        }
        Thing::Managed(account, arn) => {
            let piece = managed_policy(tx, shared, account, arn).await?;
            piece.map(|piece| Held::Managed(Arc::new(ManagedEntry { account, piece })))
        }
        Thing::Role(account, name) => role(tx, shared, account, name).await?.map(Arc::new).map(Held::Role),
        Thing::UserNamed(account, name) => {
            let Some(user) = store::user::find_by_name(tx, account, name).await? else { return Ok(None) };
            let has_password = has_password(tx, account, &user.id).await?;
            Some(Held::UserNamed(KnownUser { user: Arc::new(user), has_password }))
        }
        Thing::User(account, id) => user(tx, shared, account, id).await?.map(Arc::new).map(Held::User),
    })
}

async fn user(
    tx: &mut Transaction,
    shared: &Shared,
    account: AccountId,
    id: &UniqueId,
) -> Result<Option<UserEntry>> {
    let Some(user) = store::user::find(tx, account, id).await? else { return Ok(None) };
    let mut identity = Vec::new();
    policies_of(tx, shared, account, &PolicyOwner::User(id.clone()), "user", &mut identity).await?;
    for group in store::membership::list_groups(tx, account, id, None, ALL).await? {
        policies_of(tx, shared, account, &PolicyOwner::Group(group.id), "group", &mut identity).await?;
    }
    let boundary = boundary(tx, shared, account, user.permissions_boundary.as_ref()).await?;
    let has_password = has_password(tx, account, id).await?;
    Ok(Some(UserEntry { user: Arc::new(user), has_password, policies: shared.fuse(identity, boundary) }))
}

async fn has_password(tx: &mut Transaction, account: AccountId, user: &UniqueId) -> Result<bool> {
    let owner = AccessKeyOwner::User(user.clone());
    Ok(store::login_profile::find(tx, account, &owner).await?.is_some())
}

async fn role(
    tx: &mut Transaction,
    shared: &Shared,
    account: AccountId,
    name: &RoleName,
) -> Result<Option<RoleEntry>> {
    let Some(role) = store::role::find_by_name(tx, account, name).await? else { return Ok(None) };
    let mut identity = Vec::new();
    policies_of(tx, shared, account, &PolicyOwner::Role(role.id.clone()), "role", &mut identity).await?;
    let boundary = boundary(tx, shared, account, role.permissions_boundary.as_ref()).await?;
    let trust = shared.piece("", "resource", &iam::role::trust::pinned(&role), PolicyKind::Trust)?;
    let trust = Arc::new(ResourcePolicy::new(trust));
    let policies = shared.fuse(identity, boundary);
    Ok(Some(RoleEntry { role: Arc::new(role), policies, trust, noted: Noted::default() }))
}

async fn managed_policy(
    tx: &mut Transaction,
    shared: &Shared,
    account: AccountId,
    arn: &str,
) -> Result<Option<Piece>> {
    let piece = |source_type: &'static str, document: &str| {
        shared.piece(arn, source_type, document, PolicyKind::Identity).map(Some)
    };
    if let Some(aws) = iam::aws_managed_policy::find(tx, arn).await? {
        return piece("aws-managed", &aws.document(tx).await?);
    }
    let Ok(parsed) = Arn::parse(arn) else { return Ok(None) };
    let Some(managed) = store::managed_policy::find_by_arn(tx, account, &parsed).await? else {
        return Ok(None);
    };
    let version = store::policy_version::find(tx, account, &managed.id, managed.default_version).await?;
    let Some(version) = version else { return Ok(None) };
    piece("user-managed", &version.document)
}

/// The inline and attached policies of one owner.
async fn policies_of(
    tx: &mut Transaction,
    shared: &Shared,
    account: AccountId,
    owner: &PolicyOwner,
    source_type: &'static str,
    pieces: &mut Vec<Piece>,
) -> Result<()> {
    for inline in store::inline_policy::list(tx, account, owner, None, ALL).await? {
        pieces.push(shared.piece(
            inline.name.as_str(),
            source_type,
            &inline.document,
            PolicyKind::Identity,
        )?);
    }
    for arn in store::attachment::list(tx, account, owner, None, ALL).await? {
        pieces.extend(managed_policy(tx, shared, account, &arn).await?);
    }
    Ok(())
}

/// A boundary whose policy is gone is an empty one: it allows nothing.
async fn boundary(
    tx: &mut Transaction,
    shared: &Shared,
    account: AccountId,
    boundary: Option<&PermissionsBoundary>,
) -> Result<Option<Vec<Piece>>> {
    let Some(boundary) = boundary else { return Ok(None) };
    let piece = managed_policy(tx, shared, account, &boundary.policy_arn).await?;
    Ok(Some(piece.into_iter().collect()))
}
