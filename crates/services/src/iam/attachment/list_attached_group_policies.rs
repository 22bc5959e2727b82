use super::{Attached, list};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{group, page::Page},
};
use domain::PolicyOwner;
use shapes::iam::{
    ListAttachedGroupPolicies, ListAttachedGroupPoliciesInput, ListAttachedGroupPoliciesOutput,
};
use store::Transaction;

impl Operation for ListAttachedGroupPolicies {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &ListAttachedGroupPoliciesInput) -> Result<Access> {
        Ok(group::permission(cx, tx, "iam:ListAttachedGroupPolicies", &input.group_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListAttachedGroupPoliciesInput,
    ) -> Result<ListAttachedGroupPoliciesOutput> {
        let page = Page::of(cx, "ListAttachedGroupPolicies", input.marker.as_deref(), input.max_items)?;
        let group = group::named(tx, cx.account(), &input.group_name).await?;
        let attached = list(cx, tx, &PolicyOwner::Group(group.id), input.path_prefix.as_deref()).await?;
        let cut = page.cut_whole(cx, attached, Attached::key)?;
        Ok(ListAttachedGroupPoliciesOutput {
            attached_policies: Some(cut.items.iter().map(Attached::shape).collect()),
            is_truncated: Some(cut.is_truncated()),
            marker: cut.marker,
        })
    }
}
