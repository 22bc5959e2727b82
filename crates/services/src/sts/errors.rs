//! The errors of STS in STS's words.

use crate::Error;
use std::{borrow::Cow, fmt::Display};

type Text = Cow<'static, str>;

/// One answer for a role that is not there and a role that does not trust the caller: nobody learns which roles exist.
pub(crate) fn not_authorized(caller: impl Display, action: &str, role: &str) -> Error {
    Error::access_denied(format!("User: {caller} is not authorized to perform: {action} on resource: {role}"))
}

/// `InvalidParameterValue`, 400.
pub(crate) fn invalid_parameter_value(message: impl Into<Text>) -> Error {
    Error::modelled("InvalidParameterValue", 400, message)
}

/// `MalformedPolicyDocument`, 400.
pub(crate) fn malformed_policy_document(message: impl Into<Text>) -> Error {
    Error::modelled("MalformedPolicyDocument", 400, message)
}

/// `PackedPolicyTooLarge`, 400.
pub(crate) fn packed_policy_too_large(percent: usize) -> Error {
    let message = format!("Packed policy consumes {percent}% of allotted space, please use smaller policy.");
    Error::modelled("PackedPolicyTooLarge", 400, message)
}

/// The code is wrong, or was used before.
pub(crate) fn mfa_failed() -> Error {
    Error::access_denied("MultiFactorAuthentication failed with invalid MFA one time pass code. ")
}

/// A serial number without a code, or the other way round.
pub(crate) fn mfa_incomplete() -> Error {
    Error::access_denied(
        "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
    )
}

/// There is no such device, or it is not the caller's, or it shows no codes: the answer does not tell which.
pub(crate) fn mfa_no_device() -> Error {
    Error::access_denied(
        "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid \
         and associated with this user.",
    )
}
