//! RFC 3986 percent-encoding as Signature Version 4 prescribes it.

use std::borrow::Cow;

use crate::error::SignatureError;

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Appends `bytes` with everything but letters, digits, `-`, `.`, `_` and `~` written as `%XX` in upper case.
pub(crate) fn encode_into(bytes: &[u8], out: &mut Vec<u8>) {
    for &byte in bytes {
        encode_byte(byte, out);
    }
}

/// As [`encode_into`], into a new string.
pub(crate) fn encode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 16);
    encode_into(text.as_bytes(), &mut out);
    String::from_utf8(out).unwrap_or_default()
}

fn encode_byte(byte: u8, out: &mut Vec<u8>) {
    if is_unreserved(byte) {
        out.push(byte);
    } else {
        let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or(b'0');
        out.extend([b'%', digit(byte >> 4), digit(byte & 0xf)]);
    }
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Appends the canonical spelling of text that is already percent-encoded: decoded, then encoded again.
pub(crate) fn recode_into(bytes: &[u8], plus: Plus, out: &mut Vec<u8>) -> Result<(), SignatureError> {
    let mut rest = bytes.iter();
    while let Some(byte) = next_decoded(&mut rest, plus)? {
        encode_byte(byte, out);
    }
    Ok(())
}

/// Decodes a query parameter (`+` is a space); `None` when the result is not UTF-8.
pub(crate) fn decode_query(text: &str) -> Result<Option<Cow<'_, str>>, SignatureError> {
    if !text.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Ok(Some(Cow::Borrowed(text)));
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter();
    while let Some(byte) = next_decoded(&mut rest, Plus::Space)? {
        decoded.push(byte);
    }
    Ok(String::from_utf8(decoded).ok().map(Cow::Owned))
}

/// What a bare `+` stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plus {
    /// A plus sign, as in a path.
    Literal,
    /// A space, as in a query string.
    Space,
}

fn next_decoded(rest: &mut std::slice::Iter<'_, u8>, plus: Plus) -> Result<Option<u8>, SignatureError> {
    let byte = match rest.next() {
        None => return Ok(None),
        Some(b'%') => {
            let (Some(high), Some(low)) = (rest.next(), rest.next()) else {
                return Err(SignatureError::MalformedQueryString("Incomplete trailing escape % sequence"));
            };
            let (Some(high), Some(low)) = (hex_value(*high), hex_value(*low)) else {
                return Err(SignatureError::MalformedQueryString(
                    "Illegal hex characters in escape (%) pattern",
                ));
            };
            (high << 4) | low
        }
        Some(b'+') if plus == Plus::Space => b' ',
        Some(byte) => *byte,
    };
    Ok(Some(byte))
}

fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn recode(text: &str, plus: Plus) -> Result<String, SignatureError> {
        let mut out = Vec::new();
        recode_into(text.as_bytes(), plus, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn encodes_all_but_unreserved() {
        assert_eq!(encode("AZaz09-._~"), "AZaz09-._~");
        assert_eq!(encode(" /+%*é"), "%20%2F%2B%25%2A%C3%A9");
    }

    #[test]
    fn recodes_to_one_spelling() {
        assert_eq!(recode("%7e%c3%A9 a+b", Plus::Space).unwrap(), "~%C3%A9%20a%20b");
        assert_eq!(recode("a+b", Plus::Literal).unwrap(), "a%2Bb");
    }

    #[test]
    fn refuses_broken_escapes() {
        for text in ["%", "a%2", "%zz", "%+1", "%2g"] {
            assert!(
                matches!(recode(text, Plus::Space), Err(SignatureError::MalformedQueryString(_))),
                "{text}"
            );
            assert!(decode_query(text).is_err(), "{text}");
        }
        assert_eq!(decode_query("%ff").unwrap(), None);
    }

    proptest! {
        #[test]
        fn decoding_undoes_encoding(text in any::<String>()) {
            let encoded = encode(&text);
            prop_assert_eq!(decode_query(&encoded).unwrap().unwrap(), text);
            prop_assert_eq!(recode(&encoded, Plus::Space).unwrap(), encoded);
        }
    }
}
