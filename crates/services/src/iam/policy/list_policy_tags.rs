use super::{get, permission};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{page::Page, tags},
};
use shapes::iam::{ListPolicyTags, ListPolicyTagsInput, ListPolicyTagsOutput};
use store::Transaction;

impl Operation for ListPolicyTags {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &ListPolicyTagsInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:ListPolicyTags", &input.policy_arn).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListPolicyTagsInput,
    ) -> Result<ListPolicyTagsOutput> {
        let page = Page::of(cx, "ListPolicyTags", input.marker.as_deref(), input.max_items)?;
        let managed = get(cx, tx, &input.policy_arn).await?;
        let cut = page.cut_whole(cx, managed.tags().to_vec(), tags::order)?;
        Ok(ListPolicyTagsOutput {
            is_truncated: Some(cut.is_truncated()),
            tags: tags::shapes(&cut.items),
            marker: cut.marker,
        })
    }
}
