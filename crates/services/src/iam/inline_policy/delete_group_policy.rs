use super::delete;
use crate::{Access, Cx, Effect, Operation, Result, iam::group};
use domain::PolicyOwner;
use shapes::iam::{DeleteGroupPolicy, DeleteGroupPolicyInput, DeleteGroupPolicyOutput};
use store::Transaction;

impl Operation for DeleteGroupPolicy {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DeleteGroupPolicyInput) -> Result<Access> {
        Ok(group::permission(cx, tx, "iam:DeleteGroupPolicy", &input.group_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DeleteGroupPolicyInput,
    ) -> Result<DeleteGroupPolicyOutput> {
        let group = group::named(tx, cx.account(), &input.group_name).await?;
        delete(cx, tx, &PolicyOwner::Group(group.id), &input.policy_name).await?;
        Ok(DeleteGroupPolicyOutput)
    }
}
