use super::put;
use crate::{Access, Cx, Effect, Operation, Result, iam::group};
use domain::PolicyOwner;
use shapes::iam::{PutGroupPolicy, PutGroupPolicyInput, PutGroupPolicyOutput};
use store::Transaction;

impl Operation for PutGroupPolicy {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &PutGroupPolicyInput) -> Result<Access> {
        Ok(group::permission(cx, tx, "iam:PutGroupPolicy", &input.group_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: PutGroupPolicyInput,
    ) -> Result<PutGroupPolicyOutput> {
        let group = group::named(tx, cx.account(), &input.group_name).await?;
        let owner = PolicyOwner::Group(group.id);
        put(cx, tx, &owner, group.name.as_str(), &input.policy_name, input.policy_document).await?;
        Ok(PutGroupPolicyOutput)
    }
}
