//! Whose credentials a request is about: a user's or the root user's.

use super::user;
use crate::{Cx, Permission, Result};
use domain::{AccessKeyOwner, User};
use store::Transaction;

/// Whose credentials a request is about.
#[derive(Debug)]
pub(crate) struct Owner {
    pub(crate) id: AccessKeyOwner,
    /// Absent for the root user, which has no name.
    pub(crate) user_name: Option<String>,
}

/// The user of that name or, without a name, the caller: a user or the root user.
pub(crate) async fn owner(cx: &Cx, tx: &mut Transaction, user_name: Option<&str>) -> Result<Owner> {
    if user_name.is_none() && cx.caller.is_root() {
        return Ok(Owner::root());
    }
    Ok(Owner::of(&user::named_or_caller(cx, tx, user_name).await?))
}

/// The same where the API wants a name: the root user calls itself by its id, the account's, unless a user is called so.
pub(crate) async fn named_owner(cx: &Cx, tx: &mut Transaction, user_name: &str) -> Result<Owner> {
    if names_root(cx, tx, user_name).await? {
        return Ok(Owner::root());
    }
    Ok(Owner::of(&user::named(tx, cx.account(), user_name).await?))
}

/// A permission on the user of that name or, as above, on the root user.
pub(crate) async fn permission_on_named(
    cx: &Cx,
    tx: &mut Transaction,
    action: &'static str,
    user_name: &str,
) -> Result<Permission> {
    if names_root(cx, tx, user_name).await? {
        return Ok(Permission::to(action, cx.caller.arn()));
    }
    user::permission(cx, tx, action, user_name).await
}

async fn names_root(cx: &Cx, tx: &mut Transaction, user_name: &str) -> Result<bool> {
    let itself = cx.caller.is_root() && user_name == cx.account().to_string();
    Ok(itself && user::find(tx, cx.account(), user_name).await?.is_none())
}

impl Owner {
    /// The root user.
    pub(crate) fn root() -> Self {
        Self { id: AccessKeyOwner::Root, user_name: None }
    }

    /// A user.
    pub(crate) fn of(user: &User) -> Self {
        Self { id: AccessKeyOwner::User(user.id.clone()), user_name: Some(user.name.to_string()) }
    }
}
