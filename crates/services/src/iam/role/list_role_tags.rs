use super::{named, permission};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{page::Page, tags},
};
use shapes::iam::{ListRoleTags, ListRoleTagsInput, ListRoleTagsOutput};
use store::Transaction;

impl Operation for ListRoleTags {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &ListRoleTagsInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:ListRoleTags", &input.role_name).await?.into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: ListRoleTagsInput) -> Result<ListRoleTagsOutput> {
        let page = Page::of(cx, "ListRoleTags", input.marker.as_deref(), input.max_items)?;
        let role = named(tx, cx.account(), &input.role_name).await?;
        let cut = page.cut_whole(cx, role.tags, tags::order)?;
        Ok(ListRoleTagsOutput {
            is_truncated: Some(cut.is_truncated()),
            tags: tags::shapes(&cut.items),
            marker: cut.marker,
        })
    }
}
