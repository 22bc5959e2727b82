use super::{attach, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::user};
use domain::PolicyOwner;
use shapes::iam::{AttachUserPolicy, AttachUserPolicyInput, AttachUserPolicyOutput};
use store::Transaction;

impl Operation for AttachUserPolicy {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &AttachUserPolicyInput) -> Result<Access> {
        let user = user::permission(cx, tx, "iam:AttachUserPolicy", &input.user_name).await?;
        Ok(permission(user, &input.policy_arn).into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: AttachUserPolicyInput,
    ) -> Result<AttachUserPolicyOutput> {
        let user = user::named(tx, cx.account(), &input.user_name).await?;
        attach(cx, tx, &PolicyOwner::User(user.id), &input.policy_arn).await?;
        Ok(AttachUserPolicyOutput)
    }
}
