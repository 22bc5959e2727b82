use super::{own, permission_to_change};
use crate::{Access, Cx, Effect, Operation, Result, iam::tags};
use shapes::iam::{TagPolicy, TagPolicyInput, TagPolicyOutput};
use store::Transaction;

impl Operation for TagPolicy {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &TagPolicyInput) -> Result<Access> {
        let policy = permission_to_change(cx, tx, "iam:TagPolicy", &input.policy_arn).await?;
        Ok(policy.with_request_tags(&tags::pairs(Some(&input.tags))).into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: TagPolicyInput) -> Result<TagPolicyOutput> {
        let mut policy = own(cx, tx, &input.policy_arn).await?;
        tags::merge_exact(&mut policy.tags, tags::parse_exact(input.tags)?)?;
        store::managed_policy::update(tx, &policy).await?;
        Ok(TagPolicyOutput)
    }
}
