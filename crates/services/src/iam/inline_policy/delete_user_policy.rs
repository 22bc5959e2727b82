use super::delete;
use crate::{Access, Cx, Effect, Operation, Result, iam::user};
use domain::PolicyOwner;
use shapes::iam::{DeleteUserPolicy, DeleteUserPolicyInput, DeleteUserPolicyOutput};
use store::Transaction;

impl Operation for DeleteUserPolicy {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DeleteUserPolicyInput) -> Result<Access> {
        Ok(user::permission(cx, tx, "iam:DeleteUserPolicy", &input.user_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DeleteUserPolicyInput,
    ) -> Result<DeleteUserPolicyOutput> {
        let user = user::named(tx, cx.account(), &input.user_name).await?;
        delete(cx, tx, &PolicyOwner::User(user.id), &input.policy_name).await?;
        Ok(DeleteUserPolicyOutput)
    }
}
