use super::list;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{page::Page, role},
};
use domain::PolicyOwner;
use shapes::iam::{ListRolePolicies, ListRolePoliciesInput, ListRolePoliciesOutput};
use store::Transaction;

impl Operation for ListRolePolicies {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &ListRolePoliciesInput) -> Result<Access> {
        Ok(role::permission(cx, tx, "iam:ListRolePolicies", &input.role_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListRolePoliciesInput,
    ) -> Result<ListRolePoliciesOutput> {
        let page = Page::of(cx, "ListRolePolicies", input.marker.as_deref(), input.max_items)?;
        let role = role::named(tx, cx.account(), &input.role_name).await?;
        let cut = list(cx, tx, &PolicyOwner::Role(role.id), &page).await?;
        Ok(ListRolePoliciesOutput {
            policy_names: cut.items.iter().map(|policy| policy.name.to_string()).collect(),
            is_truncated: Some(cut.is_truncated()),
            marker: cut.marker,
        })
    }
}
