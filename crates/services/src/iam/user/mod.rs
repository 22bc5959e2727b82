//! Users.

mod create_user;
mod delete_user;
mod delete_user_permissions_boundary;
mod get_user;
mod list_user_tags;
mod list_users;
mod put_user_permissions_boundary;
mod tag_user;
mod untag_user;
mod update_user;

use super::errors;
use crate::{Cx, Permission, Result, UserEntry, directory::KnownUser};
use domain::{AccountId, Arn, User, UserName};
use shapes::iam::types;
use std::sync::Arc;
use store::{Transaction, last_used::UsedKind};

/// The user of that name. The model lets names of users that are there be longer than names of users to be made: none has
/// such a name.
pub(crate) async fn find(tx: &mut Transaction, account: AccountId, name: &str) -> Result<Option<User>> {
    match UserName::parse(name) {
        Ok(name) => Ok(store::user::find_by_name(tx, account, &name).await?),
        Err(_) => Ok(None),
    }
}

/// The user of that name, or `NoSuchEntity`.
pub(crate) async fn named(tx: &mut Transaction, account: AccountId, name: &str) -> Result<User> {
    find(tx, account, name).await?.ok_or_else(|| errors::no_such("user", name))
}

/// The user of that name as the directory knows it: for calls that read.
async fn known(cx: &Cx, name: &str) -> Result<Option<KnownUser>> {
    match UserName::parse(name) {
        Ok(name) => cx.plane.directory.user_named(&cx.plane, cx.account(), &name).await,
        Err(_) => Ok(None),
    }
}

/// The user of that name or, without a name, the caller, who must be a user then; from the directory.
async fn known_or_caller(cx: &Cx, name: Option<&str>) -> Result<KnownUser> {
    let (found, name) = match (name, cx.caller.user()) {
        (Some(name), _) => (known(cx, name).await?, name),
        (None, Some(caller)) => {
            let entry = cx.plane.directory.user(&cx.plane, cx.account(), &caller.id).await?;
            let known = |entry: Arc<UserEntry>| KnownUser {
                user: entry.user.clone(),
                has_password: entry.has_password,
            };
            (entry.map(known), caller.name.as_str())
        }
        (None, None) => return Err(errors::must_specify_user_name()),
    };
    found.ok_or_else(|| errors::no_such("user", name))
}

/// The user of that name or, without a name, the caller, who must be a user then.
pub(crate) async fn named_or_caller(cx: &Cx, tx: &mut Transaction, name: Option<&str>) -> Result<User> {
    match (name, cx.caller.user()) {
        (Some(name), _) => named(tx, cx.account(), name).await,
        (None, Some(caller)) => {
            let found = store::user::find(tx, cx.account(), &caller.id).await?;
            found.ok_or_else(|| errors::no_such("user", &caller.name))
        }
        (None, None) => Err(errors::must_specify_user_name()),
    }
}

/// A permission on the user of that name. For one who does not exist, the ARN at the root path.
pub(crate) async fn permission(
    cx: &Cx,
    tx: &mut Transaction,
    action: &'static str,
    name: &str,
) -> Result<Permission> {
    let on = |user: Option<&User>| match user {
        Some(user) => permission_on(action, user),
        None => Permission::to(action, arn(cx.account(), name)),
    };
    // What a transaction has begun with it goes on with.
    Ok(if tx.is_idle() {
        on(known(cx, name).await?.map(|known| known.user).as_deref())
    } else {
        on(find(tx, cx.account(), name).await?.as_ref())
    })
}

/// A permission on the user of that name or, without a name, on the caller.
pub(crate) async fn permission_or_caller(
    cx: &Cx,
    tx: &mut Transaction,
    action: &'static str,
    name: Option<&str>,
) -> Result<Permission> {
    match (name, cx.caller.user()) {
        (Some(name), _) => permission(cx, tx, action, name).await,
        (None, Some(caller)) => Ok(permission_on(action, caller)),
        (None, None) => Ok(Permission::to(action, cx.caller.arn())),
    }
}

fn permission_on(action: &'static str, user: &User) -> Permission {
    Permission::to(action, user.arn())
        .with_resource_tags(&user.tags)
        .with_boundary(user.permissions_boundary.as_ref())
}

fn arn(account: AccountId, name: &str) -> Arn {
    Arn::iam(account, format!("user/{name}"))
}

/// The user as IAM's answers show it. Lists leave tags and boundary out.
pub(crate) fn shape(user: &User) -> types::User {
    types::User {
        path: user.path.to_string(),
        user_name: user.name.to_string(),
        user_id: user.id.to_string(),
        arn: user.arn().to_string(),
        create_date: user.created_at,
        password_last_used: None,
        permissions_boundary: None,
        tags: None,
    }
}

/// The user with all that is known of it.
pub(crate) fn whole_shape(user: &User) -> types::User {
    types::User {
        permissions_boundary: user.permissions_boundary.as_ref().map(super::boundary::shape),
        tags: super::tags::shape(&user.tags),
        ..shape(user)
    }
}

/// The root user as IAM shows it to itself: a user without path and name, whose id is the account's.
pub(crate) async fn root_shape(cx: &Cx, tx: &mut Transaction) -> Result<types::User> {
    let account = store::account::get(tx, cx.account()).await?;
    let used = cx.last_use(tx, UsedKind::Password, &account.id.to_string()).await?;
    Ok(types::User {
        path: String::new(),
        user_name: String::new(),
        user_id: account.id.to_string(),
        arn: account.root_arn().to_string(),
        create_date: account.created_at,
        password_last_used: used.map(|used| used.at),
        permissions_boundary: None,
        tags: None,
    })
}
