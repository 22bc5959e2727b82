use super::{detach, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::user};
use domain::PolicyOwner;
use shapes::iam::{DetachUserPolicy, DetachUserPolicyInput, DetachUserPolicyOutput};
use store::Transaction;

impl Operation for DetachUserPolicy {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DetachUserPolicyInput) -> Result<Access> {
        let user = user::permission(cx, tx, "iam:DetachUserPolicy", &input.user_name).await?;
        Ok(permission(user, &input.policy_arn).into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DetachUserPolicyInput,
    ) -> Result<DetachUserPolicyOutput> {
        let user = user::named(tx, cx.account(), &input.user_name).await?;
        detach(cx, tx, &PolicyOwner::User(user.id), &input.policy_arn).await?;
        Ok(DetachUserPolicyOutput)
    }
}
