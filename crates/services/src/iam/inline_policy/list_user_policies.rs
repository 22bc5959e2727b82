use super::list;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{page::Page, user},
};
use domain::PolicyOwner;
use shapes::iam::{ListUserPolicies, ListUserPoliciesInput, ListUserPoliciesOutput};
use store::Transaction;

impl Operation for ListUserPolicies {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &ListUserPoliciesInput) -> Result<Access> {
        Ok(user::permission(cx, tx, "iam:ListUserPolicies", &input.user_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListUserPoliciesInput,
    ) -> Result<ListUserPoliciesOutput> {
        let page = Page::of(cx, "ListUserPolicies", input.marker.as_deref(), input.max_items)?;
        let user = user::named(tx, cx.account(), &input.user_name).await?;
        let cut = list(cx, tx, &PolicyOwner::User(user.id), &page).await?;
        Ok(ListUserPoliciesOutput {
            policy_names: cut.items.iter().map(|policy| policy.name.to_string()).collect(),
            is_truncated: Some(cut.is_truncated()),
            marker: cut.marker,
        })
    }
}
