use super::{named, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use domain::{AccessKeyOwner, PolicyOwner};
use shapes::iam::{DeleteUser, DeleteUserInput, DeleteUserOutput};
use store::Transaction;

impl Operation for DeleteUser {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DeleteUserInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:DeleteUser", &input.user_name).await?.into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: DeleteUserInput) -> Result<DeleteUserOutput> {
        let account = cx.account();
        let user = named(tx, account, &input.user_name).await?;
        let owner = PolicyOwner::User(user.id.clone());
        if store::membership::count_groups(tx, account, &user.id).await? > 0 {
            return Err(errors::delete_conflict("remove users from group"));
        }
        if store::attachment::count(tx, account, &owner).await? > 0 {
            return Err(errors::delete_conflict("detach all policies"));
        }
        if !store::inline_policy::list(tx, account, &owner, None, 1).await?.is_empty() {
            return Err(errors::delete_conflict("delete policies"));
        }
        if store::access_key::count(tx, account, &AccessKeyOwner::User(user.id.clone())).await? > 0 {
            return Err(errors::delete_conflict("delete access keys"));
        }
        store::service_access::delete(tx, account, &user.id).await?;
        store::user::delete(tx, account, &user.id).await?;
        Ok(DeleteUserOutput {})
    }
}
