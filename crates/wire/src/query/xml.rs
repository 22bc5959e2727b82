//! Answers in XML, in the layout of IAM and STS: two spaces per level, a line break at the end.

use std::io::Write as _;

use crate::text::{all, write_base64};
use crate::{ErrorAnswer, Kind, Node, OperationDescription, Schema, Service, timestamp};

/// The namespace of faults that precede the service: an action that does not exist.
const FAULT_NAMESPACE: &str = "http://webservices.amazon.com/AWSFault/2005-15-09";

/// `<XResponse><XResult>...</XResult><ResponseMetadata>...`; without `XResult` where the model has no output.
pub(crate) fn success(
    operation: &OperationDescription,
    service: &Service,
    output: &Node,
    request_id: &str,
) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.open_root(&[operation.name, "Response"], service.xml_namespace.unwrap_or_default());
    if let Some(schema) = operation.output {
        writer.element(&[operation.name, "Result"], schema, output);
    }
    writer.open("ResponseMetadata");
    writer.text_element("RequestId", request_id);
    writer.close("ResponseMetadata");
    writer.close_parts(&[operation.name, "Response"]);
    writer.out
}

/// `<ErrorResponse><Error><Type/><Code/><Message/></Error><RequestId/></ErrorResponse>`.
pub(crate) fn error(service: &Service, error: &ErrorAnswer, request_id: &str) -> Vec<u8> {
    let namespace = match &*error.code {
        "InvalidAction" => FAULT_NAMESPACE,
        _ => service.xml_namespace.unwrap_or_default(),
    };
    let mut writer = Writer::new();
    writer.open_root(&["ErrorResponse"], namespace);
    writer.open("Error");
    writer.text_element("Type", error.fault.as_str());
    writer.text_element("Code", &error.code);
    writer.text_element("Message", &error.message);
    writer.close("Error");
    writer.text_element("RequestId", request_id);
    writer.close("ErrorResponse");
    writer.out
}

struct Writer {
    out: Vec<u8>,
    depth: usize,
}

impl Writer {
    fn new() -> Self {
        Self { out: Vec::with_capacity(1024), depth: 0 }
    }

    /// One value as an element. Names come in parts so that `CreateUser` + `Result` needs no string of its own.
    fn element(&mut self, name: &[&str], schema: &Schema, node: &Node) {
        match (&schema.kind, node) {
            (Kind::Structure(members) | Kind::Union(members), Node::Structure(structure)) => {
                if structure.is_empty() {
                    return self.empty(name);
                }
                self.open_parts(name);
                for member in *members {
                    if let Some(node) = structure.get(member.name) {
                        self.element(&[member.wire_name], member.schema, node);
                    }
                }
                self.close_parts(name);
            }
            (Kind::List { member, .. }, Node::List(nodes)) => {
                if nodes.is_empty() {
                    return self.empty(name);
                }
                self.open_parts(name);
                for node in nodes {
                    self.element(&["member"], member, node);
                }
                self.close_parts(name);
            }
            (Kind::Map { value, .. }, Node::Map(entries)) => {
                if entries.is_empty() {
                    return self.empty(name);
                }
                self.open_parts(name);
                for (key, node) in entries {
                    self.open("entry");
                    self.text_element("key", key);
                    self.element(&["value"], value, node);
                    self.close("entry");
                }
                self.close_parts(name);
            }
            (_, node) => self.scalar(name, node),
        }
    }

    fn scalar(&mut self, name: &[&str], node: &Node) {
        if matches!(node, Node::String(text) if text.is_empty()) {
            return self.empty(name);
        }
        self.indent();
        self.tag("<", name);
        // Writing into memory cannot fail.
        match node {
            Node::Boolean(value) => self.out.extend_from_slice(if *value { b"true" } else { b"false" }),
            Node::Integer(value) => {
                let _ = write!(self.out, "{value}");
            }
            Node::Float(value) => {
                let _ = write!(self.out, "{value}");
            }
            Node::String(text) => escape(text, &mut self.out),
            Node::Blob(bytes) => write_base64(bytes, &mut self.out),
            Node::Timestamp(value) => timestamp::write_iso(*value, &mut self.out),
            Node::Document(value) => escape(&value.to_string(), &mut self.out),
            Node::List(_) | Node::Map(_) | Node::Structure(_) => {}
        }
        self.tag("</", name);
        self.out.push(b'\n');
    }

