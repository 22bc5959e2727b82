//! Values written as plain text: query parameters, headers, URI labels.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose};

use crate::{Kind, Node, Schema, timestamp};

/// Reads scalars of any kind. `Err` says what is wrong with the text; compound kinds are never text.
pub(crate) fn parse(schema: &Schema, text: Cow<'_, str>) -> Result<Node, String> {
    match schema.kind {
        Kind::String { .. } => Ok(Node::String(text.into_owned())),
        Kind::Boolean if text.eq_ignore_ascii_case("true") => Ok(Node::Boolean(true)),
        Kind::Boolean if text.eq_ignore_ascii_case("false") => Ok(Node::Boolean(false)),
        Kind::Integer(_) => integer::<i32>(&text).ok_or_else(|| unconvertible("Integer")),
        Kind::Long(_) => integer::<i64>(&text).ok_or_else(|| unconvertible("Long")),
        Kind::Float => match text.parse::<f64>() {
            Ok(number) => Ok(Node::Float(number)),
            Err(_) => Err(unconvertible("Double")),
        },
        Kind::Blob(_) => {
            decode_base64(&text).map(Node::Blob).ok_or_else(|| "Value is not valid base64".to_owned())
        }
        Kind::Timestamp => timestamp::parse_text(&text)
            .map(Node::Timestamp)
            .ok_or_else(|| "timestamp must follow ISO8601".to_owned()),
        Kind::Document => {
            serde_json::from_str(&text).map(Node::Document).map_err(|_| "Value is not valid JSON".to_owned())
        }
        Kind::Boolean => Err(unconvertible("Boolean")),
        Kind::List { .. } | Kind::Map { .. } | Kind::Structure(_) | Kind::Union(_) => {
            Err(unconvertible("Collection"))
        }
    }
}

/// Whether all bytes are such ones. Sixteen are looked at before it is asked whether to go on, which the compiler makes one
/// step of.
pub(crate) fn all(bytes: &[u8], is_such: impl Fn(u8) -> bool) -> bool {
    let (chunks, rest) = bytes.as_chunks::<16>();
    chunks.iter().all(|chunk| chunk.iter().fold(true, |all, byte| all & is_such(*byte)))
        && rest.iter().all(|byte| is_such(*byte))
}

/// Undoes percent escapes, and reads `+` as `plus`; borrows where there are none. `None` when an escape is broken or
/// the text is not UTF-8.
pub(crate) fn percent_decode(bytes: &[u8], plus: u8) -> Option<Cow<'_, str>> {
    if all(bytes, |byte| !matches!(byte, b'%' | b'+')) {
        return std::str::from_utf8(bytes).ok().map(Cow::Borrowed);
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        out.push(match byte {
            b'+' => plus,
            b'%' => (hex_digit(*rest.next()?)? << 4) | hex_digit(*rest.next()?)?,
            byte => *byte,
        });
    }
    String::from_utf8(out).ok().map(Cow::Owned)
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Base64 with or without padding.
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    LENIENT.decode(text).ok()
}

/// Appends padded base64.
pub(crate) fn write_base64(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(general_purpose::STANDARD.encode(bytes).as_bytes());
}

/// AWS takes `+900` and `0900` too, as Rust does.
fn integer<T: std::str::FromStr + Into<i64>>(text: &str) -> Option<Node> {
    text.parse::<T>().ok().map(|number| Node::Integer(number.into()))
}

fn unconvertible(kind: &str) -> String {
    format!("STRING_VALUE can not be converted to an {kind}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Range;

    static INTEGER: Schema = Schema::integer("durationSecondsType", Range::ANY);
    static BOOLEAN: Schema = Schema::boolean("booleanType");

    proptest::proptest! {
        #[test]
        fn all_are_all(bytes in proptest::collection::vec(0..4_u8, 0..70)) {
            let is_such = |byte| byte != 3;
            proptest::prop_assert_eq!(all(&bytes, is_such), bytes.iter().all(|byte| is_such(*byte)));
            let such = vec![0; bytes.len()];
            proptest::prop_assert!(all(&such, is_such));
        }
    }

    #[test]
    fn integers_as_aws_takes_them() {
        for text in ["900", "+900", "0900"] {
            assert_eq!(parse(&INTEGER, text.into()), Ok(Node::Integer(900)), "{text}");
        }
        for text in ["", " 900", "9e2", "2147483648", "nine"] {
            assert!(parse(&INTEGER, text.into()).is_err(), "{text}");
        }
    }

    #[test]
    fn booleans_in_any_case() {
        assert_eq!(parse(&BOOLEAN, "True".into()), Ok(Node::Boolean(true)));
        assert_eq!(parse(&BOOLEAN, "false".into()), Ok(Node::Boolean(false)));
        assert!(parse(&BOOLEAN, "1".into()).is_err());
    }

    #[test]
    fn base64_with_and_without_padding() {
        assert_eq!(decode_base64("aGk="), Some(b"hi".to_vec()));
        assert_eq!(decode_base64("aGk"), Some(b"hi".to_vec()));
        assert_eq!(decode_base64("a*"), None);
    }
}
