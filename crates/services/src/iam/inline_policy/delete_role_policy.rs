use super::delete;
use crate::{Access, Cx, Effect, Operation, Result, iam::role};
use domain::PolicyOwner;
use shapes::iam::{DeleteRolePolicy, DeleteRolePolicyInput, DeleteRolePolicyOutput};
use store::Transaction;

impl Operation for DeleteRolePolicy {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DeleteRolePolicyInput) -> Result<Access> {
        Ok(role::permission(cx, tx, "iam:DeleteRolePolicy", &input.role_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DeleteRolePolicyInput,
    ) -> Result<DeleteRolePolicyOutput> {
        let role = role::modifiable(tx, cx.account(), &input.role_name).await?;
        delete(cx, tx, &PolicyOwner::Role(role.id), &input.policy_name).await?;
        Ok(DeleteRolePolicyOutput)
    }
}
