//! Reading an uploaded certificate.

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use x509_parser::{
    certificate::X509Certificate, pem::parse_x509_pem, prelude::FromDer, public_key::PublicKey,
};

/// Why a certificate is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CertificateError {
    /// It has expired.
    #[error("The certificate has expired.")]
    Expired,
    /// It is none, or more than one.
    #[error("Could not read the certificate: one X.509 certificate in PEM is wanted.")]
    Malformed,
    /// It is not valid yet.
    #[error("The certificate is not valid yet.")]
    NotYetValid,
    /// Its key is of no known kind.
    #[error("The public key of the certificate is of no supported type.")]
    UnknownKey,
}

/// The SHA-256 of the one certificate in `pem`, in hexadecimal.
pub(super) fn digest(pem: &str, now: Timestamp) -> Result<String, CertificateError> {
    let (rest, block) = parse_x509_pem(pem.as_bytes()).map_err(|_| CertificateError::Malformed)?;
    if block.label != "CERTIFICATE" || !rest.trim_ascii().is_empty() {
        return Err(CertificateError::Malformed);
    }
    let (rest, certificate) =
        X509Certificate::from_der(&block.contents).map_err(|_| CertificateError::Malformed)?;
    if !rest.is_empty() {
        return Err(CertificateError::Malformed);
    }
    let validity = certificate.validity();
    if validity.not_after.timestamp() < now.as_second() {
        return Err(CertificateError::Expired);
    }
    if validity.not_before.timestamp() > now.as_second() {
        return Err(CertificateError::NotYetValid);
    }
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(_) | PublicKey::EC(_) | PublicKey::DSA(_)) => {}
        _ => return Err(CertificateError::UnknownKey),
    }
    Ok(data_encoding::HEXLOWER.encode(&Sha256::digest(&block.contents)))
}
