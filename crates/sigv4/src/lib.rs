//! AWS Signature Version 4 and 4A: canonical request, verify, sign, presign.
//!
//! Pure: the time, the key cache's seed and the request are arguments; nothing here reads a clock, a socket or a file.
//! The one thing taken from outside is the nonce of an ECDSA signature, which the cryptographic library draws itself.
//!
//! The way of a request through this crate:
//! 1. [`Presented::find`] parses what the request claims (`None`: it carries no signature at all);
//! 2. [`Presented::check`] holds the claim against time, service and region;
//! 3. the caller looks up the secret access key and asks [`KeyCache::key`] (or [`VerifyingKey::derive`]) for the key;
//! 4. [`Presented::verify`] recomputes the canonical request and compares in constant time.
//!
//! Sources of the rules: "Signature Version 4 for API requests" in the IAM User Guide, and answers observed from the
//! services themselves where the guide is silent (said at the place).

mod amz_date;
mod authorization_header;
mod canonical_path;
mod canonical_query;
mod canonical_request;
mod ecdsa_key;
mod error;
mod expectation;
mod key_cache;
mod limits;
mod names;
mod percent;
mod presented;
mod presigned_query;
mod request;
mod sign;
mod signing_key;
mod verify;

pub use amz_date::AmzDate;
pub use canonical_request::Canonicalization;
pub use ecdsa_key::{EcdsaPublicKey, EcdsaSigningKey, KeyError};
pub use error::{ErrorKind, SignatureError, TimeWindow};
pub use expectation::{DEFAULT_SKEW, Expectation, PresignedLifetime, Regions};
pub use key_cache::KeyCache;
pub use limits::{
    MAX_AUTHORIZATION_LENGTH, MAX_PRESIGNED_EXPIRES, MAX_QUERY_PARAMETERS, MAX_REGION_SET_LENGTH,
    MAX_SESSION_TOKEN_LENGTH, MAX_SIGNED_HEADERS,
};
pub use presented::{Algorithm, Form, Presented, Scope};
pub use request::{Body, Request};
pub use sign::{Credentials, Signer, SigningError, SigningScope};
pub use signing_key::SigningKey;
pub use verify::VerifyingKey;
