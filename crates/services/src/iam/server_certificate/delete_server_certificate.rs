use super::{get, permission};
use crate::{Access, Cx, Effect, Operation, Result};
use shapes::iam::{DeleteServerCertificate, DeleteServerCertificateInput, DeleteServerCertificateOutput};
use store::Transaction;

impl Operation for DeleteServerCertificate {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DeleteServerCertificateInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:DeleteServerCertificate", &input.server_certificate_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DeleteServerCertificateInput,
    ) -> Result<DeleteServerCertificateOutput> {
        let certificate = get(cx, tx, &input.server_certificate_name).await?;
        store::server_certificate::delete(tx, certificate.account_id, &certificate.id).await?;
        Ok(DeleteServerCertificateOutput)
    }
}
