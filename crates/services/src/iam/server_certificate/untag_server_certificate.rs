use super::{get, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::tags};
use shapes::iam::{UntagServerCertificate, UntagServerCertificateInput, UntagServerCertificateOutput};
use store::Transaction;

impl Operation for UntagServerCertificate {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &UntagServerCertificateInput) -> Result<Access> {
        let permission =
            permission(cx, tx, "iam:UntagServerCertificate", &input.server_certificate_name).await?;
        Ok(permission.with_tag_keys(input.tag_keys.clone()).into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: UntagServerCertificateInput,
    ) -> Result<UntagServerCertificateOutput> {
        let mut certificate = get(cx, tx, &input.server_certificate_name).await?;
        tags::remove_exact(&mut certificate.tags, &input.tag_keys)?;
        store::server_certificate::update(tx, &certificate).await?;
        Ok(UntagServerCertificateOutput)
    }
}
