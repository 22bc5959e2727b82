use super::{get, permission};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{page::Page, tags},
};
use shapes::iam::{
    ListOpenIDConnectProviderTags, ListOpenIDConnectProviderTagsInput, ListOpenIDConnectProviderTagsOutput,
};
use store::Transaction;

impl Operation for ListOpenIDConnectProviderTags {
    const EFFECT: Effect = Effect::Read;

    async fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &ListOpenIDConnectProviderTagsInput,
    ) -> Result<Access> {
        Ok(permission(cx, tx, "iam:ListOpenIDConnectProviderTags", &input.open_id_connect_provider_arn)
            .await?
            .into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListOpenIDConnectProviderTagsInput,
    ) -> Result<ListOpenIDConnectProviderTagsOutput> {
        let page = Page::of(cx, "ListOpenIDConnectProviderTags", input.marker.as_deref(), input.max_items)?;
        let provider = get(cx, tx, &input.open_id_connect_provider_arn).await?;
        let cut = page.cut_whole(cx, provider.tags, tags::order)?;
        Ok(ListOpenIDConnectProviderTagsOutput {
            is_truncated: Some(cut.is_truncated()),
            tags: tags::shapes(&cut.items),
            marker: cut.marker,
        })
    }
}
