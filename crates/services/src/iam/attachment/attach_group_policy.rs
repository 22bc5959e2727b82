use super::{attach, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::group};
use domain::PolicyOwner;
use shapes::iam::{AttachGroupPolicy, AttachGroupPolicyInput, AttachGroupPolicyOutput};
use store::Transaction;

impl Operation for AttachGroupPolicy {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &AttachGroupPolicyInput) -> Result<Access> {
        let group = group::permission(cx, tx, "iam:AttachGroupPolicy", &input.group_name).await?;
        Ok(permission(group, &input.policy_arn).into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: AttachGroupPolicyInput,
    ) -> Result<AttachGroupPolicyOutput> {
        let group = group::named(tx, cx.account(), &input.group_name).await?;
        attach(cx, tx, &PolicyOwner::Group(group.id), &input.policy_arn).await?;
        Ok(AttachGroupPolicyOutput)
    }
}
