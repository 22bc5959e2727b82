use super::{own, permission_to_change};
use crate::{Access, Cx, Effect, Operation, Result, iam::tags};
use shapes::iam::{UntagPolicy, UntagPolicyInput, UntagPolicyOutput};
use store::Transaction;

impl Operation for UntagPolicy {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &UntagPolicyInput) -> Result<Access> {
        let policy = permission_to_change(cx, tx, "iam:UntagPolicy", &input.policy_arn).await?;
        Ok(policy.with_tag_keys(input.tag_keys.clone()).into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: UntagPolicyInput) -> Result<UntagPolicyOutput> {
        let mut policy = own(cx, tx, &input.policy_arn).await?;
        tags::remove_exact(&mut policy.tags, &input.tag_keys)?;
        store::managed_policy::update(tx, &policy).await?;
        Ok(UntagPolicyOutput)
    }
}
