//! Groups.

mod add_user_to_group;
mod create_group;
mod delete_group;
mod get_group;
mod list_groups;
mod list_groups_for_user;
mod remove_user_from_group;
mod update_group;

use super::{errors, names};
use crate::{Cx, Permission, Result};
use domain::{AccountId, Arn, Group, GroupName};
use shapes::iam::types;
use store::Transaction;

/// The group of that name, or `NoSuchEntity`.
pub(crate) async fn named(tx: &mut Transaction, account: AccountId, name: &str) -> Result<Group> {
    let found = store::group::find_by_name(tx, account, &names::group(name)?).await?;
    found.ok_or_else(|| errors::no_such("group", name))
}

/// A permission on the group of that name. For one that does not exist, the ARN at the root path.
pub(crate) async fn permission(
    cx: &Cx,
    tx: &mut Transaction,
    action: &'static str,
    name: &str,
) -> Result<Permission> {
    let name = names::group(name)?;
    Ok(match store::group::find_by_name(tx, cx.account(), &name).await? {
        Some(group) => Permission::to(action, group.arn()),
        None => Permission::to(action, arn(cx.account(), &name)),
    })
}

fn arn(account: AccountId, name: &GroupName) -> Arn {
    Arn::iam(account, format!("group/{name}"))
}

/// The group as IAM's answers show it.
pub(crate) fn shape(group: &Group) -> types::Group {
    types::Group {
        path: group.path.to_string(),
        group_name: group.name.to_string(),
        group_id: group.id.to_string(),
        arn: group.arn().to_string(),
        create_date: group.created_at,
    }
}
