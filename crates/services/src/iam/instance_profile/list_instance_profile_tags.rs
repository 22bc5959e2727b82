use super::{named, permission};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{page::Page, tags},
};
use shapes::iam::{ListInstanceProfileTags, ListInstanceProfileTagsInput, ListInstanceProfileTagsOutput};
use store::Transaction;

impl Operation for ListInstanceProfileTags {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &ListInstanceProfileTagsInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:ListInstanceProfileTags", &input.instance_profile_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListInstanceProfileTagsInput,
    ) -> Result<ListInstanceProfileTagsOutput> {
        let page = Page::of(cx, "ListInstanceProfileTags", input.marker.as_deref(), input.max_items)?;
        let profile = named(tx, cx.account(), &input.instance_profile_name).await?;
        let cut = page.cut_whole(cx, profile.tags, tags::order)?;
        Ok(ListInstanceProfileTagsOutput {
            is_truncated: Some(cut.is_truncated()),
            tags: tags::shapes(&cut.items),
            marker: cut.marker,
        })
    }
}
