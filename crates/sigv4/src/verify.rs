//! Verifying a presented signature under the key of its access key.

use crate::canonical_request::{Canonicalization, canonical_request, string_to_sign};
use crate::ecdsa_key::{EcdsaPublicKey, KeyError};
use crate::error::SignatureError;
use crate::limits::{HMAC_SIGNATURE_LENGTH, MAX_ECDSA_SIGNATURE_LENGTH};
use crate::names::{QUERY_SECURITY_TOKEN, QUERY_SIGNATURE, UNSIGNED_PAYLOAD};
use crate::presented::{Algorithm, Form, Presented};
use crate::request::Request;
use crate::signing_key::SigningKey;

/// The key a signature is verified with.
#[derive(Clone, Debug)]
pub enum VerifyingKey {
    /// For Version 4A.
    Ecdsa(EcdsaPublicKey),
    /// For Version 4.
    Hmac(SigningKey),
}

impl VerifyingKey {
    /// Derives the key that `presented` claims to be signed with, from the secret of its access key.
    pub fn derive(presented: &Presented<'_>, secret_access_key: &str) -> Result<Self, KeyError> {
        match presented.algorithm {
            Algorithm::V4 => {
                let scope = &presented.scope;
                let region = scope.region.as_deref().unwrap_or_default();
                Ok(Self::Hmac(SigningKey::derive(secret_access_key, &scope.date, region, &scope.service)))
            }
            Algorithm::V4a => {
                EcdsaPublicKey::derive(&presented.access_key_id, secret_access_key).map(Self::Ecdsa)
            }
        }
    }
}

impl Presented<'_> {
    /// Recomputes what was signed and compares in constant time. `request` is the one `self` was found in; call
    /// [`Presented::check`] first. [`SignatureError::Mismatch`] says nothing about which part differs.
    pub fn verify(
        &self,
        request: &Request<'_>,
        key: &VerifyingKey,
        rules: Canonicalization,
    ) -> Result<(), SignatureError> {
        let body_hash;
        let payload_hash: &[u8] = match (self.content_sha256.as_deref(), &self.form) {
            (Some(UNSIGNED_PAYLOAD), _) | (None, Form::Query { .. }) if rules.allow_unsigned_payload => {
                UNSIGNED_PAYLOAD.as_bytes()
            }
            (stated, _) => {
                body_hash = request.body.sha256_hex();
                // What is stated must be the hash of what was received; literals such as those of chunked uploads are
                // treated like any wrong hash, as the services do that know no unsigned payloads.
                if stated.is_some_and(|stated| stated.as_bytes() != body_hash) {
                    return Err(SignatureError::Mismatch);
                }
                &body_hash
            }
        };
        match self.form {
            Form::Header => self.verify_without(&[], request, key, payload_hash, rules),
            Form::Query { session_token_in_query, .. } => {
                let signed_token = self.verify_without(&[QUERY_SIGNATURE], request, key, payload_hash, rules);
                match signed_token {
                    // Some signers append the token to a query they have signed already.
                    Err(SignatureError::Mismatch) if session_token_in_query => self.verify_without(
                        &[QUERY_SIGNATURE, QUERY_SECURITY_TOKEN],
                        request,
                        key,
                        payload_hash,
                        rules,
                    ),
                    result => result,
                }
            }
        }
    }

    fn verify_without(
        &self,
        excluded: &[&str],
        request: &Request<'_>,
        key: &VerifyingKey,
        payload_hash: &[u8],
        rules: Canonicalization,
    ) -> Result<(), SignatureError> {
        let mut canonical = Vec::with_capacity(512 + request.path.len() + request.query.len());
        canonical_request(request, &self.signed_headers, excluded, payload_hash, rules, &mut canonical)?;
        let mut to_sign = Vec::with_capacity(192);
        let scope = &self.scope;
        let (iso_date, name) = (self.signed_at.as_str(), self.algorithm.as_str());
        if let Some(region) = scope.region.as_deref() {
            let scope = [&scope.date, region, &scope.service, &scope.terminator];
            string_to_sign(name, iso_date, &scope, &canonical, &mut to_sign);
        } else {
            let scope = [&*scope.date, &scope.service, &scope.terminator];
            string_to_sign(name, iso_date, &scope, &canonical, &mut to_sign);
        }
        let matches = match (self.algorithm, key) {
            (Algorithm::V4, VerifyingKey::Hmac(key)) => {
                let mut signature = [0; HMAC_SIGNATURE_LENGTH];
                decode_hex(&self.signature, &mut signature) == Some(HMAC_SIGNATURE_LENGTH)
                    && key.verify(&to_sign, &signature)
            }
            (Algorithm::V4a, VerifyingKey::Ecdsa(key)) => {
                let mut signature = [0; MAX_ECDSA_SIGNATURE_LENGTH];
                decode_hex(&self.signature, &mut signature)
                    .and_then(|length| signature.get(..length))
                    .is_some_and(|signature| key.verify(&to_sign, signature))
            }
            _ => false,
        };
        if matches { Ok(()) } else { Err(SignatureError::Mismatch) }
    }
}

