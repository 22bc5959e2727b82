//! Instance profiles: each hands one role to machines.

mod add_role_to_instance_profile;
mod create_instance_profile;
mod delete_instance_profile;
mod get_instance_profile;
mod list_instance_profile_tags;
mod list_instance_profiles;
mod list_instance_profiles_for_role;
mod remove_role_from_instance_profile;
mod tag_instance_profile;
mod untag_instance_profile;

use super::{errors, names, role, tags};
use crate::{Cx, Permission, Result};
use domain::{AccountId, Arn, InstanceProfile, Role};
use shapes::iam::types;
use store::Transaction;

/// More than the quota allows.
const ALL: u32 = 10_000;

/// The instance profile of that name, or `NoSuchEntity`.
async fn named(tx: &mut Transaction, account: AccountId, name: &str) -> Result<InstanceProfile> {
    let found = store::instance_profile::find_by_name(tx, account, &names::instance_profile(name)?).await?;
    found.ok_or_else(|| errors::no_such_instance_profile(name))
}

/// A permission on the instance profile of that name. For one that does not exist, the ARN at the root path.
async fn permission(cx: &Cx, tx: &mut Transaction, action: &'static str, name: &str) -> Result<Permission> {
    let name = names::instance_profile(name)?;
    Ok(match store::instance_profile::find_by_name(tx, cx.account(), &name).await? {
        Some(profile) => Permission::to(action, profile.arn()).with_aws_resource_tags(&profile.tags),
        None => Permission::to(action, Arn::iam(cx.account(), format!("instance-profile/{name}"))),
    })
}

/// All instance profiles that the role is in, as IAM's answers show them.
pub(crate) async fn with_role(
    cx: &Cx,
    tx: &mut Transaction,
    role: &Role,
) -> Result<Vec<types::InstanceProfile>> {
    let profiles = store::instance_profile::list_with_role(tx, cx.account(), &role.id, None, ALL).await?;
    shapes(tx, &profiles).await
}

/// Instance profiles as IAM's lists show them.
async fn shapes(tx: &mut Transaction, profiles: &[InstanceProfile]) -> Result<Vec<types::InstanceProfile>> {
    let mut shapes = Vec::with_capacity(profiles.len());
    for profile in profiles {
        shapes.push(shape(tx, profile).await?);
    }
    Ok(shapes)
}

/// The instance profile as IAM's answers show it. Lists leave tags out.
async fn shape(tx: &mut Transaction, profile: &InstanceProfile) -> Result<types::InstanceProfile> {
    let mut roles = Vec::new();
    if let Some(id) = &profile.role {
        let role = store::role::get(tx, profile.account_id, id).await?;
        roles.push(role::shape(tx, &role).await?);
    }
    Ok(types::InstanceProfile {
        path: profile.path.to_string(),
        instance_profile_name: profile.name.to_string(),
        instance_profile_id: profile.id.to_string(),
        arn: profile.arn().to_string(),
        create_date: profile.created_at,
        roles,
        tags: None,
    })
}

/// The instance profile with its tags.
async fn whole_shape(tx: &mut Transaction, profile: &InstanceProfile) -> Result<types::InstanceProfile> {
    Ok(types::InstanceProfile { tags: tags::shape(&profile.tags), ..shape(tx, profile).await? })
}
