//! Roles that AWS's services make for themselves in an account. Only the service changes them; the account describes,
//! tags and deletes them.

mod catalog;
mod create_service_linked_role;
mod delete_service_linked_role;
mod get_service_linked_role_deletion_status;

pub(crate) use catalog::{ROLE_MANAGER, ServiceLinkedRole};

use super::{
    aws_managed_policy, errors, names, quotas,
    role::{self, SERVICE_LINKED},
};
use crate::{Cx, Permission, Result};
use domain::{Arn, IdKind, Path, PolicyOwner, Role, RoleName, UniqueId};
use store::Transaction;

/// A permission to make the role of that name for the service: `iam:AWSServiceName`.
pub(crate) fn permission_to_create(cx: &Cx, service: &str, name: &str) -> Permission {
    let arn = Arn::iam(cx.account(), format!("role{SERVICE_LINKED}{service}/{name}"));
    Permission::to("iam:CreateServiceLinkedRole", arn).with("iam:AWSServiceName", service)
}

/// Makes the role of the service, with its policy where that is one this program has.
pub(crate) async fn create(
    cx: &Cx,
    tx: &mut Transaction,
    of: &ServiceLinkedRole,
    name: RoleName,
    description: Option<String>,
) -> Result<Role> {
    let account = cx.account();
    if store::role::find_by_name(tx, account, &name).await?.is_some() {
        return Err(errors::service_role_name_taken(&name));
    }
    let path = format!("{SERVICE_LINKED}{}/", of.service);
    let role = Role {
        account_id: account,
        id: UniqueId::new(IdKind::Role, cx.random()),
        name,
        path: Path::parse(&path).map_err(|_| errors::invalid_path())?,
        created_at: cx.now,
        trust_policy: of.trust_policy(),
        trusted_principals: Vec::new(),
        description,
        max_session_duration: role::DEFAULT_MAX_SESSION_DURATION,
        permissions_boundary: None,
        tags: Vec::new(),
        source_template: None,
    };
    quotas::one_more(cx, tx, "RolesPerAccount", quotas::ROLES, async |tx| {
        store::role::count(tx, account).await
    })
    .await?;
    store::role::insert(tx, &role).await?;
    let policy = of.policy_arn();
    if aws_managed_policy::find(tx, &policy).await?.is_some() {
        store::attachment::insert(tx, account, &PolicyOwner::Role(role.id.clone()), &policy).await?;
    }
    Ok(role)
}

/// The service-linked role of that name, or `NoSuchEntity`.
async fn named(cx: &Cx, tx: &mut Transaction, name: &str) -> Result<Role> {
    let found = store::role::find_by_name(tx, cx.account(), &names::role(name)?).await?;
    let found = found.filter(|role| role.path.as_str().starts_with(SERVICE_LINKED));
    found.ok_or_else(|| errors::no_such("role", name))
}
