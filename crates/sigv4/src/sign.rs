//! Signing and presigning requests, for clients.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use crate::amz_date::AmzDate;
use crate::canonical_request::{Canonicalization, canonical_request, string_to_sign};
use crate::ecdsa_key::{EcdsaSigningKey, KeyError};
use crate::error::SignatureError;
use crate::limits::MAX_PRESIGNED_EXPIRES;
use crate::names::{
    AUTHORITY, AUTHORIZATION, HOST, QUERY_ALGORITHM, QUERY_CREDENTIAL, QUERY_DATE, QUERY_EXPIRES,
    QUERY_REGION_SET, QUERY_SECURITY_TOKEN, QUERY_SIGNATURE, QUERY_SIGNED_HEADERS, TERMINATOR,
    UNSIGNED_PAYLOAD, X_AMZ_CONTENT_SHA256, X_AMZ_DATE, X_AMZ_REGION_SET, X_AMZ_SECURITY_TOKEN,
};
use crate::percent::encode;
use crate::presented::Algorithm;
use crate::request::Request;
use crate::signing_key::SigningKey;

/// Headers that change between signer and server, or that the signer sets itself.
const NOT_SIGNED: [&str; 15] = [
    AUTHORIZATION,
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
    "accept-encoding",
    "content-length",
];

/// Headers and parameters the signer sets; those of an earlier signature are ignored.
const SET_BY_SIGNER: [&str; 4] = [X_AMZ_CONTENT_SHA256, X_AMZ_DATE, X_AMZ_REGION_SET, X_AMZ_SECURITY_TOKEN];

/// An access key with its secret.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// `AKIA...` or `ASIA...`.
    pub access_key_id: &'a str,
    /// The secret.
    pub secret_access_key: &'a str,
    /// With temporary credentials, their token.
    pub session_token: Option<&'a str>,
}

/// Where the signature is good.
#[derive(Clone, Copy, Debug)]
pub enum SigningScope<'a> {
    /// Version 4: in one region.
    Region(&'a str),
    /// Version 4A: in each region that matches one of the patterns, separated by commas; `*` for all.
    RegionSet(&'a str),
}

/// Signs requests for one service at one time.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a> {
    /// Who signs.
    pub credentials: Credentials<'a>,
    /// The algorithm and its regions.
    pub scope: SigningScope<'a>,
    /// The service's signing name, such as `sts`.
    pub service: &'a str,
    /// The time of signing.
    pub signed_at: Timestamp,
    /// How the service reads paths and payloads.
    pub rules: Canonicalization,
}

/// Why a request cannot be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SigningError {
    /// A presigned request lives 1 second to 7 days.
    #[error("a presigned request lives from 1 second to 7 days")]
    Expires,
    /// The request has neither a `host` nor an `:authority` header.
    #[error("the request has no host header")]
    Host,
    /// The key cannot be derived.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The path or query string has no canonical form.
    #[error("the path or query string cannot be signed: {0}")]
    Request(#[from] SignatureError),
}

