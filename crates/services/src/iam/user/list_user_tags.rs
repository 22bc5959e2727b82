use super::{named, permission};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{page::Page, tags},
};
use shapes::iam::{ListUserTags, ListUserTagsInput, ListUserTagsOutput};
use store::Transaction;

impl Operation for ListUserTags {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &ListUserTagsInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:ListUserTags", &input.user_name).await?.into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: ListUserTagsInput) -> Result<ListUserTagsOutput> {
        let page = Page::of(cx, "ListUserTags", input.marker.as_deref(), input.max_items)?;
        let user = named(tx, cx.account(), &input.user_name).await?;
        let cut = page.cut_whole(cx, user.tags, tags::order)?;
        Ok(ListUserTagsOutput {
            is_truncated: Some(cut.is_truncated()),
            tags: tags::shapes(&cut.items),
            marker: cut.marker,
        })
    }
}
