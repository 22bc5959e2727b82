//! JSON that remembers where each value stands, and refuses repeated member names and deep nesting.

use std::collections::HashSet;
use std::fmt;

use serde_json::value::RawValue;

/// The longest document read, in bytes: IAM takes 131,072 characters of at most two bytes each.
pub(crate) const MAX_DOCUMENT_BYTES: usize = 262_144;

/// A policy nests six levels deep (document, statements, statement, condition, operator, values).
const MAX_DEPTH: u8 = 12;

/// One JSON value with the byte offsets of its first character and of the one after its last.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) value: Value<'a>,
}

/// What a [`Node`] holds. Numbers stay as written, so that none loses digits.
#[derive(Debug)]
pub(crate) enum Value<'a> {
    Array(Vec<Node<'a>>),
    Bool(bool),
    Null,
    Number(&'a str),
    Object(Vec<(String, Node<'a>)>),
    String(String),
}

/// A text that is not acceptable JSON, with the byte offset of the trouble where it is known.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct JsonError {
    pub(crate) byte: Option<usize>,
}

impl<'a> Node<'a> {
    /// Reads a whole document. Time and memory are bounded by [`MAX_DOCUMENT_BYTES`] and [`MAX_DEPTH`].
    pub(crate) fn read(text: &'a str) -> Result<Self, JsonError> {
        if text.len() > MAX_DOCUMENT_BYTES {
            return Err(JsonError { byte: None });
        }
        let raw: &RawValue = serde_json::from_str(text).map_err(|error| error_at(text, &error))?;
        read_value(text, raw.get(), 0)
    }

    /// The text of a string value.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of a list; any other value stands for a list of itself.
    pub(crate) fn one_or_many(&self) -> &[Self] {
        match &self.value {
            Value::Array(elements) => elements,
            _ => std::slice::from_ref(self),
        }
    }
}

/// How many characters a well-formed document has, white space between its tokens not counted: what IAM's size
/// quotas count. Characters inside strings count as written: a space is one, an escape like `\u0041` is six.
pub(crate) fn size_without_white_space(text: &str) -> usize {
    let mut size = 0;
    let (mut in_string, mut escaped) = (false, false);
    for character in text.chars() {
        if in_string || !matches!(character, ' ' | '\t' | '\n' | '\r') {
            size += 1;
        }
        match character {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ => {}
        }
    }
    size
}

fn read_value<'a>(document: &'a str, slice: &'a str, depth: u8) -> Result<Node<'a>, JsonError> {
    let start = slice.as_ptr().addr().saturating_sub(document.as_ptr().addr());
    let failed = |_| JsonError { byte: Some(start) };
    if depth > MAX_DEPTH {
        return Err(JsonError { byte: Some(start) });
    }
    let value = match slice.as_bytes().first() {
        Some(b'{') => {
            let Members(members) = serde_json::from_str(slice).map_err(failed)?;
            let members = members
                .into_iter()
                .map(|(name, raw)| Ok((name, read_value(document, raw.get(), depth.saturating_add(1))?)));
            Value::Object(members.collect::<Result<_, _>>()?)
        }
        Some(b'[') => {
            let elements: Vec<&RawValue> = serde_json::from_str(slice).map_err(failed)?;
            let elements =
                elements.into_iter().map(|raw| read_value(document, raw.get(), depth.saturating_add(1)));
            Value::Array(elements.collect::<Result<_, _>>()?)
        }
        Some(b'"') => Value::String(serde_json::from_str(slice).map_err(failed)?),
        Some(b't') => Value::Bool(true),
        Some(b'f') => Value::Bool(false),
        Some(b'n') => Value::Null,
        _ => Value::Number(slice),
    };
    Ok(Node { start, end: start.saturating_add(slice.len()), value })
}

fn error_at(text: &str, error: &serde_json::Error) -> JsonError {
    let before: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    JsonError { byte: Some(before.saturating_add(error.column().saturating_sub(1))) }
}

/// The members of an object in their order; a repeated name is an error.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> serde::Deserialize<'de> for Members<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> serde::de::Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        let mut names = HashSet::new();
        while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
            if !names.insert(name.clone()) {
                return Err(serde::de::Error::custom("repeated member name"));
            }
            members.push((name, value));
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_offsets_of_every_value() {
        let text = " {\"a\" : [1.50, \"x\\u0041\"],\n\"b\":{}} ";
        let root = Node::read(text).unwrap();
        assert_eq!(text.get(root.start..root.end), Some(text.trim()));
        let Value::Object(members) = &root.value else { panic!("not an object") };
        let elements = members[0].1.one_or_many();
        assert_eq!(text.get(elements[0].start..elements[0].end), Some("1.50"));
        assert!(matches!(elements[0].value, Value::Number("1.50")));
        assert_eq!(text.get(elements[1].start..elements[1].end), Some("\"x\\u0041\""));
        assert_eq!(elements[1].as_str(), Some("xA"));
        assert_eq!(text.get(members[1].1.start..members[1].1.end), Some("{}"));
    }

    #[test]
    fn refuses_what_is_not_one_plain_document() {
        for text in [
            "",
            "{",
            "{\"a\":1,}",
            "{} {}",
            "{\"a\":1,\"a\":2}",
            "{\"a\":1,\"\\u0061\":2}",
            "[\"\\ud800\"]",
            "nul",
            "{\"a\":\"\u{0}\"}",
        ] {
            assert!(Node::read(text).is_err(), "{text:?}");
        }
        assert_eq!(Node::read("{\n \"a\": x}").unwrap_err().byte, Some(8));
    }

    #[test]
    fn bounds_depth_and_size() {
        assert!(Node::read(&format!("{}{}", "[".repeat(12), "]".repeat(12))).is_ok());
        assert!(Node::read(&format!("{}{}", "[".repeat(50), "]".repeat(50))).is_err());
        assert!(Node::read(&"[".repeat(200_000)).is_err());
        assert!(Node::read(&format!("\"{}\"", "x".repeat(MAX_DOCUMENT_BYTES))).is_err());
    }

    #[test]
    fn size_leaves_out_white_space_between_tokens_only() {
        assert_eq!(size_without_white_space("{\n\t\"a b\" : \"c \\\" d\" }"), "{\"a b\":\"c \\\" d\"}".len());
        assert_eq!(size_without_white_space("\"éé\""), 4);
    }
}
