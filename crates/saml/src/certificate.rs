use jiff::Timestamp;
use x509_parser::{parse_x509_certificate, public_key::PublicKey};

/// The smallest RSA key, in bits, that AWS takes in metadata.
const LEAST_RSA_BITS: usize = 1024;

/// A certificate of metadata: a public key in an envelope.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Certificate {
    der: Vec<u8>,
    public_key: Vec<u8>,
    not_after: Timestamp,
}

/// Why bytes are no certificate that is used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// It is neither RSA nor an elliptic curve, or is too short.
    #[error("the certificate's key is neither RSA of {LEAST_RSA_BITS} bits or more nor an elliptic curve")]
    Key,
    /// It is not one X.509 certificate in DER.
    #[error("the certificate is not X.509")]
    Malformed,
    /// An extension stands there twice.
    #[error("the certificate has an extension twice")]
    RepeatedExtension,
}

impl Certificate {
    /// Reads X.509 in DER. The rules on keys and extensions are those of AWS for metadata ("Create a SAML identity
    /// provider in IAM" in the IAM user guide).
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let (rest, certificate) = parse_x509_certificate(der).map_err(|_| CertificateError::Malformed)?;
        let not_after = Timestamp::from_second(certificate.validity().not_after.timestamp());
        let (true, Ok(not_after)) = (rest.is_empty(), not_after) else {
            return Err(CertificateError::Malformed);
        };
        certificate.extensions_map().map_err(|_| CertificateError::RepeatedExtension)?;
        let public_key = certificate.public_key();
        let usable = match public_key.parsed() {
            Ok(PublicKey::RSA(key)) => key.key_size() >= LEAST_RSA_BITS,
            Ok(PublicKey::EC(_)) => true,
            _ => false,
        };
        if !usable {
            return Err(CertificateError::Key);
        }
        Ok(Self { der: der.to_vec(), public_key: public_key.raw.to_vec(), not_after })
    }

    /// The certificate in DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The SubjectPublicKeyInfo in DER: what signatures are verified with.
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// When the certificate says that it ends. Says nothing about the key (see the crate's documentation).
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, CustomExtension, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519};

    fn of(params: &CertificateParams, key: &KeyPair) -> Vec<u8> {
        params.self_signed(key).unwrap().der().to_vec()
    }

    #[test]
    fn a_certificate_is_read_whole() {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let mut params = CertificateParams::default();
        params.not_after = rcgen::date_time_ymd(2030, 1, 2);
        let der = of(&params, &key);
        let certificate = Certificate::from_der(&der).unwrap();
        assert_eq!(certificate.der(), der);
        assert_eq!(certificate.not_after().to_string(), "2030-01-02T00:00:00Z");
        assert!(certificate.public_key().ends_with(key.public_key_raw()));
        assert_eq!(Certificate::from_der(&der[..der.len() - 1]), Err(CertificateError::Malformed));
        assert_eq!(Certificate::from_der(&[&der[..], &[0]].concat()), Err(CertificateError::Malformed));
        assert_eq!(Certificate::from_der(b""), Err(CertificateError::Malformed));
    }

    #[test]
    fn odd_certificates_are_refused() {
        let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        assert_eq!(
            Certificate::from_der(&of(&CertificateParams::default(), &key)),
            Err(CertificateError::Key)
        );
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let mut params = CertificateParams::default();
        let extension = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
        params.custom_extensions = vec![extension.clone(), extension];
        assert_eq!(Certificate::from_der(&of(&params, &key)), Err(CertificateError::RepeatedExtension));
    }
}
