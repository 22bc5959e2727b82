//! Nodes to JSON, straight into one buffer.

use std::io::Write as _;

use crate::text::write_base64;
use crate::{ErrorAnswer, Kind, Location, Member, Node, Schema, Structure, timestamp};

/// A structure's members that travel in the body, as an object.
pub(crate) fn body(schema: &Schema, structure: &Structure, out: &mut Vec<u8>) {
    object(schema.members().iter().filter(|member| member.location == Location::Body), structure, out);
}

/// Any value.
pub(crate) fn value(schema: &Schema, node: &Node, out: &mut Vec<u8>) {
    match (&schema.kind, node) {
        (Kind::Structure(members) | Kind::Union(members), Node::Structure(structure)) => {
            object(members.iter(), structure, out);
        }
        (Kind::List { member, .. }, Node::List(nodes)) => {
            out.push(b'[');
            for (index, node) in nodes.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                value(member, node, out);
            }
            out.push(b']');
        }
        (Kind::Map { value: schema, .. }, Node::Map(entries)) => {
            out.push(b'{');
            for (index, (key, node)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_string(key, out);
                out.push(b':');
                value(schema, node, out);
            }
            out.push(b'}');
        }
        (_, node) => scalar(node, out),
    }
}

/// An error body: `__type`, the members of the shape, and a message under the name the model or AWS gives it.
pub(crate) fn error(error: &ErrorAnswer, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"__type\":");
    write_string(&error.code, out);
    let mut has_message = false;
    if let Some(shape) = error.shape {
        for member in shape.schema.members() {
            if let Some(node) = error.members.get(member.name) {
                has_message |= member.wire_name.eq_ignore_ascii_case("message");
                entry(member, node, out);
            }
        }
    }
    if !has_message {
        // What AWS's authorisation layer sends has a capital, everything before it has not.
        out.extend_from_slice(match &*error.code {
            "AccessDeniedException" => b",\"Message\":".as_slice(),
            _ => b",\"message\":",
        });
        write_string(&error.message, out);
    }
    out.push(b'}');
}

/// A string with quotes.
pub(crate) fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut plain = 0;
    for (position, byte) in text.bytes().enumerate() {
        let short = match byte {
            b'"' => b'"',
            b'\\' => b'\\',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0..0x20 => 0,
            _ => continue,
        };
        out.extend_from_slice(text.as_bytes().get(plain..position).unwrap_or_default());
        match short {
            // Writing into memory cannot fail.
            0 => {
                let _ = write!(out, "\\u{byte:04x}");
            }
            short => out.extend_from_slice(&[b'\\', short]),
        }
        plain = position + 1;
    }
    out.extend_from_slice(text.as_bytes().get(plain..).unwrap_or_default());
    out.push(b'"');
}

fn object<'m>(members: impl Iterator<Item = &'m Member>, structure: &Structure, out: &mut Vec<u8>) {
    let start = out.len();
    for member in members {
        if let Some(node) = structure.get(member.name) {
            entry(member, node, out);
        }
    }
    // Entries begin with a comma; the first one makes place for the brace.
    match out.get_mut(start) {
        Some(comma) => *comma = b'{',
        None => out.push(b'{'),
    }
    out.push(b'}');
}

fn entry(member: &Member, node: &Node, out: &mut Vec<u8>) {
    out.push(b',');
    write_string(member.wire_name, out);
    out.push(b':');
    value(member.schema, node, out);
}

fn scalar(node: &Node, out: &mut Vec<u8>) {
    // Writing into memory cannot fail.
    let _ = match node {
        Node::Boolean(value) => write!(out, "{value}"),
        Node::Integer(value) => write!(out, "{value}"),
        Node::Float(value) if value.is_finite() => write!(out, "{value:?}"),
        Node::Float(value) if value.is_nan() => write!(out, "\"NaN\""),
        Node::Float(value) => write!(out, "\"{}Infinity\"", if *value < 0.0 { "-" } else { "" }),
        Node::Document(value) => write!(out, "{value}"),
        Node::String(text) => {
            write_string(text, out);
            Ok(())
        }
        Node::Blob(bytes) => {
            out.push(b'"');
            write_base64(bytes, out);
            out.push(b'"');
            Ok(())
        }
        Node::Timestamp(value) => {
            timestamp::write_seconds(*value, out);
            Ok(())
        }
        // A node that does not fit its schema: nothing sensible to say.
        Node::List(_) | Node::Map(_) | Node::Structure(_) => write!(out, "null"),
    };
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quoted(text: &str) -> String {
        let mut out = Vec::new();
        write_string(text, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn strings() {
        assert_eq!(quoted("a\"b\\c\n\u{1}\u{fc}"), r#""a\"b\\c\n\u0001ü""#);
    }

    proptest! {
        #[test]
        fn strings_read_back(text: String) {
            prop_assert_eq!(serde_json::from_str::<String>(&quoted(&text)).unwrap(), text);
        }

        #[test]
        fn floats_read_back(number in prop::num::f64::NORMAL) {
            let mut out = Vec::new();
            scalar(&Node::Float(number), &mut out);
            let back: f64 = String::from_utf8(out).unwrap().parse().unwrap();
            prop_assert_eq!(back.to_bits(), number.to_bits());
        }
    }
}
