use super::get_of;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{owner::owner, user},
};
use shapes::iam::{DeleteSigningCertificate, DeleteSigningCertificateInput, DeleteSigningCertificateOutput};
use store::Transaction;

impl Operation for DeleteSigningCertificate {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DeleteSigningCertificateInput) -> Result<Access> {
        Ok(user::permission_or_caller(cx, tx, "iam:DeleteSigningCertificate", input.user_name.as_deref())
            .await?
            .into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DeleteSigningCertificateInput,
    ) -> Result<DeleteSigningCertificateOutput> {
        let owner = owner(cx, tx, input.user_name.as_deref()).await?;
        let certificate = get_of(cx, tx, &owner, &input.certificate_id).await?;
        store::signing_certificate::delete(tx, cx.account(), &certificate.id).await?;
        Ok(DeleteSigningCertificateOutput)
    }
}
