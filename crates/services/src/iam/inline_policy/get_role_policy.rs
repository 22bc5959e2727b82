use super::named;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{policy_document, role},
};
use domain::PolicyOwner;
use shapes::iam::{GetRolePolicy, GetRolePolicyInput, GetRolePolicyOutput};
use store::Transaction;

impl Operation for GetRolePolicy {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &GetRolePolicyInput) -> Result<Access> {
        Ok(role::permission(cx, tx, "iam:GetRolePolicy", &input.role_name).await?.into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: GetRolePolicyInput) -> Result<GetRolePolicyOutput> {
        let role = role::named(tx, cx.account(), &input.role_name).await?;
        let policy = named(cx, tx, &PolicyOwner::Role(role.id), &input.policy_name).await?;
        Ok(GetRolePolicyOutput {
            role_name: role.name.to_string(),
            policy_name: policy.name.to_string(),
            policy_document: policy_document::encoded(&policy.document),
        })
    }
}
