use super::{modifiable, permission, trust};
use crate::{Access, Cx, Effect, Operation, Result};
use shapes::iam::{UpdateAssumeRolePolicy, UpdateAssumeRolePolicyInput, UpdateAssumeRolePolicyOutput};
use store::Transaction;

impl Operation for UpdateAssumeRolePolicy {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &UpdateAssumeRolePolicyInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:UpdateAssumeRolePolicy", &input.role_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: UpdateAssumeRolePolicyInput,
    ) -> Result<UpdateAssumeRolePolicyOutput> {
        let mut role = modifiable(tx, cx.account(), &input.role_name).await?;
        let trust = trust::parse(tx, cx.account(), input.policy_document).await?;
        role.trust_policy = trust.document;
        role.trusted_principals = trust.principals;
        store::role::update(tx, &role).await?;
        Ok(UpdateAssumeRolePolicyOutput)
    }
}
