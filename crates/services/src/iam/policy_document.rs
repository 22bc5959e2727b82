//! Policy documents as they come in and go out.

use super::errors;
use crate::Result;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use policy::{Policy, PolicyKind};

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Reads a document of that kind. What is wrong with it is said in IAM's words.
pub(crate) fn parse(document: &str, kind: PolicyKind) -> Result<Policy> {
    Policy::parse(document, kind).map_err(|error| errors::malformed_policy_document(error.message))
}

/// A document as IAM's answers hold it: percent-encoded.
pub(crate) fn encoded(document: &str) -> String {
    utf8_percent_encode(document, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_hold_documents_percent_encoded() {
        assert_eq!(encoded(r#"{"a": "b/c~é"}"#), "%7B%22a%22%3A%20%22b%2Fc~%C3%A9%22%7D");
    }
}
