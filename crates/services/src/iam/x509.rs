//! X.509 certificates and private keys in PEM.

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use rustls::{
    SignatureAlgorithm,
    crypto::aws_lc_rs,
    pki_types::{
        PrivateKeyDer,
        pem::{PemObject, SectionKind},
    },
    sign::SigningKey,
};
use sha2::{Digest, Sha256};
use std::{fmt, sync::Arc};
use x509_parser::{
    asn1_rs::ToDer, certificate::X509Certificate, parse_x509_certificate, public_key::PublicKey,
    x509::AlgorithmIdentifier,
};

/// The most certificates of a chain.
const MAX_CHAIN: usize = 10;

/// A text that is not what it claims to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {0} in PEM")]
pub(crate) struct PemError(&'static str);

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Certificate {
    der: Vec<u8>,
    /// From when on it is valid.
    pub(crate) not_before: Timestamp,
    /// Until when it is valid.
    pub(crate) not_after: Timestamp,
}

/// An RSA or ECDSA key that signs.
pub(crate) struct PrivateKey(Arc<dyn SigningKey>);

impl Certificate {
    const ERROR: PemError = PemError("certificate");

    /// Reads a text with exactly one certificate, and no other part of PEM that is known.
    pub(crate) fn parse(pem: &str) -> Result<Self, PemError> {
        match <[Self; 1]>::try_from(Self::parse_chain(pem)?) {
            Ok([certificate]) => Ok(certificate),
            Err(_) => Err(Self::ERROR),
        }
    }

    /// Reads a text with one certificate or more, and no other part of PEM that is known.
    pub(crate) fn parse_chain(pem: &str) -> Result<Vec<Self>, PemError> {
        let mut certificates = Vec::new();
        for part in <(SectionKind, Vec<u8>)>::pem_slice_iter(pem.as_bytes()) {
            let (SectionKind::Certificate, der) = part.map_err(|_| Self::ERROR)? else {
                return Err(Self::ERROR);
            };
            if certificates.len() == MAX_CHAIN {
                return Err(Self::ERROR);
            }
            certificates.push(Self::from_der(der)?);
        }
        if certificates.is_empty() { Err(Self::ERROR) } else { Ok(certificates) }
    }

    fn from_der(der: Vec<u8>) -> Result<Self, PemError> {
        let time = |seconds| Timestamp::from_second(seconds).map_err(|_| Self::ERROR);
        let (rest, certificate) = parse_x509_certificate(&der).map_err(|_| Self::ERROR)?;
        if !rest.is_empty() {
            return Err(Self::ERROR);
        }
        let not_before = time(certificate.validity().not_before.timestamp())?;
        let not_after = time(certificate.validity().not_after.timestamp())?;
        Ok(Self { der, not_before, not_after })
    }

    /// Whether the certificate is of that key.
    pub(crate) fn is_of(&self, key: &PrivateKey) -> bool {
        let Some(certificate) = self.read() else { return false };
        key.0.public_key().is_some_and(|public_key| public_key.as_ref() == certificate.public_key().raw)
    }

    /// Whether `issuer` has issued and signed the certificate.
    pub(crate) fn is_issued_by(&self, issuer: &Self) -> bool {
        let (Some(certificate), Some(issuer)) = (self.read(), issuer.read()) else { return false };
        if certificate.issuer().as_raw() != issuer.subject().as_raw() {
            return false;
        }
        let key = &issuer.public_key().subject_public_key.data;
        let signed = certificate.tbs_certificate.as_ref();
        let signature = &certificate.signature_value.data;
        let Some(id) = identifier(&certificate.signature_algorithm) else { return false };
        let algorithms = aws_lc_rs::default_provider().signature_verification_algorithms.all;
        // One for each curve that the key may be on.
        let mut named = algorithms.iter().filter(|algorithm| *algorithm.signature_alg_id() == *id);
        named.any(|algorithm| algorithm.verify_signature(key, signed, signature).is_ok())
    }

    /// Its SHA-256, in hexadecimal.
    pub(crate) fn digest(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(&self.der))
    }

    /// Whether its key is an RSA or DSA key, or on an elliptic curve.
    pub(crate) fn has_known_key(&self) -> bool {
        let known =
            |key: &PublicKey<'_>| matches!(key, PublicKey::RSA(_) | PublicKey::EC(_) | PublicKey::DSA(_));
        self.read().is_some_and(|certificate| certificate.public_key().parsed().is_ok_and(|key| known(&key)))
    }

    /// The parts of the certificate. It was read before, so there always are some.
    fn read(&self) -> Option<X509Certificate<'_>> {
        parse_x509_certificate(&self.der).ok().map(|(_, certificate)| certificate)
    }
}

/// An AlgorithmIdentifier in DER without its frame: the algorithm, and its parameters if it has any.
fn identifier(of: &AlgorithmIdentifier<'_>) -> Option<Vec<u8>> {
    let parameters = of.parameters.as_ref().map(ToDer::to_der_vec).transpose().ok()?;
    Some([of.algorithm.to_der_vec().ok()?, parameters.unwrap_or_default()].concat())
}

