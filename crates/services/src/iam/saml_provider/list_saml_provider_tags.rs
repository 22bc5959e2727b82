use super::{get, permission};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{page::Page, tags},
};
use shapes::iam::{ListSAMLProviderTags, ListSAMLProviderTagsInput, ListSAMLProviderTagsOutput};
use store::Transaction;

impl Operation for ListSAMLProviderTags {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &ListSAMLProviderTagsInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:ListSAMLProviderTags", &input.saml_provider_arn).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListSAMLProviderTagsInput,
    ) -> Result<ListSAMLProviderTagsOutput> {
        let page = Page::of(cx, "ListSAMLProviderTags", input.marker.as_deref(), input.max_items)?;
        let provider = get(cx, tx, &input.saml_provider_arn).await?;
        let cut = page.cut_whole(cx, provider.tags, tags::order)?;
        Ok(ListSAMLProviderTagsOutput {
            is_truncated: Some(cut.is_truncated()),
            tags: tags::shapes(&cut.items),
            marker: cut.marker,
        })
    }
}
