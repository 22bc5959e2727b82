use super::named;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{policy_document, user},
};
use domain::PolicyOwner;
use shapes::iam::{GetUserPolicy, GetUserPolicyInput, GetUserPolicyOutput};
use store::Transaction;

impl Operation for GetUserPolicy {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &GetUserPolicyInput) -> Result<Access> {
        Ok(user::permission(cx, tx, "iam:GetUserPolicy", &input.user_name).await?.into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: GetUserPolicyInput) -> Result<GetUserPolicyOutput> {
        let user = user::named(tx, cx.account(), &input.user_name).await?;
        let policy = named(cx, tx, &PolicyOwner::User(user.id), &input.policy_name).await?;
        Ok(GetUserPolicyOutput {
            user_name: user.name.to_string(),
            policy_name: policy.name.to_string(),
            policy_document: policy_document::encoded(&policy.document),
        })
    }
}
