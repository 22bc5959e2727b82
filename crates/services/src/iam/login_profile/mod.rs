//! Login profiles: that a user, or the root user, signs in with a password.

mod change_password;
mod create_login_profile;
mod delete_login_profile;
mod get_login_profile;
mod update_login_profile;

use super::{errors, owner::Owner};
use crate::{Cx, Result};
use domain::{LoginProfile, Passwords};
use shapes::iam::types;
use store::Transaction;

/// The owner's profile with its passwords, or `NoSuchEntity`.
async fn get(cx: &Cx, tx: &mut Transaction, owner: &Owner) -> Result<(LoginProfile, Passwords)> {
    let sealer = &cx.plane.sealer;
    let found = store::login_profile::find_with_passwords(tx, sealer, cx.account(), &owner.id).await?;
    found.ok_or_else(|| errors::no_such_login_profile(name(cx, owner)))
}

/// The user's name, or the id of a root user.
fn name(cx: &Cx, owner: &Owner) -> String {
    owner.user_name.clone().unwrap_or_else(|| cx.account().to_string())
}

fn shape(profile: &LoginProfile, owner: &Owner) -> types::LoginProfile {
    types::LoginProfile {
        user_name: owner.user_name.clone().unwrap_or_default(),
        create_date: profile.created_at,
        password_reset_required: Some(profile.password_reset_required),
    }
}
