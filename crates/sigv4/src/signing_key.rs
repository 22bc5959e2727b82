//! The derived key of Signature Version 4.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::limits::HMAC_SIGNATURE_LENGTH;
use crate::names::TERMINATOR;

/// Bytes of a SHA-256 block, the longest HMAC key that is used as it is.
const BLOCK: usize = 64;

/// The key that signs one access key's requests to one service in one region on one day. It holds the hash state keyed
/// already, so that each signature costs one HMAC; the state is wiped on drop.
#[derive(Clone)]
pub struct SigningKey(Hmac<Sha256>);

impl SigningKey {
    /// `HMAC(HMAC(HMAC(HMAC("AWS4" + secret, date), region), service), "aws4_request")`; the date as `20260101`.
    pub fn derive(secret_access_key: &str, date: &str, region: &str, service: &str) -> Self {
        let mut key = Zeroizing::new(Vec::with_capacity(4 + secret_access_key.len()));
        key.extend_from_slice(b"AWS4");
        key.extend_from_slice(secret_access_key.as_bytes());
        let mut mac = keyed(&key);
        for part in [date, region, service, TERMINATOR] {
            mac.update(part.as_bytes());
            mac = keyed(&finish(mac)[..]);
        }
        Self(mac)
    }

    /// The raw signature of a string to sign.
    pub(crate) fn sign(&self, string_to_sign: &[u8]) -> [u8; HMAC_SIGNATURE_LENGTH] {
        *finish(self.0.clone().chain_update(string_to_sign))
    }

    /// Compares in constant time.
    pub(crate) fn verify(&self, string_to_sign: &[u8], signature: &[u8; HMAC_SIGNATURE_LENGTH]) -> bool {
        let mac = self.0.clone().chain_update(string_to_sign);
        mac.verify(signature.into()).is_ok()
    }
}

/// An HMAC state under a key of any length, by the definition in RFC 2104: longer keys are hashed, shorter ones padded.
pub(crate) fn keyed(key: &[u8]) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0; BLOCK]);
    if let Some(start) = block.get_mut(..key.len()) {
        start.copy_from_slice(key);
    } else if let Some(start) = block.get_mut(..HMAC_SIGNATURE_LENGTH) {
        start.copy_from_slice(&Sha256::digest(key));
    }
    Hmac::new((&*block).into())
}

/// The code as a byte array that is wiped on drop.
pub(crate) fn finish(mac: Hmac<Sha256>) -> Zeroizing<[u8; HMAC_SIGNATURE_LENGTH]> {
    Zeroizing::new(mac.finalize().into_bytes().into())
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The derivation example of the IAM User Guide.
    #[test]
    fn derives_the_published_key() {
        let key =
            SigningKey::derive("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830", "us-east-1", "iam");
        // Signing with the published raw key must be the same as signing with ours.
        let raw = hex::decode("c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9").unwrap();
        assert_eq!(key.sign(b"x"), *finish(keyed(&raw).chain_update(b"x")));
        let signature = key.sign(
            b"AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n\
              f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59",
        );
        assert_eq!(
            hex::encode(signature),
            "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
        );
    }

    #[test]
    fn keys_of_any_length_agree_with_hmac() {
        for length in [0, 1, 63, 64, 65, 200] {
            let key = vec![7; length];
            let expected =
                Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(b"m").finalize().into_bytes();
            assert_eq!(finish(keyed(&key).chain_update(b"m"))[..], expected[..], "{length}");
        }
    }

    #[test]
    fn debug_is_redacted() {
        assert_eq!(format!("{:?}", SigningKey::derive("s", "d", "r", "s")), "SigningKey(redacted)");
    }
}
