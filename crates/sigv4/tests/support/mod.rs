//! A request that owns its parts, and what a server does with one.

use std::time::Duration;

use sigv4::{
    Body, Canonicalization, Expectation, KeyCache, Presented, PresignedLifetime, Regions, Request,
    SignatureError,
};

/// A request that owns its parts.
#[derive(Clone, Debug, serde::Deserialize)]
pub(crate) struct OwnedRequest {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// What the server knows of the signer.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) secret: &'a str,
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
    pub(crate) rules: Canonicalization,
}

impl OwnedRequest {
    /// Finds, checks and verifies the signature as a server does, at the time of signing, and returns the session token.
    /// An unsigned request is an error.
    pub(crate) fn verify(&self, known: &Known<'_>) -> Result<Option<String>, SignatureError> {
        let headers: Vec<_> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let request = Request {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &headers,
            body: Body::Bytes(&self.body),
        };
        let presented = Presented::find(&request)?.ok_or(SignatureError::Missing)?;
        presented.check(&Expectation {
            services: &[known.service],
            regions: Regions::Only(&[known.region]),
            now: presented.signed_at().timestamp(),
            skew: Duration::ZERO,
            presigned: PresignedLifetime::Expires,
        })?;
        let key = KeyCache::new(1, 0).key(&presented, known.secret).map_err(|_| SignatureError::Mismatch)?;
        presented.verify(&request, &key, known.rules)?;
        Ok(presented.session_token().map(str::to_owned))
    }
}
