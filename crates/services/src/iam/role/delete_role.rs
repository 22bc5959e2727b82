use super::{delete, modifiable, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use domain::PolicyOwner;
use shapes::iam::{DeleteRole, DeleteRoleInput, DeleteRoleOutput};
use store::Transaction;

impl Operation for DeleteRole {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DeleteRoleInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:DeleteRole", &input.role_name).await?.into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: DeleteRoleInput) -> Result<DeleteRoleOutput> {
        let account = cx.account();
        let role = modifiable(tx, account, &input.role_name).await?;
        let owner = PolicyOwner::Role(role.id.clone());
        if !store::instance_profile::list_with_role(tx, account, &role.id, None, 1).await?.is_empty() {
            return Err(errors::delete_conflict("remove roles from instance profile"));
        }
        if store::attachment::count(tx, account, &owner).await? > 0 {
            return Err(errors::delete_conflict("detach all policies"));
        }
        if !store::inline_policy::list(tx, account, &owner, None, 1).await?.is_empty() {
            return Err(errors::delete_conflict("delete policies"));
        }
        delete(tx, &role).await?;
        Ok(DeleteRoleOutput)
    }
}
