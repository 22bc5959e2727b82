use super::shape;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{owner::owner, page::Page, user},
};
use shapes::iam::{ListSigningCertificates, ListSigningCertificatesInput, ListSigningCertificatesOutput};
use store::Transaction;

impl Operation for ListSigningCertificates {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &ListSigningCertificatesInput) -> Result<Access> {
        Ok(user::permission_or_caller(cx, tx, "iam:ListSigningCertificates", input.user_name.as_deref())
            .await?
            .into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListSigningCertificatesInput,
    ) -> Result<ListSigningCertificatesOutput> {
        let page = Page::of(cx, "ListSigningCertificates", input.marker.as_deref(), input.max_items)?;
        let owner = owner(cx, tx, input.user_name.as_deref()).await?;
        let read =
            store::signing_certificate::list(tx, cx.account(), &owner.id, page.after(), page.limit()).await?;
        let cut = page.cut(cx, read, |certificate| certificate.id.clone())?;
        Ok(ListSigningCertificatesOutput {
            is_truncated: Some(cut.is_truncated()),
            certificates: cut.items.into_iter().map(|certificate| shape(certificate, &owner)).collect(),
            marker: cut.marker,
        })
    }
}
