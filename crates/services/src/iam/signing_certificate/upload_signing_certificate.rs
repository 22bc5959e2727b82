use super::{
    pem::{self, CertificateError},
    shape,
};
use crate::{
    Access, Cx, Effect, Error, Operation, Result,
    iam::{errors, owner::owner, quotas, user},
};
use domain::{AccessKeyStatus, SigningCertificate};
use shapes::iam::{UploadSigningCertificate, UploadSigningCertificateInput, UploadSigningCertificateOutput};
use store::Transaction;

impl Operation for UploadSigningCertificate {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &UploadSigningCertificateInput) -> Result<Access> {
        Ok(user::permission_or_caller(cx, tx, "iam:UploadSigningCertificate", input.user_name.as_deref())
            .await?
            .into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: UploadSigningCertificateInput,
    ) -> Result<UploadSigningCertificateOutput> {
        let account = cx.account();
        let owner = owner(cx, tx, input.user_name.as_deref()).await?;
        let digest = pem::digest(&input.certificate_body, cx.now).map_err(refusal)?;
        if store::signing_certificate::find_by_digest(tx, account, &digest).await?.is_some() {
            return Err(errors::duplicate_certificate());
        }
        let present = store::signing_certificate::count(tx, account, &owner.id).await?;
        quotas::check("SigningCertificatesPerUser", quotas::SIGNING_CERTIFICATES, present)?;
        let certificate = SigningCertificate {
            account_id: account,
            id: SigningCertificate::new_id(cx.random()),
            owner: owner.id.clone(),
            body: input.certificate_body,
            digest,
            status: AccessKeyStatus::Active,
            uploaded_at: cx.now,
        };
        store::signing_certificate::insert(tx, &certificate).await?;
        Ok(UploadSigningCertificateOutput { certificate: shape(certificate, &owner) })
    }
}

fn refusal(error: CertificateError) -> Error {
    match error {
        CertificateError::Expired | CertificateError::Malformed => {
            errors::malformed_certificate(error.to_string())
        }
        CertificateError::NotYetValid | CertificateError::UnknownKey => {
            errors::invalid_certificate(error.to_string())
        }
    }
}
