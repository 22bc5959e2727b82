//! The errors of CloudTrail in CloudTrail's words.

use crate::Error;

/// `InvalidLookupAttributesException`, 400.
pub(crate) fn invalid_lookup_attributes(message: &'static str) -> Error {
    Error::modelled("InvalidLookupAttributesException", 400, message)
}

/// `InvalidNextTokenException`, 400.
pub(crate) fn invalid_next_token() -> Error {
    Error::modelled("InvalidNextTokenException", 400, "Invalid token.")
}

/// `InvalidTimeRangeException`, 400.
pub(crate) fn invalid_time_range(message: &'static str) -> Error {
    Error::modelled("InvalidTimeRangeException", 400, message)
}
