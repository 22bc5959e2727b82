use super::get_of;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{errors, owner::owner, status, user},
};
use shapes::iam::{UpdateSigningCertificate, UpdateSigningCertificateInput, UpdateSigningCertificateOutput};
use store::Transaction;

impl Operation for UpdateSigningCertificate {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &UpdateSigningCertificateInput) -> Result<Access> {
        Ok(user::permission_or_caller(cx, tx, "iam:UpdateSigningCertificate", input.user_name.as_deref())
            .await?
            .into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: UpdateSigningCertificateInput,
    ) -> Result<UpdateSigningCertificateOutput> {
        let status = status::parse(&input.status, errors::invalid_input)?;
        let owner = owner(cx, tx, input.user_name.as_deref()).await?;
        let mut certificate = get_of(cx, tx, &owner, &input.certificate_id).await?;
        certificate.status = status;
        store::signing_certificate::update(tx, &certificate).await?;
        Ok(UpdateSigningCertificateOutput)
    }
}
