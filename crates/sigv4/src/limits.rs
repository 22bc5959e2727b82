//! Sizes beyond which a signature is refused before any cryptography is spent on it.

use std::time::Duration;

/// Longest `Authorization` header, in bytes. Real ones are some 300 bytes, a few hundred more with many signed headers.
pub const MAX_AUTHORIZATION_LENGTH: usize = 8 * 1024;

/// Most names in `SignedHeaders`; canonicalisation compares each with every header of the request.
pub const MAX_SIGNED_HEADERS: usize = 100;

/// Longest `X-Amz-Security-Token`, in bytes, once percent-decoded.
pub const MAX_SESSION_TOKEN_LENGTH: usize = 16 * 1024;

/// Longest `X-Amz-Region-Set`, in bytes.
pub const MAX_REGION_SET_LENGTH: usize = 1024;

/// Most parameters in a signed query string; they are sorted.
pub const MAX_QUERY_PARAMETERS: usize = 4096;

/// Longest life of a presigned request: seven days ("Create a presigned URL", S3 User Guide).
pub const MAX_PRESIGNED_EXPIRES: Duration = Duration::from_hours(7 * 24);

/// Bytes of an HMAC-SHA256 signature.
pub(crate) const HMAC_SIGNATURE_LENGTH: usize = 32;

/// Most bytes of an ASN.1 DER signature on P-256: SEQUENCE of two INTEGERs of at most 33 bytes.
pub(crate) const MAX_ECDSA_SIGNATURE_LENGTH: usize = 72;