impl Signer<'_> {
    /// Signs the request and returns the headers to set on it: `x-amz-date`, `authorization` and, where they apply,
    /// `x-amz-security-token`, `x-amz-region-set`, `x-amz-content-sha256`. All its other headers are signed, but for
    /// those that proxies change.
    pub fn sign(&self, request: &Request<'_>) -> Result<Vec<(&'static str, String)>, SigningError> {
        let date = AmzDate::from_timestamp(self.signed_at);
        let payload_hash = request.body.sha256_hex();
        let mut added = vec![(X_AMZ_DATE, date.as_str().to_owned())];
        if let Some(session_token) = self.credentials.session_token {
            added.push((X_AMZ_SECURITY_TOKEN, session_token.to_owned()));
        }
        if let SigningScope::RegionSet(region_set) = self.scope {
            added.push((X_AMZ_REGION_SET, region_set.to_owned()));
        }
        if self.rules.allow_unsigned_payload {
            let text = String::from_utf8_lossy(&payload_hash).into_owned();
            added.push((X_AMZ_CONTENT_SHA256, text));
        }
        let mut headers = signable_headers(request);
        headers.extend(added.iter().map(|(name, value)| (*name, value.as_bytes())));
        let signed_headers = signed_headers(&headers)?;
        let request = Request { headers: &headers, ..*request };
        let signature = self.signature(&request, &signed_headers, &payload_hash, &date)?;
        let authorization = format!(
            "{} Credential={}, SignedHeaders={signed_headers}, Signature={signature}",
            self.algorithm().as_str(),
            self.credential(&date),
        );
        added.push((AUTHORIZATION, authorization));
        Ok(added)
    }

    /// Signs the request in its query string and returns the whole new query string.
    pub fn presign(&self, request: &Request<'_>, expires: Duration) -> Result<String, SigningError> {
        if !(Duration::from_secs(1)..=MAX_PRESIGNED_EXPIRES).contains(&expires) {
            return Err(SigningError::Expires);
        }
        let date = AmzDate::from_timestamp(self.signed_at);
        let headers = signable_headers(request);
        let signed_headers = signed_headers(&headers)?;
        let expires = expires.as_secs().to_string();
        let credential = self.credential(&date);
        let mut parameters = vec![
            (QUERY_ALGORITHM, self.algorithm().as_str()),
            (QUERY_CREDENTIAL, &credential),
            (QUERY_DATE, date.as_str()),
            (QUERY_EXPIRES, &expires),
            (QUERY_SIGNED_HEADERS, &signed_headers),
        ];
        if let Some(session_token) = self.credentials.session_token {
            parameters.push((QUERY_SECURITY_TOKEN, session_token));
        }
        if let SigningScope::RegionSet(region_set) = self.scope {
            parameters.push((QUERY_REGION_SET, region_set));
        }
        let mut query = request.query.to_owned();
        for (name, value) in parameters {
            if !query.is_empty() {
                query.push('&');
            }
            query.push_str(name);
            query.push('=');
            query.push_str(&encode(value));
        }
        let body_hash = request.body.sha256_hex();
        let payload_hash: &[u8] =
            if self.rules.allow_unsigned_payload { UNSIGNED_PAYLOAD.as_bytes() } else { &body_hash };
        let request = Request { headers: &headers, query: &query, ..*request };
        let signature = self.signature(&request, &signed_headers, payload_hash, &date)?;
        Ok(format!("{query}&{QUERY_SIGNATURE}={signature}"))
    }

    fn signature(
        &self,
        request: &Request<'_>,
        signed_headers: &str,
        payload_hash: &[u8],
        date: &AmzDate,
    ) -> Result<String, SigningError> {
        let mut canonical = Vec::with_capacity(512);
        canonical_request(request, signed_headers, &[], payload_hash, self.rules, &mut canonical)?;
        let mut to_sign = Vec::with_capacity(192);
        let scope = self.credential_scope(date);
        string_to_sign(self.algorithm().as_str(), date.as_str(), &[&scope], &canonical, &mut to_sign);
        let Credentials { access_key_id, secret_access_key, .. } = self.credentials;
        Ok(match self.scope {
            SigningScope::Region(region) => {
                let key = SigningKey::derive(secret_access_key, date.date(), region, self.service);
                hex::encode(key.sign(&to_sign))
            }
            SigningScope::RegionSet(_) => {
                let key = EcdsaSigningKey::derive(access_key_id, secret_access_key)?;
                hex::encode(key.sign(&to_sign)?)
            }
        })
    }

    fn algorithm(&self) -> Algorithm {
        match self.scope {
            SigningScope::Region(_) => Algorithm::V4,
            SigningScope::RegionSet(_) => Algorithm::V4a,
        }
    }

    fn credential(&self, date: &AmzDate) -> String {
        format!("{}/{}", self.credentials.access_key_id, self.credential_scope(date))
    }

    fn credential_scope(&self, date: &AmzDate) -> String {
        match self.scope {
            SigningScope::Region(region) => format!("{}/{region}/{}/{TERMINATOR}", date.date(), self.service),
            SigningScope::RegionSet(_) => format!("{}/{}/{TERMINATOR}", date.date(), self.service),
        }
    }
}

fn signable_headers<'a>(request: &Request<'a>) -> Vec<(&'a str, &'a [u8])> {
    let among = |names: &[&str], name: &str| names.iter().any(|other| other.eq_ignore_ascii_case(name));
    let headers = request.headers.iter().copied();
    headers.filter(|(name, _)| !among(&NOT_SIGNED, name) && !among(&SET_BY_SIGNER, name)).collect()
}

