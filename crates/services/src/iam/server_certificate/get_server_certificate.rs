use super::{get, metadata, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::tags};
use shapes::iam::{GetServerCertificate, GetServerCertificateInput, GetServerCertificateOutput, types};
use store::Transaction;

impl Operation for GetServerCertificate {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &GetServerCertificateInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:GetServerCertificate", &input.server_certificate_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: GetServerCertificateInput,
    ) -> Result<GetServerCertificateOutput> {
        let certificate = get(cx, tx, &input.server_certificate_name).await?;
        let pem = store::server_certificate::pem(tx, certificate.account_id, &certificate.id).await?;
        let server_certificate = types::ServerCertificate {
            server_certificate_metadata: metadata(&certificate),
            certificate_body: pem.body,
            certificate_chain: pem.chain,
            tags: Some(tags::shapes(&certificate.tags)),
        };
        Ok(GetServerCertificateOutput { server_certificate })
    }
}
