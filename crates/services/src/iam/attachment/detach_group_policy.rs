use super::{detach, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::group};
use domain::PolicyOwner;
use shapes::iam::{DetachGroupPolicy, DetachGroupPolicyInput, DetachGroupPolicyOutput};
use store::Transaction;

impl Operation for DetachGroupPolicy {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DetachGroupPolicyInput) -> Result<Access> {
        let group = group::permission(cx, tx, "iam:DetachGroupPolicy", &input.group_name).await?;
        Ok(permission(group, &input.policy_arn).into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DetachGroupPolicyInput,
    ) -> Result<DetachGroupPolicyOutput> {
        let group = group::named(tx, cx.account(), &input.group_name).await?;
        detach(cx, tx, &PolicyOwner::Group(group.id), &input.policy_arn).await?;
        Ok(DetachGroupPolicyOutput)
    }
}
