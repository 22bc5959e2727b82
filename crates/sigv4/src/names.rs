//! Headers, query parameters and literals of the protocol, spelled as on the wire.

pub(crate) const TERMINATOR: &str = "aws4_request";
pub(crate) const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

pub(crate) const AUTHORIZATION: &str = "authorization";
pub(crate) const AUTHORITY: &str = ":authority";
pub(crate) const DATE: &str = "date";
pub(crate) const HOST: &str = "host";
pub(crate) const X_AMZ_CONTENT_SHA256: &str = "x-amz-content-sha256";
pub(crate) const X_AMZ_DATE: &str = "x-amz-date";
pub(crate) const X_AMZ_REGION_SET: &str = "x-amz-region-set";
pub(crate) const X_AMZ_SECURITY_TOKEN: &str = "x-amz-security-token";

pub(crate) const QUERY_ALGORITHM: &str = "X-Amz-Algorithm";
pub(crate) const QUERY_CONTENT_SHA256: &str = "X-Amz-Content-Sha256";
pub(crate) const QUERY_CREDENTIAL: &str = "X-Amz-Credential";
pub(crate) const QUERY_DATE: &str = "X-Amz-Date";
pub(crate) const QUERY_EXPIRES: &str = "X-Amz-Expires";
pub(crate) const QUERY_REGION_SET: &str = "X-Amz-Region-Set";
pub(crate) const QUERY_SECURITY_TOKEN: &str = "X-Amz-Security-Token";
pub(crate) const QUERY_SIGNATURE: &str = "X-Amz-Signature";
pub(crate) const QUERY_SIGNED_HEADERS: &str = "X-Amz-SignedHeaders";
