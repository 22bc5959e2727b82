use super::{detach, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::role};
use domain::PolicyOwner;
use shapes::iam::{DetachRolePolicy, DetachRolePolicyInput, DetachRolePolicyOutput};
use store::Transaction;

impl Operation for DetachRolePolicy {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DetachRolePolicyInput) -> Result<Access> {
        let role = role::permission(cx, tx, "iam:DetachRolePolicy", &input.role_name).await?;
        Ok(permission(role, &input.policy_arn).into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DetachRolePolicyInput,
    ) -> Result<DetachRolePolicyOutput> {
        let role = role::modifiable(tx, cx.account(), &input.role_name).await?;
        detach(cx, tx, &PolicyOwner::Role(role.id), &input.policy_arn).await?;
        Ok(DetachRolePolicyOutput)
    }
}
