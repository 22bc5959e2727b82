use super::{get, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::tags};
use shapes::iam::{TagServerCertificate, TagServerCertificateInput, TagServerCertificateOutput};
use store::Transaction;

impl Operation for TagServerCertificate {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &TagServerCertificateInput) -> Result<Access> {
        let permission =
            permission(cx, tx, "iam:TagServerCertificate", &input.server_certificate_name).await?;
        Ok(permission.with_request_tags(&tags::pairs(Some(&input.tags))).into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: TagServerCertificateInput,
    ) -> Result<TagServerCertificateOutput> {
        let mut certificate = get(cx, tx, &input.server_certificate_name).await?;
        tags::merge_exact(&mut certificate.tags, tags::parse_exact(input.tags)?)?;
        store::server_certificate::update(tx, &certificate).await?;
        Ok(TagServerCertificateOutput)
    }
}
