use super::metadata;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{names, page::Page},
};
use shapes::iam::{ListServerCertificates, ListServerCertificatesInput, ListServerCertificatesOutput};
use store::Transaction;

impl Operation for ListServerCertificates {
    const EFFECT: Effect = Effect::Read;

    async fn access(_cx: &Cx, _tx: &mut Transaction, _input: &ListServerCertificatesInput) -> Result<Access> {
        Ok(Access::to("iam:ListServerCertificates", "*"))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListServerCertificatesInput,
    ) -> Result<ListServerCertificatesOutput> {
        let page = Page::of(cx, "ListServerCertificates", input.marker.as_deref(), input.max_items)?;
        let prefix = names::path_prefix(input.path_prefix.as_deref());
        let read =
            store::server_certificate::list(tx, cx.account(), prefix, page.after(), page.limit()).await?;
        let cut = page.cut(cx, read, |certificate| certificate.name.key())?;
        Ok(ListServerCertificatesOutput {
            is_truncated: Some(cut.is_truncated()),
            server_certificate_metadata_list: cut.items.iter().map(metadata).collect(),
            marker: cut.marker,
        })
    }
}