impl PrivateKey {
    /// Reads the first private key of a text: PKCS #8, PKCS #1 or SEC 1, RSA of 2048 bits or more or ECDSA on a NIST
    /// curve. Encrypted ones cannot be read.
    pub(crate) fn parse(pem: &str) -> Result<Self, PemError> {
        const ERROR: PemError = PemError("private key");
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| ERROR)?;
        let key = aws_lc_rs::sign::any_supported_type(&der).map_err(|_| ERROR)?;
        match key.algorithm() {
            SignatureAlgorithm::RSA | SignatureAlgorithm::ECDSA => Ok(Self(key)),
            _ => Err(ERROR),
        }
    }

    /// Whether the key is RSA: one that can open what was sealed for it.
    pub(crate) fn is_rsa(&self) -> bool {
        self.0.algorithm() == SignatureAlgorithm::RSA
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rcgen::{
        BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PKCS_ECDSA_P256_SHA256,
        PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256, PKCS_RSA_SHA384,
    };

    fn params(name: &str) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2030, 1, 1);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
    }

    fn self_signed(name: &str, key: &KeyPair) -> String {
        params(name).self_signed(key).unwrap().pem()
    }

    #[test]
    fn a_key_belongs_to_its_certificate_alone() {
        let kinds = [&PKCS_RSA_SHA256, &PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384];
        let keys = kinds.map(|kind| KeyPair::generate_for(kind).unwrap());
        let certificates = keys.each_ref().map(|key| Certificate::parse(&self_signed("a", key)).unwrap());
        for (number, certificate) in certificates.iter().enumerate() {
            for (other, key) in keys.iter().enumerate() {
                let key = PrivateKey::parse(&key.serialize_pem()).unwrap();
                assert_eq!(certificate.is_of(&key), number == other, "{number} {other}");
                assert_eq!(key.is_rsa(), other == 0);
            }
        }
        let [certificate, ..] = certificates;
        assert_eq!(certificate.not_before.to_string(), "2020-01-01T00:00:00Z");
        assert_eq!(certificate.not_after.to_string(), "2030-01-01T00:00:00Z");
    }

    #[test]
    fn issuers_are_known_by_their_signature() {
        let (root_key, leaf_key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let root = Certificate::parse(&self_signed("root", &root_key)).unwrap();
        let namesake = Certificate::parse(&self_signed("root", &leaf_key)).unwrap();
        let issuer = Issuer::new(params("root"), root_key);
        let leaf = params("leaf").signed_by(&leaf_key, &issuer).unwrap().pem();
        let leaf = Certificate::parse(&leaf).unwrap();
        assert!(leaf.is_issued_by(&root) && root.is_issued_by(&root));
        assert!(!leaf.is_issued_by(&namesake), "the name is right, the key is another");
        assert!(!leaf.is_issued_by(&leaf) && !root.is_issued_by(&leaf));
    }

    #[test]
    fn a_signature_is_verified_by_the_algorithm_that_the_certificate_names() {
        let kinds = [
            (&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P256_SHA256),
            (&PKCS_ECDSA_P384_SHA384, &PKCS_ECDSA_P256_SHA256),
            (&PKCS_RSA_SHA256, &PKCS_RSA_SHA384),
            (&PKCS_ED25519, &PKCS_ED25519),
        ];
        for (of_root, of_leaf) in kinds {
            let (root_key, leaf_key) =
                (KeyPair::generate_for(of_root).unwrap(), KeyPair::generate_for(of_leaf).unwrap());
            let root = Certificate::parse(&self_signed("root", &root_key)).unwrap();
            let issuer = Issuer::new(params("root"), root_key);
            let der = params("leaf").signed_by(&leaf_key, &issuer).unwrap().der().to_vec();
            assert!(Certificate::from_der(der.clone()).unwrap().is_issued_by(&root), "{of_root:?}");
        }
        // ecdsa-with-SHA256 renamed to ecdsa-with-SHA384 where the signature's algorithm stands: behind what is signed.
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let mut der = params("root").self_signed(&key).unwrap().der().to_vec();
        let root = Certificate::from_der(der.clone()).unwrap();
        let name = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
        let last = der.windows(name.len()).rposition(|bytes| bytes == name).unwrap();
        der[last + name.len() - 1] = 0x03;
        let renamed = Certificate::from_der(der).unwrap();
        assert!(root.is_issued_by(&root) && !renamed.is_issued_by(&root));
    }

    #[test]
    fn what_is_not_one_certificate_is_refused() {
        let key = KeyPair::generate().unwrap();
        let pem = self_signed("a", &key);
        assert_eq!(Certificate::parse_chain(&format!("text\n{pem}\r\n{pem}")).unwrap().len(), 2);
        let private = key.serialize_pem();
        let cut = pem.replacen("MII", "MIJ", 1);
        for text in [
            "",
            "x",
            &format!("{pem}{pem}"),
            &format!("{pem}{private}"),
            &private,
            &cut,
            pem.get(..pem.len() / 2).unwrap(),
        ] {
            assert!(Certificate::parse(text).is_err(), "{text}");
        }
        assert!(Certificate::parse_chain(&pem.repeat(MAX_CHAIN)).is_ok());
        assert!(Certificate::parse_chain(&pem.repeat(MAX_CHAIN + 1)).is_err());
    }

    #[test]
    fn what_is_not_a_key_that_is_used_is_refused() {
        let key = KeyPair::generate().unwrap().serialize_pem();
        let encrypted = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        let other = KeyPair::generate_for(&PKCS_ED25519).unwrap().serialize_pem();
        let mislabelled =
            key.replace("BEGIN PRIVATE", "BEGIN RSA PRIVATE").replace("END PRIVATE", "END RSA PRIVATE");
        for text in ["", "x", &encrypted, &other, &mislabelled, key.get(..key.len() / 2).unwrap()] {
            assert!(PrivateKey::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_much(text in "(-----BEGIN |-----END |CERTIFICATE-----|PRIVATE KEY-----|EC |RSA |\n|MII|A|=|\\PC){0,30}") {
            let _ = (Certificate::parse_chain(&text), PrivateKey::parse(&text));
        }

        #[test]
        fn no_bytes_are_too_much(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = Certificate::from_der(bytes);
        }
    }
}
