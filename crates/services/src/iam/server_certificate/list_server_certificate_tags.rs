use super::{get, permission};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{page::Page, tags},
};
use shapes::iam::{
    ListServerCertificateTags, ListServerCertificateTagsInput, ListServerCertificateTagsOutput,
};
use store::Transaction;

impl Operation for ListServerCertificateTags {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &ListServerCertificateTagsInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:ListServerCertificateTags", &input.server_certificate_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListServerCertificateTagsInput,
    ) -> Result<ListServerCertificateTagsOutput> {
        let page = Page::of(cx, "ListServerCertificateTags", input.marker.as_deref(), input.max_items)?;
        let certificate = get(cx, tx, &input.server_certificate_name).await?;
        let cut = page.cut_whole(cx, certificate.tags, tags::order)?;
        Ok(ListServerCertificateTagsOutput {
            is_truncated: Some(cut.is_truncated()),
            tags: tags::shapes(&cut.items),
            marker: cut.marker,
        })
    }
}
