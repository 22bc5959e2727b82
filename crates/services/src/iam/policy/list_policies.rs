use super::{
    listing::{self, Selection, Use},
    shape,
};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{names, page::Page},
};
use shapes::iam::{ListPolicies, ListPoliciesInput, ListPoliciesOutput, types};
use store::Transaction;

impl Operation for ListPolicies {
    const EFFECT: Effect = Effect::Read;

    async fn access(_cx: &Cx, _tx: &mut Transaction, _input: &ListPoliciesInput) -> Result<Access> {
        Ok(Access::to("iam:ListPolicies", "*"))
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: ListPoliciesInput) -> Result<ListPoliciesOutput> {
        let page = Page::of(cx, "ListPolicies", input.marker.as_deref(), input.max_items)?;
        let read = listing::list(cx, tx, &selection(&input), page.after(), page.limit()).await?;
        let cut = page.cut(cx, read, |(managed, _)| listing::key(managed))?;
        Ok(ListPoliciesOutput {
            is_truncated: Some(cut.is_truncated()),
            policies: Some(cut.items.iter().map(|(managed, usage)| shape(managed, *usage)).collect()),
            marker: cut.marker,
        })
    }
}

fn selection(input: &ListPoliciesInput) -> Selection<'_> {
    let used = match (&input.policy_usage_filter, input.only_attached == Some(true)) {
        (Some(types::PolicyUsageType::PermissionsBoundary), true) => Use::AttachedAndBoundary,
        (Some(types::PolicyUsageType::PermissionsBoundary), false) => Use::Boundary,
        (Some(types::PolicyUsageType::PermissionsPolicy), _) | (_, true) => Use::Attached,
        (_, false) => Use::Any,
    };
    let (own, aws) = match &input.scope {
        Some(types::PolicyScopeType::Aws) => (Use::Never, used),
        Some(types::PolicyScopeType::Local) => (used, Use::Never),
        _ => (used, used),
    };
    Selection { own, aws, path_prefix: names::path_prefix(input.path_prefix.as_deref()) }
}
