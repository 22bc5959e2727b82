use super::{named, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use domain::PolicyOwner;
use shapes::iam::{DeleteGroup, DeleteGroupInput, DeleteGroupOutput};
use store::Transaction;

impl Operation for DeleteGroup {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DeleteGroupInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:DeleteGroup", &input.group_name).await?.into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: DeleteGroupInput) -> Result<DeleteGroupOutput> {
        let account = cx.account();
        let group = named(tx, account, &input.group_name).await?;
        let owner = PolicyOwner::Group(group.id.clone());
        if !store::membership::list_users(tx, account, &group.id, None, 1).await?.is_empty() {
            return Err(errors::delete_conflict("remove users from group"));
        }
        if store::attachment::count(tx, account, &owner).await? > 0 {
            return Err(errors::delete_conflict("detach all policies"));
        }
        if !store::inline_policy::list(tx, account, &owner, None, 1).await?.is_empty() {
            return Err(errors::delete_conflict("delete policies"));
        }
        store::group::delete(tx, account, &group.id).await?;
        Ok(DeleteGroupOutput)
    }
}
