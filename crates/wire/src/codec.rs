//! Between nodes and types: what generated shapes are made of.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use crate::{Node, Structure};

/// A type that can be read from a [`Node`].
pub trait Decode: Sized {
    /// Reads the node. After [`violations`](crate::violations) found nothing on the shape's schema this cannot fail.
    fn decode(node: Node) -> Result<Self, DecodeError>;
}

/// A type that can be written as a [`Node`].
pub trait Encode {
    /// Writes the node.
    fn encode(self) -> Node;
}

/// A node that is not of the type asked for. Names only; never a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Another kind of node.
    #[error("{wanted} wanted, {found} found")]
    Kind {
        /// What the type is made of.
        wanted: &'static str,
        /// What the node is.
        found: &'static str,
    },
    /// A required member is absent.
    #[error("member {0} is missing")]
    Missing(&'static str),
    /// An integer too large for its type.
    #[error("integer out of range")]
    Range,
    /// A union without exactly one known member.
    #[error("a union has exactly one member")]
    Union,
}

impl Node {
    /// The members, if this is a structure.
    pub fn into_structure(self) -> Result<Structure, DecodeError> {
        match self {
            Self::Structure(structure) => Ok(structure),
            other => Err(DecodeError::Kind { wanted: "structure", found: other.kind() }),
        }
    }

    /// The text, if this is a string.
    pub fn into_text(self) -> Result<String, DecodeError> {
        match self {
            Self::String(text) => Ok(text),
            other => Err(DecodeError::Kind { wanted: "string", found: other.kind() }),
        }
    }
}

/// Bytes, base64 on every wire.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Blob(pub Vec<u8>);

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

impl Decode for String {
    fn decode(node: Node) -> Result<Self, DecodeError> {
        node.into_text()
    }
}

impl Encode for String {
    fn encode(self) -> Node {
        Node::String(self)
    }
}

impl Decode for i32 {
    fn decode(node: Node) -> Result<Self, DecodeError> {
        i64::decode(node)?.try_into().map_err(|_| DecodeError::Range)
    }
}

impl Encode for i32 {
    fn encode(self) -> Node {
        Node::Integer(self.into())
    }
}

/// Implements both directions for a type that one variant of [`Node`] holds as it is.
macro_rules! held_by {
    ($variant:ident, $kind:literal, $type:ty) => {
        impl Decode for $type {
            fn decode(node: Node) -> Result<Self, DecodeError> {
                match node {
                    Node::$variant(value) => Ok(value),
                    other => Err(DecodeError::Kind { wanted: $kind, found: other.kind() }),
                }
            }
        }

        impl Encode for $type {
            fn encode(self) -> Node {
                Node::$variant(self)
            }
        }
    };
}

held_by!(Boolean, "boolean", bool);
held_by!(Integer, "integer", i64);
held_by!(Float, "float", f64);
held_by!(Timestamp, "timestamp", Timestamp);
held_by!(Document, "document", serde_json::Value);

impl Decode for Blob {
    fn decode(node: Node) -> Result<Self, DecodeError> {
        match node {
            Node::Blob(bytes) => Ok(Self(bytes)),
            other => Err(DecodeError::Kind { wanted: "blob", found: other.kind() }),
        }
    }
}

impl Encode for Blob {
    fn encode(self) -> Node {
        Node::Blob(self.0)
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: Node) -> Result<Self, DecodeError> {
        match node {
            Node::List(nodes) => nodes.into_iter().map(T::decode).collect(),
            other => Err(DecodeError::Kind { wanted: "list", found: other.kind() }),
        }
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(self) -> Node {
        Node::List(self.into_iter().map(T::encode).collect())
    }
}

impl<T: Decode> Decode for BTreeMap<String, T> {
    fn decode(node: Node) -> Result<Self, DecodeError> {
        match node {
            Node::Map(entries) => {
                entries.into_iter().map(|(key, node)| Ok((key, T::decode(node)?))).collect()
            }
            other => Err(DecodeError::Kind { wanted: "map", found: other.kind() }),
        }
    }
}

impl<T: Encode> Encode for BTreeMap<String, T> {
    fn encode(self) -> Node {
        Node::Map(self.into_iter().map(|(key, value)| (key, value.encode())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_apart() {
        assert_eq!(
            bool::decode(Node::Integer(1)),
            Err(DecodeError::Kind { wanted: "boolean", found: "integer" })
        );
        assert_eq!(i32::decode(Node::Integer(i64::MAX)), Err(DecodeError::Range));
        assert_eq!(i32::decode(Node::Integer(-7)), Ok(-7));
        assert_eq!(Structure::new().required::<bool>("Path"), Err(DecodeError::Missing("Path")));
        assert_eq!(Structure::new().optional::<bool>("Path"), Ok(None));
    }

    #[test]
    fn collections_there_and_back() {
        let map = BTreeMap::from([("a".to_owned(), vec![1_i64, 2]), ("b".to_owned(), vec![])]);
        assert_eq!(BTreeMap::decode(map.clone().encode()), Ok(map));
    }
}
