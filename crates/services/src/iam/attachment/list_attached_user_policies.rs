use super::{Attached, list};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{page::Page, user},
};
use domain::PolicyOwner;
use shapes::iam::{ListAttachedUserPolicies, ListAttachedUserPoliciesInput, ListAttachedUserPoliciesOutput};
use store::Transaction;

impl Operation for ListAttachedUserPolicies {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &ListAttachedUserPoliciesInput) -> Result<Access> {
        Ok(user::permission(cx, tx, "iam:ListAttachedUserPolicies", &input.user_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListAttachedUserPoliciesInput,
    ) -> Result<ListAttachedUserPoliciesOutput> {
        let page = Page::of(cx, "ListAttachedUserPolicies", input.marker.as_deref(), input.max_items)?;
        let user = user::named(tx, cx.account(), &input.user_name).await?;
        let attached = list(cx, tx, &PolicyOwner::User(user.id), input.path_prefix.as_deref()).await?;
        let cut = page.cut_whole(cx, attached, Attached::key)?;
        Ok(ListAttachedUserPoliciesOutput {
            attached_policies: Some(cut.items.iter().map(Attached::shape).collect()),
            is_truncated: Some(cut.is_truncated()),
            marker: cut.marker,
        })
    }
}
