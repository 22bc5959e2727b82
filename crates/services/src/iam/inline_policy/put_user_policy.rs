use super::put;
use crate::{Access, Cx, Effect, Operation, Result, iam::user};
use domain::PolicyOwner;
use shapes::iam::{PutUserPolicy, PutUserPolicyInput, PutUserPolicyOutput};
use store::Transaction;

impl Operation for PutUserPolicy {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &PutUserPolicyInput) -> Result<Access> {
        Ok(user::permission(cx, tx, "iam:PutUserPolicy", &input.user_name).await?.into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: PutUserPolicyInput) -> Result<PutUserPolicyOutput> {
        let user = user::named(tx, cx.account(), &input.user_name).await?;
        let owner = PolicyOwner::User(user.id);
        put(cx, tx, &owner, user.name.as_str(), &input.policy_name, input.policy_document).await?;
        Ok(PutUserPolicyOutput)
    }
}
