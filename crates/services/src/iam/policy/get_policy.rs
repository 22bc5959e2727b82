use super::{get, permission, shape, usage};
use crate::{Access, Cx, Effect, Operation, Result, iam::tags};
use shapes::iam::{GetPolicy, GetPolicyInput, GetPolicyOutput, types};
use store::Transaction;

impl Operation for GetPolicy {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &GetPolicyInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:GetPolicy", &input.policy_arn).await?.into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: GetPolicyInput) -> Result<GetPolicyOutput> {
        let managed = get(cx, tx, &input.policy_arn).await?;
        let usage = usage(cx, tx, &managed).await?;
        let policy = types::Policy {
            description: managed.description().map(str::to_owned),
            tags: Some(tags::shapes(managed.tags())),
            ..shape(&managed, usage)
        };
        Ok(GetPolicyOutput { policy: Some(policy) })
    }
}
