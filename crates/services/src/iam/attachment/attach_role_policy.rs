use super::{attach, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::role};
use domain::PolicyOwner;
use shapes::iam::{AttachRolePolicy, AttachRolePolicyInput, AttachRolePolicyOutput};
use store::Transaction;

impl Operation for AttachRolePolicy {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &AttachRolePolicyInput) -> Result<Access> {
        let role = role::permission(cx, tx, "iam:AttachRolePolicy", &input.role_name).await?;
        Ok(permission(role, &input.policy_arn).into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: AttachRolePolicyInput,
    ) -> Result<AttachRolePolicyOutput> {
        let role = role::modifiable(tx, cx.account(), &input.role_name).await?;
        attach(cx, tx, &PolicyOwner::Role(role.id), &input.policy_arn).await?;
        Ok(AttachRolePolicyOutput)
    }
}
