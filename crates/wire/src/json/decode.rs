//! JSON to nodes, straight from the bytes by the schema. `null` is absent, unknown members are skipped without being
//! kept, the last of duplicate keys counts. Nesting is bounded by the parser (128 levels).

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::{Kind, Location, Node, Schema, Structure, WireError, text, timestamp};

const STRUCTURE_UNEXPECTED: &str = "Start of structure or map found where not expected.";
const LIST_UNEXPECTED: &str = "Start of list found where not expected";

/// Reads a whole body as the shape. An empty body is an empty structure.
pub(crate) fn decode(schema: &'static Schema, body: &[u8]) -> Result<Option<Node>, WireError> {
    read(schema, body, false)
}

/// Reads the members that travel in the body, and leaves the others out.
pub(crate) fn decode_body(schema: &'static Schema, body: &[u8]) -> Result<Option<Node>, WireError> {
    read(schema, body, true)
}

fn read(schema: &'static Schema, body: &[u8], body_members: bool) -> Result<Option<Node>, WireError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let failure = Cell::new(None);
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let seed = Seed { schema, failure: &failure, body_members };
    seed.deserialize(&mut deserializer).and_then(|node| deserializer.end().map(|()| node)).map_err(|_| {
        let message = failure.take().unwrap_or_else(|| "Could not parse request body into json".to_owned());
        WireError::Serialization(message)
    })
}

struct Seed<'c> {
    schema: &'static Schema,
    /// AWS's words for what went wrong; the parser's own error adds line numbers.
    failure: &'c Cell<Option<String>>,
    body_members: bool,
}

impl Seed<'_> {
    fn below(&self, schema: &'static Schema) -> Self {
        Self { schema, failure: self.failure, body_members: false }
    }

    fn fail<T, E: serde::de::Error>(&self, message: impl Into<String>) -> Result<T, E> {
        self.failure.set(Some(message.into()));
        Err(E::custom("shape"))
    }

    /// A scalar of another kind than the schema's.
    fn unconvertible<E: serde::de::Error>(&self, found: &str) -> Result<Option<Node>, E> {
        let wanted = match self.schema.kind {
            Kind::Boolean => "Boolean",
            Kind::Blob(_) => "ByteBuffer",
            Kind::Document => "Document",
            Kind::Float => "Double",
            Kind::Integer(_) => "Integer",
            Kind::Long(_) => "Long",
            Kind::String { .. } => "String",
            Kind::Timestamp => "Date",
            Kind::List { .. } | Kind::Map { .. } | Kind::Structure(_) | Kind::Union(_) => {
                return self.fail("Unexpected value type in payload");
            }
        };
        self.fail(format!("{found} can not be converted to an {wanted}"))
    }

    fn integer<E: serde::de::Error>(&self, number: i64) -> Result<Option<Node>, E> {
        match self.schema.kind {
            Kind::Integer(_) if i32::try_from(number).is_err() => self.unconvertible("NUMBER_VALUE"),
            Kind::Integer(_) | Kind::Long(_) => Ok(Some(Node::Integer(number))),
            #[expect(clippy::cast_precision_loss, reason = "a float member takes integers as JSON does")]
            Kind::Float | Kind::Timestamp => self.float(number as f64),
            _ => self.unconvertible("NUMBER_VALUE"),
        }
    }

    fn float<E: serde::de::Error>(&self, number: f64) -> Result<Option<Node>, E> {
        match self.schema.kind {
            Kind::Float => Ok(Some(Node::Float(number))),
            Kind::Timestamp => match timestamp::from_seconds(number) {
                Some(timestamp) => Ok(Some(Node::Timestamp(timestamp))),
                None => self.unconvertible("NUMBER_VALUE"),
            },
            // AWS cuts decimals off.
            #[expect(clippy::cast_possible_truncation, reason = "whole, and within 2^53")]
            Kind::Integer(_) | Kind::Long(_) if number.abs() <= 9_007_199_254_740_992.0 => {
                self.integer(number.trunc() as i64)
            }
            _ => self.unconvertible("NUMBER_VALUE"),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Option<Node>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        match self.schema.kind {
            Kind::Document => {
                let value: serde_json::Value = serde::Deserialize::deserialize(deserializer)?;
                Ok((!value.is_null()).then_some(Node::Document(value)))
            }
            _ => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Option<Node>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.schema.name)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
        match self.schema.kind {
            Kind::Boolean => Ok(Some(Node::Boolean(value))),
            _ => self.unconvertible(if value { "TRUE_VALUE" } else { "FALSE_VALUE" }),
        }
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Self::Value, E> {
        self.integer(value)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Self::Value, E> {
        match i64::try_from(value) {
            Ok(value) => self.integer(value),
            Err(_) => self.unconvertible("NUMBER_VALUE"),
        }
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Self::Value, E> {
        self.float(value)
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Self::Value, E> {
        match self.schema.kind {
            Kind::String { .. } => Ok(Some(Node::String(value.to_owned()))),
            Kind::Blob(_) => match text::decode_base64(value) {
                Some(bytes) => Ok(Some(Node::Blob(bytes))),
                None => self.unconvertible("STRING_VALUE"),
            },
            Kind::Float if matches!(value, "NaN" | "Infinity" | "-Infinity") => {
                Ok(value.parse().ok().map(Node::Float))
            }
            _ => self.unconvertible("STRING_VALUE"),
        }
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Self::Value, E> {
        match self.schema.kind {
            Kind::String { .. } => Ok(Some(Node::String(value))),
            _ => self.visit_str(&value),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let Kind::List { member, .. } = self.schema.kind else { return self.fail(LIST_UNEXPECTED) };
        let mut nodes = Vec::new();
        while let Some(node) = elements.next_element_seed(self.below(member))? {
            match node {
                Some(node) => nodes.push(node),
                None => return self.fail("A list can not contain null"),
            }
        }
        Ok(Some(Node::List(nodes)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        match self.schema.kind {
            Kind::Map { value, .. } => {
                let mut nodes: Vec<(String, Node)> = Vec::new();
                while let Some(key) = entries.next_key::<String>()? {
                    let node = entries.next_value_seed(self.below(value))?;
                    nodes.extend(node.map(|node| (key, node)));
                }
                last_of_each_key(&mut nodes);
                Ok(Some(Node::Map(nodes)))
            }
            Kind::Structure(members) | Kind::Union(members) => {
                let mut structure = Structure::new();
                while let Some(key) = entries.next_key::<String>()? {
                    let member = members.iter().find(|member| {
                        member.wire_name == key && (!self.body_members || member.location == Location::Body)
                    });
                    match member {
                        Some(member) => {
                            if let Some(node) = entries.next_value_seed(self.below(member.schema))? {
                                structure.set(member.name, node);
                            }
                        }
                        None => {
                            entries.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                match self.schema.kind {
                    Kind::Union(_) if structure.len() != 1 => {
                        self.fail("Exactly one member of a union must be set")
                    }
                    _ => Ok(Some(Node::Structure(structure))),
                }
            }
            _ => self.fail(STRUCTURE_UNEXPECTED),
        }
    }
}

/// Of entries with the same key the last stays, at the place of the last.
fn last_of_each_key(entries: &mut Vec<(String, Node)>) {
    let mut seen = std::collections::HashSet::with_capacity(entries.len());
    entries.reverse();
    entries.retain(|(key, _)| seen.insert(key.clone()));
    entries.reverse();
}

#[cfg(test)]
mod tests;