/// The list for `SignedHeaders`; it must name the host.
fn signed_headers(headers: &[(&str, &[u8])]) -> Result<String, SigningError> {
    let mut names: Vec<_> = headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.sort_unstable();
    names.dedup();
    if !names.iter().any(|name| name == HOST || name == AUTHORITY) {
        return Err(SigningError::Host);
    }
    Ok(names.join(";"))
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presented::Presented;
    use crate::request::Body;
    use crate::verify::VerifyingKey;

    const SIGNER: Signer<'_> = Signer {
        credentials: Credentials {
            access_key_id: "AKIDEXAMPLE",
            secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            session_token: None,
        },
        scope: SigningScope::Region("us-east-1"),
        service: "service",
        signed_at: Timestamp::constant(1_440_938_160, 0), // 2015-08-30T12:36:00Z
        rules: Canonicalization::DEFAULT,
    };
    const REQUEST: Request<'_> = Request {
        method: "GET",
        path: "/",
        query: "",
        headers: &[("Host", b"example.amazonaws.com"), ("User-Agent", b"x")],
        body: Body::Bytes(b""),
    };

    /// `get-vanilla` of AWS's signing test suite.
    #[test]
    fn signs_as_published() {
        let headers = SIGNER.sign(&REQUEST).unwrap();
        assert_eq!(
            headers,
            [
                ("x-amz-date", "20150830T123600Z".to_owned()),
                (
                    "authorization",
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                     SignedHeaders=host;x-amz-date, \
                     Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
                        .to_owned()
                ),
            ]
        );
    }

    /// `get-vanilla-with-session-token` of AWS's signing test suite.
    #[test]
    fn presigns_as_published() {
        let session_token = Some("6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267");
        let signer = Signer { credentials: Credentials { session_token, ..SIGNER.credentials }, ..SIGNER };
        let query = signer.presign(&REQUEST, Duration::from_hours(1)).unwrap();
        assert!(
            query.ends_with(
                "&X-Amz-Signature=7ff2b50b376cb4d151970630573d6291dc128cc5c2a12ffb237f73cc53f67b6c"
            ),
            "{query}"
        );
        let headers = signer.sign(&REQUEST).unwrap();
        assert!(
            headers.last().unwrap().1.ends_with(
                "SignedHeaders=host;x-amz-date;x-amz-security-token, \
                 Signature=07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"
            ),
            "{headers:?}"
        );
    }

    #[test]
    fn what_is_signed_verifies_in_every_way() {
        let credentials = Credentials { session_token: Some("a/+="), ..SIGNER.credentials };
        for scope in [SigningScope::Region("eu-west-1"), SigningScope::RegionSet("eu-*,us-*")] {
            for rules in [Canonicalization::DEFAULT, Canonicalization::S3] {
                let signer = Signer { credentials, scope, rules, ..SIGNER };
                let request = Request {
                    path: "/a//b c/%2F/..",
                    query: "b=%20+&a",
                    body: Body::Bytes(b"body"),
                    ..REQUEST
                };
                let added = signer.sign(&request).unwrap();
                let mut headers = request.headers.to_vec();
                headers.extend(added.iter().map(|(name, value)| (*name, value.as_bytes())));
                verify(&Request { headers: &headers, ..request }, &signer);
                let query = signer.presign(&request, Duration::from_mins(1)).unwrap();
                verify(&Request { query: &query, ..request }, &signer);
            }
        }
    }

    fn verify(request: &Request<'_>, signer: &Signer<'_>) {
        let presented = Presented::find(request).unwrap().unwrap();
        assert_eq!(presented.session_token(), signer.credentials.session_token);
        assert_eq!(presented.signed_at().timestamp(), signer.signed_at);
        let derive = |secret| VerifyingKey::derive(&presented, secret).unwrap();
        let right = derive(signer.credentials.secret_access_key);
        assert_eq!(presented.verify(request, &right, signer.rules), Ok(()));
        let wrong = presented.verify(request, &derive("other"), signer.rules);
        assert_eq!(wrong, Err(SignatureError::Mismatch));
    }

    #[test]
    fn refuses_what_cannot_be_signed() {
        let error = |request: &Request<'_>| SIGNER.sign(request).unwrap_err();
        assert_eq!(error(&Request { headers: &[], ..REQUEST }), SigningError::Host);
        assert!(matches!(error(&Request { query: "%", ..REQUEST }), SigningError::Request(_)));
        for expires in [Duration::ZERO, MAX_PRESIGNED_EXPIRES + Duration::from_secs(1)] {
            assert_eq!(SIGNER.presign(&REQUEST, expires), Err(SigningError::Expires));
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let debug = format!("{SIGNER:?}");
        assert!(debug.contains("AKIDEXAMPLE") && !debug.contains("wJalr"), "{debug}");
    }
}
