//! Why a signature is refused, in AWS's words.

use std::time::Duration;

use crate::amz_date::AmzDate;

/// Why a signature is refused. `Display` is the message AWS sends; it never holds a computed signature or key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The algorithm is neither Signature Version 4 nor 4A.
    #[error("Unsupported AWS 'algorithm': '{0}'.")]
    Algorithm(String),
    /// Both an `Authorization` header and `X-Amz-Algorithm` are present.
    #[error("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")]
    BothForms,
    /// The credential has the wrong number of parts; 4A's has no region.
    #[error("Credential must have exactly {expected} slash-delimited elements, e.g. {example}, got '{got}'")]
    Credential {
        /// Parts the algorithm asks for: 5, or 4 for 4A.
        expected: u8,
        /// The shape of a right one.
        example: &'static str,
        /// The credential as sent.
        got: String,
    },
    /// The date of the request cannot be read.
    #[error("Date must be in ISO-8601 'basic format'. Got '{0}'. See http://en.wikipedia.org/wiki/ISO_8601")]
    Date(String),
    /// The request is older than the allowed window.
    #[error(
        "Signature expired: {} is now earlier than {} ({} - {}.)",
        .0.signed_at, .0.limit, .0.now, in_words(.0.width)
    )]
    Expired(Box<TimeWindow>),
    /// `X-Amz-Expires` is absent, no number, or outside 1..=604800.
    #[error("{0}")]
    Expires(&'static str),
    /// A header that must be signed is present and not named in `SignedHeaders`.
    #[error("'{0}' must be a 'SignedHeader' in the AWS Authorization.")]
    HeaderNotSigned(String),
    /// `SignedHeaders` names neither `host` nor `:authority`.
    #[error("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")]
    HostNotSigned,
    /// A percent escape in the query string is broken.
    #[error("{0}")]
    MalformedQueryString(&'static str),
    /// The signature is not the right one, or covers something other than what was received.
    #[error(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
         Key and signing method. Consult the service documentation for details."
    )]
    Mismatch,
    /// The request carries no signature.
    #[error("Request is missing Authentication Token")]
    Missing,
    /// The `Authorization` header lacks parts; the text names each one.
    #[error("{missing}(Hashed with SHA-256 and encoded with Base64) Authorization={authorization_sha256}")]
    MissingHeaderParts {
        /// One sentence per missing part, each followed by a space.
        missing: String,
        /// Base64 of the SHA-256 of the header, as AWS echoes it.
        authorization_sha256: String,
    },
    /// The presigned query lacks parameters; the text names each one.
    #[error("{0}Re-examine the query-string parameters.")]
    MissingQueryParameters(String),
    /// A field is repeated, too long or not text. The reason is for logs; it is not part of the message.
    #[error("The request signature does not conform to AWS standards.")]
    NonConforming(&'static str),
    /// A part of the `Authorization` header has no equal-sign.
    #[error(
        "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with \
         Base64): '{authorization_sha256}'."
    )]
    NotKeyValue {
        /// Base64 of the SHA-256 of the header, as AWS echoes it.
        authorization_sha256: String,
    },
    /// The request was signed later than the server's time allows.
    #[error(
        "Signature not yet current: {} is still later than {} ({} + {}.)",
        .0.signed_at, .0.limit, .0.now, in_words(.0.width)
    )]
    NotYetCurrent(Box<TimeWindow>),
    /// The credential scope names the wrong region, service, terminator or date; one sentence each, in that order, each
    /// followed by a space.
    #[error("{0}")]
    Scope(String),
}

/// The window of time a request was signed outside of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeWindow {
    /// When the request says it was signed.
    pub signed_at: AmzDate,
    /// The earliest or latest time accepted.
    pub limit: AmzDate,
    /// The server's time.
    pub now: AmzDate,
    /// How far the limit is from the server's time.
    pub width: Duration,
}

/// `15 min`, or `90 sec` where it is no whole number of minutes.
fn in_words(width: Duration) -> String {
    let seconds = width.as_secs();
    if seconds.is_multiple_of(60) { format!("{} min", seconds / 60) } else { format!("{seconds} sec") }
}

/// The protocol-neutral error code; a protocol spells it in its own way (`SignatureDoesNotMatch` in the query protocol
/// is `InvalidSignatureException` in the JSON ones).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// `IncompleteSignature`, HTTP 400.
    IncompleteSignature,
    /// `MalformedQueryString`, HTTP 400.
    MalformedQueryString,
    /// `MissingAuthenticationToken`, HTTP 403.
    MissingAuthenticationToken,
    /// `SignatureDoesNotMatch`, HTTP 403.
    SignatureDoesNotMatch,
}

impl SignatureError {
    /// The code under which a server reports this error.
    pub fn code(&self) -> ErrorKind {
        match self {
            Self::Algorithm(_)
            | Self::Credential { .. }
            | Self::Date(_)
            | Self::Expires(_)
            | Self::MissingHeaderParts { .. }
            | Self::MissingQueryParameters(_)
            | Self::NonConforming(_)
            | Self::NotKeyValue { .. } => ErrorKind::IncompleteSignature,
            Self::MalformedQueryString(_) => ErrorKind::MalformedQueryString,
            Self::Missing => ErrorKind::MissingAuthenticationToken,
            Self::BothForms
            | Self::Expired(_)
            | Self::HeaderNotSigned(_)
            | Self::HostNotSigned
            | Self::Mismatch
            | Self::NotYetCurrent(_)
            | Self::Scope(_) => ErrorKind::SignatureDoesNotMatch,
        }
    }
}
