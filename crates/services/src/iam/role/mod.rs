//! Roles.

mod create_role;
mod delete_role;
mod delete_role_permissions_boundary;
mod get_role;
mod list_role_tags;
mod list_roles;
mod put_role_permissions_boundary;
mod tag_role;
pub(crate) mod trust;
mod untag_role;
mod update_assume_role_policy;
mod update_role;
mod update_role_description;

pub(crate) use create_role::own_path;

use super::{boundary, errors, names, policy_document, tags};
use crate::{Cx, Permission, Result};
use domain::{AccountId, Arn, Role, RoleName};
use jiff::SignedDuration;
use shapes::iam::types;
use store::{Transaction, last_used::UsedKind};

/// The path of roles that services make for themselves in an account.
pub(crate) const SERVICE_LINKED: &str = "/aws-service-role/";
/// The path of roles that Identity Center makes from permission sets.
const RESERVED: &str = "/aws-reserved/";
/// The longest session, in seconds, of a role that does not say.
pub(crate) const DEFAULT_MAX_SESSION_DURATION: u32 = 3600;
/// How long IAM remembers that a role was used.
const TRACKING_PERIOD: SignedDuration = SignedDuration::from_hours(400 * 24);

/// The role of that name, or `NoSuchEntity`.
pub(crate) async fn named(tx: &mut Transaction, account: AccountId, name: &str) -> Result<Role> {
    let found = store::role::find_by_name(tx, account, &names::role(name)?).await?;
    found.ok_or_else(|| errors::no_such("role", name))
}

/// The role of that name to be changed; roles that AWS owns are refused.
pub(crate) async fn modifiable(tx: &mut Transaction, account: AccountId, name: &str) -> Result<Role> {
    let role = taggable(tx, account, name).await?;
    if role.path.as_str().starts_with(SERVICE_LINKED) {
        return Err(errors::protected_role(&role.name));
    }
    Ok(role)
}

/// The role of that name for a change of tags or description, which AWS lets an account make on service-linked roles
/// too.
async fn taggable(tx: &mut Transaction, account: AccountId, name: &str) -> Result<Role> {
    let role = named(tx, account, name).await?;
    if role.path.as_str().starts_with(RESERVED) {
        return Err(errors::protected_role(&role.name));
    }
    Ok(role)
}

/// Deletes a role that has no policies left and is in no instance profile, with all that is remembered of its use.
pub(crate) async fn delete(tx: &mut Transaction, role: &Role) -> Result<()> {
    store::last_used::delete(tx, role.account_id, UsedKind::Role, role.id.as_str()).await?;
    store::service_access::delete(tx, role.account_id, &role.id).await?;
    store::role::delete(tx, role.account_id, &role.id).await?;
    Ok(())
}

/// A permission on the role of that name. For one that does not exist, the ARN at the root path.
pub(crate) async fn permission(
    cx: &Cx,
    tx: &mut Transaction,
    action: &'static str,
    name: &str,
) -> Result<Permission> {
    let name = names::role(name)?;
    Ok(match store::role::find_by_name(tx, cx.account(), &name).await? {
        Some(role) => permission_on(action, &role),
        None => Permission::to(action, arn(cx.account(), &name)),
    })
}

pub(crate) fn permission_on(action: &'static str, role: &Role) -> Permission {
    Permission::to(action, role.arn())
        .with_resource_tags(&role.tags)
        .with_boundary(role.permissions_boundary.as_ref())
}

fn arn(account: AccountId, name: &RoleName) -> Arn {
    Arn::iam(account, format!("role/{name}"))
}

/// The role as IAM's answers show it. Lists leave tags, boundary and last use out.
pub(crate) async fn shape(tx: &mut Transaction, role: &Role) -> Result<types::Role> {
    let trust_policy = trust::shown(tx, role).await?;
    Ok(types::Role {
        path: role.path.to_string(),
        role_name: role.name.to_string(),
        role_id: role.id.to_string(),
        arn: role.arn().to_string(),
        create_date: role.created_at,
        assume_role_policy_document: Some(policy_document::encoded(&trust_policy)),
        description: role.description.clone(),
        max_session_duration: i32::try_from(role.max_session_duration).ok(),
        permissions_boundary: None,
        tags: None,
        role_last_used: None,
        source_role_template: None,
    })
}

/// The role with all that its record holds: everything but its last use and its template.
pub(crate) async fn whole_shape(tx: &mut Transaction, role: &Role) -> Result<types::Role> {
    Ok(types::Role {
        permissions_boundary: role.permissions_boundary.as_ref().map(boundary::shape),
        tags: tags::shape(&role.tags),
        ..shape(tx, role).await?
    })
}

/// The role's last use: empty when it was not used in the tracking period.
pub(crate) async fn last_used(cx: &Cx, tx: &mut Transaction, role: &Role) -> Result<types::RoleLastUsed> {
    let used = cx.last_use(tx, UsedKind::Role, role.id.as_str()).await?;
    let used = used.filter(|used| cx.now.duration_since(used.at) <= TRACKING_PERIOD);
    Ok(types::RoleLastUsed {
        last_used_date: used.as_ref().map(|used| used.at),
        region: used.map(|used| used.region),
    })
}
