//! Nodes as audit records hold them.

use std::fmt::Write as _;

use crate::{Kind, Node, Schema, text};

/// What stands in place of a sensitive value, as in CloudTrail's records.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// Times as CloudTrail writes them in requests and answers: `Jul 9, 2024, 4:41:37 PM`.
const TIME: &str = "%b %-d, %Y, %-I:%M:%S %p";

/// What CloudTrail leaves out of records altogether: the secret of a new key.
const LEFT_OUT: &str = "SecretAccessKey";

/// Appends the node as JSON, with member names in CloudTrail's spelling (first letter lower case) and without sensitive
/// values. `named` is told every member that is a string: its name as written, and its value.
pub fn write_redacted(schema: &Schema, node: &Node, out: &mut String, named: &mut dyn FnMut(&str, &str)) {
    if schema.sensitive {
        return write_json_text(HIDDEN, out);
    }
    // Writing to a String does not fail.
    match (node, &schema.kind) {
        (Node::Boolean(value), _) => out.push_str(if *value { "true" } else { "false" }),
        (Node::Integer(value), _) => {
            let _ = write!(out, "{value}");
        }
        (Node::Float(value), _) => {
            let _ = write!(out, "{}", serde_json::Value::from(*value));
        }
        (Node::String(value), _) => write_json_text(value, out),
        (Node::Timestamp(value), _) => {
            let _ = write!(out, "\"{}\"", value.strftime(TIME));
        }
        (Node::Document(value), _) => {
            let _ = write!(out, "{value}");
        }
        (Node::List(values), Kind::List { member, .. }) => {
            out.push('[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_redacted(member, value, out, named);
            }
            out.push(']');
        }
        (Node::Map(entries), Kind::Map { key, value, .. }) if !key.sensitive => {
            out.push('{');
            for (index, (name, node)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_json_text(name, out);
                out.push(':');
                write_redacted(value, node, out, named);
            }
            out.push('}');
        }
        (Node::Structure(structure), Kind::Structure(members) | Kind::Union(members)) => {
            out.push('{');
            let mut first = true;
            for member in members.iter().filter(|member| member.name != LEFT_OUT) {
                let Some(node) = structure.get(member.name) else { continue };
                if !std::mem::take(&mut first) {
                    out.push(',');
                }
                out.push('"');
                let begin = out.len();
                push_spelled(member.name, out);
                if let (Node::String(text), false) = (node, member.schema.sensitive) {
                    named(out.get(begin..).unwrap_or_default(), text);
                }
                out.push_str("\":");
                write_redacted(member.schema, node, out, named);
            }
            out.push('}');
        }
        // Bytes say nothing to a reader, and a node that is not of its schema's kind is not believed to be harmless.
        _ => write_json_text(HIDDEN, out),
    }
}

/// Appends a text as JSON has it.
pub fn write_json_text(text: &str, out: &mut String) {
    // Nearly all texts are written as they are.
    if text::all(text.as_bytes(), |byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        let _ = write!(out, "{}", serde_json::Value::from(text));
    }
}

fn push_spelled(name: &str, out: &mut String) {
    let mut letters = name.chars();
    out.extend(letters.next().map(|first| first.to_ascii_lowercase()));
    out.push_str(letters.as_str());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Length, Location, Member, Structure};

    static NAME: Schema = Schema {
        name: "name",
        kind: Kind::String { length: Length::ANY, pattern: None, values: &[] },
        sensitive: false,
    };
    static PASSWORD: Schema = Schema {
        name: "password",
        kind: Kind::String { length: Length::ANY, pattern: None, values: &[] },
        sensitive: true,
    };
    static INPUT: Schema = Schema {
        name: "input",
        kind: Kind::Structure(&[
            Member {
                name: "UserName",
                wire_name: "UserName",
                schema: &NAME,
                required: true,
                location: Location::Body,
            },
            Member {
                name: "Password",
                wire_name: "Password",
                schema: &PASSWORD,
                required: true,
                location: Location::Body,
            },
        ]),
        sensitive: false,
    };

    fn written(schema: &Schema, node: &Node) -> (String, Vec<(String, String)>) {
        let (mut out, mut names) = (String::new(), Vec::new());
        write_redacted(schema, node, &mut out, &mut |name, value| names.push((name.into(), value.into())));
        (out, names)
    }

    #[test]
    fn times_are_spelled_as_in_cloudtrail() {
        let schema = Schema { name: "time", kind: Kind::Timestamp, sensitive: false };
        for (at, text) in [
            ("2024-07-09T16:41:37.5Z", "Jul 9, 2024, 4:41:37 PM"),
            ("2026-11-25T00:00:00Z", "Nov 25, 2026, 12:00:00 AM"),
        ] {
            let (json, _) = written(&schema, &Node::Timestamp(at.parse().unwrap()));
            assert_eq!(json, format!("\"{text}\""));
        }
    }

    #[test]
    fn hides_what_is_sensitive_and_keeps_the_rest() {
        let mut input = Structure::new();
        input.put("UserName", "alice".to_owned());
        input.put("Password", "correct horse".to_owned());
        let (json, names) = written(&INPUT, &Node::Structure(input));
        assert_eq!(json, r#"{"userName":"alice","password":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#);
        assert_eq!(names, [("userName".to_owned(), "alice".to_owned())]);
    }

    #[test]
    fn secret_access_keys_are_left_out() {
        static MEMBERS: [Member; 2] = [
            Member {
                name: "SecretAccessKey",
                wire_name: "SecretAccessKey",
                schema: &PASSWORD,
                required: true,
                location: Location::Body,
            },
            Member {
                name: "UserName",
                wire_name: "UserName",
                schema: &NAME,
                required: true,
                location: Location::Body,
            },
        ];
        static OUTPUT: Schema = Schema { name: "key", kind: Kind::Structure(&MEMBERS), sensitive: false };
        let mut output = Structure::new();
        output.put("SecretAccessKey", "correct horse".to_owned());
        output.put("UserName", "a\"b".to_owned());
        assert_eq!(written(&OUTPUT, &Node::Structure(output)).0, r#"{"userName":"a\"b"}"#);
    }

    proptest::proptest! {
        #[test]
        fn texts_are_json(text: String) {
            let mut out = String::new();
            write_json_text(&text, &mut out);
            proptest::prop_assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
        }
    }
}
