use super::{Attached, list};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{page::Page, role},
};
use domain::PolicyOwner;
use shapes::iam::{ListAttachedRolePolicies, ListAttachedRolePoliciesInput, ListAttachedRolePoliciesOutput};
use store::Transaction;

impl Operation for ListAttachedRolePolicies {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &ListAttachedRolePoliciesInput) -> Result<Access> {
        Ok(role::permission(cx, tx, "iam:ListAttachedRolePolicies", &input.role_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListAttachedRolePoliciesInput,
    ) -> Result<ListAttachedRolePoliciesOutput> {
        let page = Page::of(cx, "ListAttachedRolePolicies", input.marker.as_deref(), input.max_items)?;
        let role = role::named(tx, cx.account(), &input.role_name).await?;
        let attached = list(cx, tx, &PolicyOwner::Role(role.id), input.path_prefix.as_deref()).await?;
        let cut = page.cut_whole(cx, attached, Attached::key)?;
        Ok(ListAttachedRolePoliciesOutput {
            attached_policies: Some(cut.items.iter().map(Attached::shape).collect()),
            is_truncated: Some(cut.is_truncated()),
            marker: cut.marker,
        })
    }
}
