//! The derived keys of Signature Version 4A.

use std::fmt;

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair, ParsedPublicKey,
};
use hmac::Mac;
use zeroize::Zeroizing;

use crate::presented::Algorithm;
use crate::signing_key::{finish, keyed};

/// Bytes of a P-256 scalar.
const SCALAR: usize = 32;

/// The order of P-256 less two, big-endian: the largest candidate that leads to a key (FIPS 186-5, A.2.2).
const ORDER_MINUS_TWO: [u8; SCALAR] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
    0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x4f,
];

/// Attempts before derivation gives up; one in four thousand million candidates is refused, so the first one serves.
const MAX_COUNTER: u8 = 254;

/// No P-256 key follows from the secret, or the cryptographic library refused it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no Signature Version 4A key can be derived")]
pub struct KeyError;

/// The key that signs with Version 4A: one for each access key, for every region, service and day.
pub struct EcdsaSigningKey(EcdsaKeyPair);

/// The key that verifies Version 4A signatures of one access key.
#[derive(Clone)]
pub struct EcdsaPublicKey(ParsedPublicKey);

impl EcdsaSigningKey {
    /// Derives the key pair of an access key.
    pub fn derive(access_key_id: &str, secret_access_key: &str) -> Result<Self, KeyError> {
        let scalar = private_scalar(access_key_id, secret_access_key)?;
        let point = public_point(&scalar)?;
        EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_ASN1_SIGNING,
            &scalar[..],
            point.as_ref(),
        )
        .map(Self)
        .map_err(|_| KeyError)
    }

    /// The half of the key that verifies.
    pub fn public_key(&self) -> Result<EcdsaPublicKey, KeyError> {
        EcdsaPublicKey::parse(self.0.public_key().as_ref())
    }

    /// An ASN.1 DER signature, different each time: the library draws its nonce.
    pub(crate) fn sign(&self, string_to_sign: &[u8]) -> Result<Vec<u8>, KeyError> {
        let signature = self.0.sign(&SystemRandom::new(), string_to_sign).map_err(|_| KeyError)?;
        Ok(signature.as_ref().to_vec())
    }
}

impl EcdsaPublicKey {
    /// Derives the public key of an access key, some 20 microseconds.
    pub fn derive(access_key_id: &str, secret_access_key: &str) -> Result<Self, KeyError> {
        let scalar = private_scalar(access_key_id, secret_access_key)?;
        Self::parse(public_point(&scalar)?.as_ref())
    }

    /// The point in uncompressed form: `04`, X, Y.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_ref()
    }

    fn parse(point: &[u8]) -> Result<Self, KeyError> {
        ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).map(Self).map_err(|_| KeyError)
    }

    pub(crate) fn verify(&self, string_to_sign: &[u8], signature: &[u8]) -> bool {
        self.0.verify_sig(string_to_sign, signature).is_ok()
    }
}

fn public_point(scalar: &[u8; SCALAR]) -> Result<aws_lc_rs::agreement::PublicKey, KeyError> {
    let private = PrivateKey::from_private_key(&ECDH_P256, scalar).map_err(|_| KeyError)?;
    private.compute_public_key().map_err(|_| KeyError)
}

/// NIST SP 800-108 in counter mode with HMAC-SHA256 under `AWS4A` + secret. The second counter, next to the access key
/// id, moves on until the candidate is small enough; the scalar is the candidate plus one.
fn private_scalar(access_key_id: &str, secret_access_key: &str) -> Result<Zeroizing<[u8; SCALAR]>, KeyError> {
    let mut key = Zeroizing::new(Vec::with_capacity(5 + secret_access_key.len()));
    key.extend_from_slice(b"AWS4A");
    key.extend_from_slice(secret_access_key.as_bytes());
    let mac = keyed(&key);
    for counter in 1..=MAX_COUNTER {
        let candidate = finish(
            mac.clone()
                .chain_update([0, 0, 0, 1])
                .chain_update(Algorithm::V4a.as_str())
                .chain_update([0])
                .chain_update(access_key_id)
                .chain_update([counter])
                // Length of the output in bits.
                .chain_update([0, 0, 1, 0]),
        );
        if at_most(&candidate, &ORDER_MINUS_TWO) {
            return Ok(plus_one(&candidate));
        }
    }
    Err(KeyError)
}

/// `left <= right` of big-endian numbers, by the borrow of `right - left`, in the same time whatever the numbers.
fn at_most(left: &[u8; SCALAR], right: &[u8; SCALAR]) -> bool {
    let mut borrow = 0;
    for (left, right) in left.iter().zip(right).rev() {
        let difference = i16::from(*right) - i16::from(*left) - borrow;
        borrow = (difference >> 8) & 1;
    }
    borrow == 0
}

fn plus_one(number: &[u8; SCALAR]) -> Zeroizing<[u8; SCALAR]> {
    let mut sum = Zeroizing::new(*number);
    let mut carry = 1_u16;
    for byte in sum.iter_mut().rev() {
        let total = u16::from(*byte) + carry;
        let [high, low] = total.to_be_bytes();
        *byte = low;
        carry = u16::from(high);
    }
    sum
}

impl fmt::Debug for EcdsaSigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EcdsaSigningKey(redacted)")
    }
}

impl fmt::Debug for EcdsaPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EcdsaPublicKey")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The public key published with AWS's Version 4A signing test suite.
    #[test]
    fn derives_the_published_key() {
        let (id, secret) = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        let expected = "04b6618f6a65740a99e650b33b6b4b5bd0d43b176d721a3edfea7e7d2d56d936b1\
                        865ed22a7eadc9c5cb9d2cbaca1b3699139fedc5043dc6661864218330c8e518";
        let signing = EcdsaSigningKey::derive(id, secret).unwrap();
        assert_eq!(hex::encode(signing.public_key().unwrap().as_bytes()), expected);
        let public = EcdsaPublicKey::derive(id, secret).unwrap();
        assert_eq!(hex::encode(public.as_bytes()), expected);
        let signature = signing.sign(b"message").unwrap();
        assert!(public.verify(b"message", &signature));
        assert!(!public.verify(b"massage", &signature));
        assert!(!EcdsaPublicKey::derive(id, "other").unwrap().verify(b"message", &signature));
    }

    #[test]
    fn debug_is_redacted() {
        let key = EcdsaSigningKey::derive("id", "secret").unwrap();
        assert_eq!(format!("{key:?}"), "EcdsaSigningKey(redacted)");
    }

    #[test]
    fn compares_and_adds_at_the_edges() {
        let mut above = ORDER_MINUS_TWO;
        above[SCALAR - 1] += 1;
        assert!(at_most(&ORDER_MINUS_TWO, &ORDER_MINUS_TWO));
        assert!(!at_most(&above, &ORDER_MINUS_TWO));
        assert!(at_most(&[0; SCALAR], &ORDER_MINUS_TWO));
        assert_eq!(*plus_one(&ORDER_MINUS_TWO), above);
        let mut carried = [0xff; SCALAR];
        carried[0] = 1;
        let mut expected = [0; SCALAR];
        expected[0] = 2;
        assert_eq!(*plus_one(&carried), expected);
    }

    proptest! {
        #[test]
        fn comparison_equals_the_reference(left: [u8; SCALAR], right: [u8; SCALAR], same in 0..SCALAR) {
            let mut left = left;
            left[..same].copy_from_slice(&right[..same]);
            prop_assert_eq!(at_most(&left, &right), left <= right);
        }
    }
}