    fn text_element(&mut self, name: &str, text: &str) {
        self.indent();
        self.tag("<", &[name]);
        escape(text, &mut self.out);
        self.tag("</", &[name]);
        self.out.push(b'\n');
    }

    fn open_root(&mut self, name: &[&str], namespace: &str) {
        self.out.push(b'<');
        for part in name {
            self.out.extend_from_slice(part.as_bytes());
        }
        self.out.extend_from_slice(b" xmlns=\"");
        escape(namespace, &mut self.out);
        self.out.extend_from_slice(b"\">\n");
        self.depth += 1;
    }

    fn open(&mut self, name: &str) {
        self.open_parts(&[name]);
    }

    fn open_parts(&mut self, name: &[&str]) {
        self.indent();
        self.tag("<", name);
        self.out.push(b'\n');
        self.depth += 1;
    }

    fn close(&mut self, name: &str) {
        self.close_parts(&[name]);
    }

    fn close_parts(&mut self, name: &[&str]) {
        self.depth = self.depth.saturating_sub(1);
        self.indent();
        self.tag("</", name);
        self.out.push(b'\n');
    }

    fn empty(&mut self, name: &[&str]) {
        self.indent();
        self.out.push(b'<');
        for part in name {
            self.out.extend_from_slice(part.as_bytes());
        }
        self.out.extend_from_slice(b"/>\n");
    }

    fn tag(&mut self, open: &str, name: &[&str]) {
        self.out.extend_from_slice(open.as_bytes());
        for part in name {
            self.out.extend_from_slice(part.as_bytes());
        }
        self.out.push(b'>');
    }

    fn indent(&mut self) {
        for _ in 0..self.depth {
            self.out.extend_from_slice(b"  ");
        }
    }
}

/// Characters XML 1.0 cannot carry become U+FFFD; a carriage return would be read as a line feed.
fn escape(text: &str, out: &mut Vec<u8>) {
    // 0xEF begins U+FFFE and U+FFFF; nearly all texts have none of these bytes.
    let is_plain = |byte: u8| !matches!(byte, 0..0x20 | b'&' | b'<' | b'>' | b'"' | 0xEF);
    if all(text.as_bytes(), is_plain) {
        return out.extend_from_slice(text.as_bytes());
    }
    let mut plain = 0;
    for (position, character) in text.char_indices() {
        let escaped: &str = match character {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\r' => "&#xD;",
            '\t' | '\n' => continue,
            '\0'..'\x20' | '\u{FFFE}' | '\u{FFFF}' => "\u{FFFD}",
            _ => continue,
        };
        out.extend_from_slice(text.as_bytes().get(plain..position).unwrap_or_default());
        out.extend_from_slice(escaped.as_bytes());
        plain = position + character.len_utf8();
    }
    out.extend_from_slice(text.as_bytes().get(plain..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn escaped(text: &str) -> String {
        let mut out = Vec::new();
        escape(text, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn escapes() {
        assert_eq!(escaped("a<b>&\"c'\r\n\t"), "a&lt;b&gt;&amp;&quot;c'&#xD;\n\t");
        assert_eq!(escaped("\0x\u{1f}\u{fffe}\u{1f600}"), "\u{fffd}x\u{fffd}\u{fffd}\u{1f600}");
        assert_eq!(escaped(""), "");
    }

    proptest! {
        #[test]
        fn escaped_texts_read_back(text in "[a-z&<>\"'\r\n\t\u{e9}\u{ef00}\u{fffd}\u{1f600}]{0,20}") {
            let unescaped = escaped(&text)
                .replace("&#xD;", "\r")
                .replace("&quot;", "\"")
                .replace("&gt;", ">")
                .replace("&lt;", "<")
                .replace("&amp;", "&");
            prop_assert_eq!(unescaped, text);
        }

        #[test]
        fn escaped_texts_are_xml(text: String) {
            let allowed = |letter: char| matches!(letter, '\t' | '\n' | '\x20'..='\u{fffd}' | '\u{10000}'..);
            prop_assert!(escaped(&text).chars().all(|letter| allowed(letter) && !matches!(letter, '<' | '>' | '"')));
        }
    }
}
