use super::named;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{group, policy_document},
};
use domain::PolicyOwner;
use shapes::iam::{GetGroupPolicy, GetGroupPolicyInput, GetGroupPolicyOutput};
use store::Transaction;

impl Operation for GetGroupPolicy {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &GetGroupPolicyInput) -> Result<Access> {
        Ok(group::permission(cx, tx, "iam:GetGroupPolicy", &input.group_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: GetGroupPolicyInput,
    ) -> Result<GetGroupPolicyOutput> {
        let group = group::named(tx, cx.account(), &input.group_name).await?;
        let policy = named(cx, tx, &PolicyOwner::Group(group.id), &input.policy_name).await?;
        Ok(GetGroupPolicyOutput {
            group_name: group.name.to_string(),
            policy_name: policy.name.to_string(),
            policy_document: policy_document::encoded(&policy.document),
        })
    }
}
