use super::metadata;
use crate::{
    Access, Cx, Effect, Error, Operation, Permission, Prepared, Result,
    iam::{
        errors, names, quotas, tags,
        x509::{Certificate, PrivateKey},
    },
};
use domain::{Arn, IdKind, ServerCertificate, UniqueId};
use jiff::Timestamp;
use shapes::iam::{UploadServerCertificate, UploadServerCertificateInput, UploadServerCertificateOutput};
use store::{Transaction, server_certificate::Pem};

impl Operation for UploadServerCertificate {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, _tx: &mut Transaction, input: &UploadServerCertificateInput) -> Result<Access> {
        let name = names::server_certificate("serverCertificateName", &input.server_certificate_name)?;
        let path = names::path(input.path.as_deref())?;
        let arn = Arn::iam(cx.account(), format!("server-certificate{path}{name}"));
        let certificate = Permission::to("iam:UploadServerCertificate", arn);
        Ok(certificate.with_tagging("iam:TagServerCertificate", &tags::pairs(input.tags.as_deref())))
    }

    async fn prepare(cx: &Cx, input: &UploadServerCertificateInput) -> Result<Prepared> {
        let (body, chain) = (&input.certificate_body, input.certificate_chain.as_deref());
        let certificate = check(body, chain, &input.private_key, cx.now)?;
        Ok(Prepared::ServerCertificate(certificate.not_after))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: UploadServerCertificateInput,
    ) -> Result<UploadServerCertificateOutput> {
        let name = names::server_certificate("serverCertificateName", &input.server_certificate_name)?;
        let path = names::path(input.path.as_deref())?;
        let tags = tags::parse_exact(input.tags.unwrap_or_default())?;
        let Prepared::ServerCertificate(expires_at) = cx.prepared else {
            return Err(Error::internal("no certificate was prepared"));
        };
        if store::server_certificate::find_by_name(tx, cx.account(), &name).await?.is_some() {
            return Err(errors::server_certificate_exists(&name));
        }
        let present = store::server_certificate::count(tx, cx.account()).await?;
        quotas::check("ServerCertificatesPerAccount", quotas::SERVER_CERTIFICATES, present)?;
        let certificate = ServerCertificate {
            account_id: cx.account(),
            id: UniqueId::new(IdKind::ServerCertificate, cx.random()),
            name,
            path,
            uploaded_at: cx.now,
            expires_at,
            tags,
        };
        let pem = Pem { body: input.certificate_body, chain: input.certificate_chain };
        let sealer = &cx.plane.sealer;
        store::server_certificate::insert(tx, sealer, &certificate, &pem, &input.private_key).await?;
        Ok(UploadServerCertificateOutput {
            server_certificate_metadata: Some(metadata(&certificate)),
            tags: tags::shape(&certificate.tags),
        })
    }
}

/// A certificate that is valid now, with its own key, and the certificates it comes from in order.
fn check(body: &str, chain: Option<&str>, private_key: &str, now: Timestamp) -> Result<Certificate> {
    let certificate = Certificate::parse(body).map_err(|_| {
        errors::malformed_certificate(
            "Unable to parse certificate. Please ensure the certificate is in PEM format.",
        )
    })?;
    let key = PrivateKey::parse(private_key)
        .map_err(|_| errors::malformed_certificate("Private key was in an unrecognized format."))?;
    if !certificate.is_of(&key) {
        return Err(errors::key_pair_mismatch());
    }
    if now < certificate.not_before {
        return Err(errors::malformed_certificate("The certificate is not valid yet."));
    }
    if now > certificate.not_after {
        return Err(errors::malformed_certificate("The certificate has expired."));
    }
    if let Some(chain) = chain {
        let chain = Certificate::parse_chain(chain).map_err(|_| {
            errors::malformed_certificate(
                "Unable to parse certificate chain. Please ensure the certificate chain is in PEM format.",
            )
        })?;
        check_order(&certificate, &chain)?;
    }
    Ok(certificate)
}

/// Each certificate is issued by the next one.
fn check_order(certificate: &Certificate, chain: &[Certificate]) -> Result<()> {
    let mut issued = certificate;
    for (index, issuer) in chain.iter().enumerate() {
        if !issued.is_issued_by(issuer) {
            return Err(errors::malformed_certificate(format!(
                "Unable to validate certificate chain. The certificate chain must start with the immediate signing \
                 certificate, followed by any intermediaries in order. The index within the chain of the invalid \
                 certificate is: {index}"
            )));
        }
        issued = issuer;
    }
    Ok(())
}
