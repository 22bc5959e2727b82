use super::list;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{group, page::Page},
};
use domain::PolicyOwner;
use shapes::iam::{ListGroupPolicies, ListGroupPoliciesInput, ListGroupPoliciesOutput};
use store::Transaction;

impl Operation for ListGroupPolicies {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &ListGroupPoliciesInput) -> Result<Access> {
        Ok(group::permission(cx, tx, "iam:ListGroupPolicies", &input.group_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListGroupPoliciesInput,
    ) -> Result<ListGroupPoliciesOutput> {
        let page = Page::of(cx, "ListGroupPolicies", input.marker.as_deref(), input.max_items)?;
        let group = group::named(tx, cx.account(), &input.group_name).await?;
        let cut = list(cx, tx, &PolicyOwner::Group(group.id), &page).await?;
        Ok(ListGroupPoliciesOutput {
            policy_names: cut.items.iter().map(|policy| policy.name.to_string()).collect(),
            is_truncated: Some(cut.is_truncated()),
            marker: cut.marker,
        })
    }
}