/// Decodes lower-case hex into the start of `out` and returns the length; upper case has no standing in a signature.
fn decode_hex(text: &str, out: &mut [u8]) -> Option<usize> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let length = text.len() / 2;
    hex::decode_to_slice(text, out.get_mut(..length)?).ok()?;
    Some(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Body;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    fn verify(request: &Request<'_>, rules: Canonicalization) -> Result<(), SignatureError> {
        let presented = Presented::find(request).unwrap().unwrap();
        presented.verify(request, &VerifyingKey::derive(&presented, SECRET).unwrap(), rules)
    }

    fn request<'a>(
        method: &'a str,
        path: &'a str,
        query: &'a str,
        headers: &'a [(&'a str, &'a [u8])],
    ) -> Request<'a> {
        Request { method, path, query, headers, body: Body::Bytes(b"") }
    }

    /// Signatures published in AWS's Version 4 signing test suite.
    #[test]
    fn published_header_signatures_verify() {
        const SCOPE: &str =
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ";
        for (method, query, signature) in [
            ("GET", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            ("POST", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
            (
                "GET",
                "Param1=value2&Param1=value1",
                "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694",
            ),
            ("GET", "Param1=value1", "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
        ] {
            let authorization = format!("{SCOPE}SignedHeaders=host;x-amz-date, Signature={signature}");
            let headers: &[(&str, &[u8])] = &[
                ("Host", b"example.amazonaws.com"),
                ("X-Amz-Date", b"20150830T123600Z"),
                ("Authorization", authorization.as_bytes()),
            ];
            assert_eq!(
                verify(&request(method, "/", query, headers), Canonicalization::DEFAULT),
                Ok(()),
                "{query}"
            );
            let other = request(method, "/a", query, headers);
            assert_eq!(verify(&other, Canonicalization::DEFAULT), Err(SignatureError::Mismatch));
        }
    }

    #[test]
    fn a_path_encoded_twice_verifies() {
        let headers: &[(&str, &[u8])] = &[
            ("Host", b"lambda.us-east-2.amazonaws.com"),
            ("X-Amz-Date", b"20210511T154045Z"),
            (
                "Authorization",
                b"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20210511/us-east-2/lambda/aws4_request, \
                  SignedHeaders=host;x-amz-date, \
                  Signature=4b93abbcc68be32bd64c18e2c71150660ab4c29bbd6c32a383a7517a88fc1804",
            ),
        ];
        let path = "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-west-2%3A892717189312%3Afunction%3Amy-rusty-fun/\
                    invocations";
        assert_eq!(verify(&request("POST", path, "", headers), Canonicalization::DEFAULT), Ok(()));
    }

    /// One with the token signed, one with the token appended after signing.
    #[test]
    fn published_presigned_signatures_verify() {
        let start = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fservice%2F\
                     aws4_request&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Expires=3600";
        let headers: &[(&str, &[u8])] = &[("Host", b"example.amazonaws.com")];
        let check =
            |method, query: &str| verify(&request(method, "/", query, headers), Canonicalization::DEFAULT);
        let signed = format!(
            "{start}&X-Amz-Security-Token=6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267&\
             X-Amz-Signature=7ff2b50b376cb4d151970630573d6291dc128cc5c2a12ffb237f73cc53f67b6c"
        );
        assert_eq!(check("GET", &signed), Ok(()));
        assert_eq!(check("GET", &signed.replace("6e86", "6e87")), Err(SignatureError::Mismatch));
        let appended = format!(
            "{start}&X-Amz-Security-Token=AQoDYXdz%2F%3D&\
             X-Amz-Signature=2ce6e6d2e0cf2f9d1b55fafec88cd20574c31dc2e7631979f71ba2310083e95b"
        );
        assert_eq!(check("POST", &appended), Ok(()));
        assert_eq!(check("POST", &appended.replace("3600", "3601")), Err(SignatureError::Mismatch));
    }

    #[test]
    fn published_version_4a_signatures_verify() {
        let headers: &[(&str, &[u8])] = &[
            ("Host", b"example.amazonaws.com"),
            ("X-Amz-Date", b"20150830T123600Z"),
            ("X-Amz-Region-Set", b"us-east-1"),
            (
                "Authorization",
                b"AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/20150830/service/aws4_request, \
                  SignedHeaders=host;x-amz-date;x-amz-region-set, Signature=3046022100fddaaf816a31e30d04973875b13bc27b\
                  98da10907a3a1872fd5819a221334abc022100de2ee81d83b54f31efc82834de07e6cd4d5c6f25bfa08e0f29a15bb0977c34\
                  3e",
            ),
        ];
        assert_eq!(verify(&request("GET", "/", "", headers), Canonicalization::DEFAULT), Ok(()));
        let changed = request("HEAD", "/", "", headers);
        assert_eq!(verify(&changed, Canonicalization::DEFAULT), Err(SignatureError::Mismatch));
        let presented = Presented::find(&changed).unwrap().unwrap();
        let wrong_kind = VerifyingKey::Hmac(SigningKey::derive(SECRET, "20150830", "us-east-1", "service"));
        let result = presented.verify(&changed, &wrong_kind, Canonicalization::DEFAULT);
        assert_eq!(result, Err(SignatureError::Mismatch));
    }

    /// Signs a POST of `body` with `stated` as the last line of the canonical request and as `x-amz-content-sha256`, the
    /// way a client does that knows another body, or states a literal; then verifies it as received.
    fn verify_stated(stated: &str, body: Body<'_>, rules: Canonicalization) -> Result<(), SignatureError> {
        let unsigned: &[(&str, &[u8])] = &[
            ("Host", b"h"),
            ("X-Amz-Content-Sha256", stated.as_bytes()),
            ("X-Amz-Date", b"20260101T000000Z"),
        ];
        let signed_headers = "host;x-amz-content-sha256;x-amz-date";
        let (mut canonical, mut to_sign) = (Vec::new(), Vec::new());
        let sent = Request { body, ..request("POST", "/", "", unsigned) };
        canonical_request(&sent, signed_headers, &[], stated.as_bytes(), rules, &mut canonical).unwrap();
        let scope = "20260101/us-east-1/sts/aws4_request";
        string_to_sign("AWS4-HMAC-SHA256", "20260101T000000Z", &[scope], &canonical, &mut to_sign);
        let key = SigningKey::derive(SECRET, "20260101", "us-east-1", "sts");
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AK/{scope}, SignedHeaders={signed_headers}, Signature={}",
            hex::encode(key.sign(&to_sign))
        );
        let mut headers = unsigned.to_vec();
        headers.push(("Authorization", authorization.as_bytes()));
        verify(&Request { headers: &headers, ..sent }, rules)
    }

    #[test]
    fn the_stated_payload_hash_must_be_that_of_the_body() {
        // SHA-256 of "body".
        let hash = "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5";
        let digest = hex::decode(hash).unwrap().try_into().unwrap();
        for rules in [Canonicalization::DEFAULT, Canonicalization::S3] {
            assert_eq!(verify_stated(hash, Body::Bytes(b"body"), rules), Ok(()));
            assert_eq!(verify_stated(hash, Body::Sha256(digest), rules), Ok(()));
            for other in [Body::Bytes(b"Body"), Body::Bytes(b""), Body::Sha256([0; 32])] {
                assert_eq!(verify_stated(hash, other, rules), Err(SignatureError::Mismatch));
            }
            for literal in ["", "unsigned-payload", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"] {
                let result = verify_stated(literal, Body::Bytes(b"body"), rules);
                assert_eq!(result, Err(SignatureError::Mismatch), "{literal}");
            }
        }
        let unsigned = |rules| verify_stated(UNSIGNED_PAYLOAD, Body::Bytes(b"body"), rules);
        assert_eq!(unsigned(Canonicalization::DEFAULT), Err(SignatureError::Mismatch));
        assert_eq!(unsigned(Canonicalization::S3), Ok(()));
    }

    /// Even where the signature does not cover the header and is right.
    #[test]
    fn an_unsigned_payload_hash_must_be_right_too() {
        let check = |stated: &str| {
            let headers: &[(&str, &[u8])] = &[
                ("Host", b"example.amazonaws.com"),
                ("X-Amz-Date", b"20150830T123600Z"),
                ("X-Amz-Content-Sha256", stated.as_bytes()),
                (
                    "Authorization",
                    b"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                      SignedHeaders=host;x-amz-date, \
                      Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
                ),
            ];
            verify(&request("GET", "/", "", headers), Canonicalization::DEFAULT)
        };
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(check(empty), Ok(()));
        assert_eq!(check(&empty.replace('e', "f")), Err(SignatureError::Mismatch));
    }

    #[test]
    fn hex_is_lower_case_and_fits() {
        let mut out = [0; 2];
        assert_eq!(decode_hex("0aff", &mut out), Some(2));
        assert_eq!(out, [0x0a, 0xff]);
        for text in ["0AFF", "0", "0g", "0aff00", "é"] {
            assert_eq!(decode_hex(text, &mut out), None, "{text}");
        }
    }
}
