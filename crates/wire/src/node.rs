//! The tree between bytes and types.

use std::fmt;

use jiff::Timestamp;

use crate::{Decode, DecodeError, Encode};

/// A value of any shape, before it is typed and after.
#[derive(Clone, PartialEq)]
pub enum Node {
    /// A boolean.
    Boolean(bool),
    /// A byte, short, integer or long.
    Integer(i64),
    /// A float or double.
    Float(f64),
    /// A string or an enum value.
    String(String),
    /// Bytes; base64 on every wire.
    Blob(Vec<u8>),
    /// A point in time.
    Timestamp(Timestamp),
    /// A list, in order.
    List(Vec<Node>),
    /// A map with string keys, in the order received.
    Map(Vec<(String, Node)>),
    /// A structure or union.
    Structure(Structure),
    /// Free-form JSON.
    Document(serde_json::Value),
}

impl Node {
    /// The AWS word for what this is.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Boolean(_) => "boolean",
            Self::Integer(_) => "integer",
            Self::Float(_) => "float",
            Self::String(_) => "string",
            Self::Blob(_) => "blob",
            Self::Timestamp(_) => "timestamp",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Structure(_) => "structure",
            Self::Document(_) => "document",
        }
    }
}

/// Shows the form of the tree, never strings or bytes: a node may hold a secret that is not yet typed as one.
impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value}"),
            Self::String(value) => write!(f, "string of {} bytes", value.len()),
            Self::Blob(value) => write!(f, "blob of {} bytes", value.len()),
            Self::Timestamp(value) => write!(f, "{value}"),
            Self::List(values) => f.debug_list().entries(values).finish(),
            Self::Map(entries) => f.debug_list().entries(entries.iter().map(|(_, value)| value)).finish(),
            Self::Structure(structure) => structure.fmt(f),
            Self::Document(_) => f.write_str("document"),
        }
    }
}

/// The members of a structure that are present, by their names in the model.
#[derive(Clone, Default, PartialEq)]
pub struct Structure {
    members: Vec<(&'static str, Node)>,
}

impl Structure {
    /// A structure without members.
    pub fn new() -> Self {
        Self::default()
    }

    /// A structure without members and with room for `members` of them.
    pub fn with_capacity(members: usize) -> Self {
        Self { members: Vec::with_capacity(members) }
    }

    /// The member, if present.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.members.iter().find(|(member, _)| *member == name).map(|(_, node)| node)
    }

    /// The members present, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Node)> {
        self.members.iter().map(|(name, node)| (*name, node))
    }

    /// How many members are present.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether no member is present.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Sets a member; a second value replaces the first.
    pub fn set(&mut self, name: &'static str, node: Node) {
        match self.members.iter_mut().find(|(member, _)| *member == name) {
            Some((_, present)) => *present = node,
            None => self.members.push((name, node)),
        }
    }

    /// Adds a member that is not there yet.
    pub fn put(&mut self, name: &'static str, value: impl Encode) {
        self.members.push((name, value.encode()));
    }

    /// Adds a member that is not there yet, if it has a value.
    pub fn put_optional(&mut self, name: &'static str, value: Option<impl Encode>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    /// Takes a member that must be there. Fails when it is absent or of another kind.
    pub fn required<T: Decode>(&mut self, name: &'static str) -> Result<T, DecodeError> {
        let node = self.take(name).ok_or(DecodeError::Missing(name))?;
        T::decode(node)
    }

    /// Takes a member that may be there. Fails when it is of another kind.
    pub fn optional<T: Decode>(&mut self, name: &'static str) -> Result<Option<T>, DecodeError> {
        self.take(name).map(T::decode).transpose()
    }

    /// Takes the single member of a union. Fails unless exactly one is present.
    pub fn only(&mut self) -> Result<(&'static str, Node), DecodeError> {
        match self.members.pop() {
            Some(member) if self.members.is_empty() => Ok(member),
            _ => Err(DecodeError::Union),
        }
    }

    fn take(&mut self, name: &str) -> Option<Node> {
        let position = self.members.iter().position(|(member, _)| *member == name)?;
        Some(self.members.swap_remove(position).1)
    }
}

impl fmt::Debug for Structure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_content() {
        let mut structure = Structure::new();
        structure.put("Password", "correct horse".to_owned());
        structure.set("Data", Node::Blob(b"battery".to_vec()));
        let text = format!("{:?}", Node::Structure(structure));
        assert!(text.contains("Password") && !text.contains("horse") && !text.contains("battery"), "{text}");
    }

    #[test]
    fn only_wants_exactly_one() {
        let mut one = Structure::new();
        one.put("A", true);
        assert_eq!(one.only(), Ok(("A", Node::Boolean(true))));
        assert_eq!(Structure::new().only(), Err(DecodeError::Union));
        let mut two = Structure::new();
        two.put("A", true);
        two.put("B", true);
        assert_eq!(two.only(), Err(DecodeError::Union));
    }

    #[test]
    fn set_replaces() {
        let mut structure = Structure::new();
        structure.set("A", Node::Boolean(true));
        structure.set("A", Node::Boolean(false));
        assert_eq!((structure.len(), structure.get("A")), (1, Some(&Node::Boolean(false))));
    }
}
