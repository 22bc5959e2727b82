use super::put;
use crate::{Access, Cx, Effect, Operation, Result, iam::role};
use domain::PolicyOwner;
use shapes::iam::{PutRolePolicy, PutRolePolicyInput, PutRolePolicyOutput};
use store::Transaction;

impl Operation for PutRolePolicy {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &PutRolePolicyInput) -> Result<Access> {
        Ok(role::permission(cx, tx, "iam:PutRolePolicy", &input.role_name).await?.into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: PutRolePolicyInput) -> Result<PutRolePolicyOutput> {
        let role = role::modifiable(tx, cx.account(), &input.role_name).await?;
        let owner = PolicyOwner::Role(role.id);
        put(cx, tx, &owner, role.name.as_str(), &input.policy_name, input.policy_document).await?;
        Ok(PutRolePolicyOutput)
    }
}
