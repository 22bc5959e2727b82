//! The two forms of an SSH public key: SSH's own, and PEM. Only RSA keys, as with AWS.

use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rsa::PublicEncryptingKey,
    signature::RsaPublicKeyComponents,
};
use data_encoding::{BASE64, HEXLOWER};
use md5::Md5;
use sha2::{Digest, Sha256};
use ssh_key::{
    Mpint, PublicKey,
    public::{KeyData, RsaPublicKey},
};
use x509_parser::{
    pem::parse_x509_pem, prelude::FromDer, public_key::PublicKey as Parsed, x509::SubjectPublicKeyInfo,
};

/// Fewest and most bits of a key.
///
/// Source: `UploadSSHPublicKey` in the IAM API reference for the fewest; the most are those that `aws-lc-rs` reads.
const BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// Why a key is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum KeyError {
    /// It says that it is a key, and is none that is taken.
    #[error("The public key is not valid: an RSA key of 2048 to 8192 bits is wanted.")]
    Invalid,
    /// It is in no known form.
    #[error("The public key is in no known form.")]
    Unrecognized,
}

/// A key that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key(PublicKey);

impl Key {
    /// Reads a key in either form.
    pub(super) fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        let key = if text.starts_with("-----BEGIN ") {
            from_pem(text)?
        } else if text.starts_with("ssh-") || text.starts_with("ecdsa-") || text.starts_with("sk-") {
            PublicKey::from_openssh(text).map_err(|_| KeyError::Invalid)?
        } else {
            return Err(KeyError::Unrecognized);
        };
        let key = Self(key);
        let rsa = key.rsa().ok_or(KeyError::Invalid)?;
        if BITS.contains(&rsa.key_size_bits()) { Ok(key) } else { Err(KeyError::Invalid) }
    }

    /// `ssh-rsa AAAA... COMMENT`
    pub(super) fn openssh(&self) -> Result<String, KeyError> {
        Ok(self.0.to_openssh().map_err(|_| KeyError::Invalid)?.trim_end().to_owned())
    }

    /// `-----BEGIN PUBLIC KEY-----`
    pub(super) fn pem(&self) -> Result<String, KeyError> {
        let rsa = self.rsa().ok_or(KeyError::Invalid)?;
        let der: PublicKeyX509Der<'_> = rsa.as_der().map_err(|_| KeyError::Invalid)?;
        let base64 = BASE64.encode(der.as_ref());
        let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
        let mut rest = base64.as_str();
        while !rest.is_empty() {
            let (line, behind) = rest.split_at_checked(64).unwrap_or((rest, ""));
            pem.push_str(line);
            pem.push('\n');
            rest = behind;
        }
        pem.push_str("-----END PUBLIC KEY-----");
        Ok(pem)
    }

    /// The MD5 of the key, as `ssh-keygen -l -E md5` shows it.
    pub(super) fn fingerprint(&self) -> Result<String, KeyError> {
        let bytes: Vec<String> =
            Md5::digest(self.bytes()?).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(bytes.join(":"))
    }

    /// The SHA-256 of the key, in hexadecimal.
    pub(super) fn digest(&self) -> Result<String, KeyError> {
        Ok(HEXLOWER.encode(&Sha256::digest(self.bytes()?)))
    }

    /// The key as SSH writes it, without its comment.
    fn bytes(&self) -> Result<Vec<u8>, KeyError> {
        self.0.to_bytes().map_err(|_| KeyError::Invalid)
    }

    fn rsa(&self) -> Option<PublicEncryptingKey> {
        let rsa = self.0.key_data().rsa()?;
        let (n, e) = (rsa.n.as_positive_bytes()?, rsa.e.as_positive_bytes()?);
        RsaPublicKeyComponents { n, e }.try_into().ok()
    }
}

fn from_pem(text: &str) -> Result<PublicKey, KeyError> {
    let (rest, block) = parse_x509_pem(text.as_bytes()).map_err(|_| KeyError::Invalid)?;
    if block.label != "PUBLIC KEY" {
        return Err(KeyError::Unrecognized);
    }
    if !rest.trim_ascii().is_empty() {
        return Err(KeyError::Invalid);
    }
    let (rest, info) = SubjectPublicKeyInfo::from_der(&block.contents).map_err(|_| KeyError::Invalid)?;
    let Ok(Parsed::RSA(rsa)) = info.parsed() else { return Err(KeyError::Invalid) };
    if !rest.is_empty() {
        return Err(KeyError::Invalid);
    }
    let number = |bytes| Mpint::from_positive_bytes(bytes).map_err(|_| KeyError::Invalid);
    let data = KeyData::Rsa(RsaPublicKey { e: number(rsa.exponent)?, n: number(rsa.modulus)? });
    Ok(PublicKey::new(data, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // Made with `ssh-keygen -t rsa -b 2048`, `ssh-keygen -e -m PKCS8` and `ssh-keygen -l -E md5`.
    const OPENSSH: &str = include_str!("testdata/rsa.pub");
    const PEM: &str = include_str!("testdata/rsa.pem");
    const FINGERPRINT: &str = include_str!("testdata/rsa.md5");

    #[test]
    fn both_forms_are_the_same_key() {
        let (ssh, pem) = (Key::parse(OPENSSH).unwrap(), Key::parse(PEM).unwrap());
        assert_eq!(ssh.openssh().unwrap(), OPENSSH.trim());
        assert_eq!(ssh.pem().unwrap(), PEM.trim());
        assert_eq!(pem.pem(), ssh.pem());
        assert!(OPENSSH.starts_with(&pem.openssh().unwrap()), "a key in PEM has no comment");
        assert_eq!(ssh.fingerprint().unwrap(), FINGERPRINT.trim());
        assert_eq!(pem.fingerprint(), ssh.fingerprint());
        assert_eq!(pem.digest(), ssh.digest());
    }

    #[test]
    fn what_is_no_key_is_told_apart() {
        let ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti";
        let small = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC7";
        for text in [ed25519, small, "ssh-rsa", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"]
        {
            assert_eq!(Key::parse(text), Err(KeyError::Invalid), "{text}");
        }
        let two = format!("{PEM}\n{PEM}");
        assert_eq!(Key::parse(&two), Err(KeyError::Invalid));
        let certificate = PEM.replace("PUBLIC KEY", "CERTIFICATE");
        for text in ["", "hello", certificate.as_str()] {
            assert_eq!(Key::parse(text), Err(KeyError::Unrecognized), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(head in "(ssh-rsa |-----BEGIN PUBLIC KEY-----\n)?", text in "\\PC{0,200}") {
            let _ = Key::parse(&format!("{head}{text}"));
        }
    }
}
