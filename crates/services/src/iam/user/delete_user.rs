use super::{named, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use domain::{AccessKeyOwner, PolicyOwner};
use shapes::iam::{DeleteUser, DeleteUserInput, DeleteUserOutput};
use store::{Transaction, last_used::UsedKind};

impl Operation for DeleteUser {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DeleteUserInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:DeleteUser", &input.user_name).await?.into())
    }

    /// Refuses in the order in which AWS lists what must be gone.
    ///
    /// Source: `DeleteUser` in the IAM API reference.
    async fn handle(cx: &Cx, tx: &mut Transaction, input: DeleteUserInput) -> Result<DeleteUserOutput> {
        let account = cx.account();
        let user = named(tx, account, &input.user_name).await?;
        let owner = PolicyOwner::User(user.id.clone());
        let credentials = AccessKeyOwner::User(user.id.clone());
        if store::login_profile::find(tx, account, &credentials).await?.is_some() {
            return Err(errors::delete_conflict("delete login profile"));
        }
        if store::access_key::count(tx, account, &credentials).await? > 0 {
            return Err(errors::delete_conflict("delete access keys"));
        }
        if store::signing_certificate::count(tx, account, &credentials).await? > 0 {
            return Err(errors::delete_conflict("delete signing certificates"));
        }
        if !store::ssh_public_key::list(tx, account, &user.id, None, 1).await?.is_empty() {
            return Err(errors::delete_conflict("delete SSH public keys"));
        }
        if !store::service_specific_credential::list(tx, account, &user.id, None, 1).await?.is_empty() {
            return Err(errors::delete_conflict("delete service specific credentials"));
        }
        if store::mfa_device::count(tx, account, &credentials).await? > 0 {
            return Err(errors::delete_conflict("delete MFA device"));
        }
        if !store::inline_policy::list(tx, account, &owner, None, 1).await?.is_empty() {
            return Err(errors::delete_conflict("delete policies"));
        }
        if store::attachment::count(tx, account, &owner).await? > 0 {
            return Err(errors::delete_conflict("detach all policies"));
        }
        if store::membership::count_groups(tx, account, &user.id).await? > 0 {
            return Err(errors::delete_conflict("remove users from group"));
        }
        store::last_used::delete(tx, account, UsedKind::Password, user.id.as_str()).await?;
        store::service_access::delete(tx, account, &user.id).await?;
        store::user::delete(tx, account, &user.id).await?;
        Ok(DeleteUserOutput {})
    }
}
