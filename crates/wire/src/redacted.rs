//! Nodes as audit records hold them.

use serde_json::{Map, Value};

use crate::{Kind, Node, Schema};

/// What stands in place of a sensitive value, as in CloudTrail's records.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// Times as CloudTrail writes them in requests and answers: `Jul 9, 2024, 4:41:37 PM`.
const TIME: &str = "%b %-d, %Y, %-I:%M:%S %p";

/// The node as JSON, with member names in CloudTrail's spelling (first letter lower case) and without sensitive values.
pub fn redacted(schema: &Schema, node: &Node) -> Value {
    if schema.sensitive {
        return Value::from(HIDDEN);
    }
    match (node, &schema.kind) {
        (Node::Boolean(value), _) => Value::from(*value),
        (Node::Integer(value), _) => Value::from(*value),
        (Node::Float(value), _) => Value::from(*value),
        (Node::String(value), _) => Value::from(value.as_str()),
        (Node::Timestamp(value), _) => Value::from(value.strftime(TIME).to_string()),
        (Node::Document(value), _) => value.clone(),
        (Node::List(values), Kind::List { member, .. }) => {
            values.iter().map(|value| redacted(member, value)).collect()
        }
        (Node::Map(entries), Kind::Map { key, value, .. }) if !key.sensitive => {
            let entries = entries.iter().map(|(name, node)| (name.clone(), redacted(value, node)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        (Node::Structure(structure), Kind::Structure(members) | Kind::Union(members)) => {
            let present = members.iter().filter_map(|member| Some((member, structure.get(member.name)?)));
            Value::Object(
                present.map(|(member, node)| (spelled(member.name), redacted(member.schema, node))).collect(),
            )
        }
        // Bytes say nothing to a reader, and a node that is not of its schema's kind is not believed to be harmless.
        _ => Value::from(HIDDEN),
    }
}

fn spelled(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
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

    #[test]
    fn times_are_spelled_as_in_cloudtrail() {
        let schema = Schema { name: "time", kind: Kind::Timestamp, sensitive: false };
        for (at, text) in [
            ("2024-07-09T16:41:37.5Z", "Jul 9, 2024, 4:41:37 PM"),
            ("2026-11-25T00:00:00Z", "Nov 25, 2026, 12:00:00 AM"),
        ] {
            assert_eq!(redacted(&schema, &Node::Timestamp(at.parse().unwrap())), text);
        }
    }

    #[test]
    fn hides_what_is_sensitive_and_keeps_the_rest() {
        let mut input = Structure::new();
        input.put("UserName", "alice".to_owned());
        input.put("Password", "correct horse".to_owned());
        let json = redacted(&INPUT, &Node::Structure(input)).to_string();
        assert_eq!(json, r#"{"userName":"alice","password":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#);
    }
}
