use super::shape;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{errors, owner::owner, quotas, user, x509::Certificate},
};
use domain::{AccessKeyStatus, SigningCertificate};
use jiff::Timestamp;
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
        let digest = valid(&input.certificate_body, cx.now)?.digest();
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

/// The one certificate of that text, which must be valid now.
fn valid(pem: &str, now: Timestamp) -> Result<Certificate> {
    let certificate = Certificate::parse(pem).map_err(|_| {
        errors::malformed_certificate(
            "Could not read the certificate: one X.509 certificate in PEM is wanted.",
        )
    })?;
    if certificate.not_after < now {
        return Err(errors::malformed_certificate("The certificate has expired."));
    }
    if certificate.not_before > now {
        return Err(errors::invalid_certificate("The certificate is not valid yet."));
    }
    if !certificate.has_known_key() {
        return Err(errors::invalid_certificate(
            "The public key of the certificate is of no supported type.",
        ));
    }
    Ok(certificate)
}
