//! What the model says of a shape, as static data that the codecs interpret.

use crate::Pattern;

/// A shape of the model. Statics refer to each other, so a schema may reach itself.
#[derive(Debug)]
pub struct Schema {
    /// The shape's name in the model.
    pub name: &'static str,
    /// What it is made of.
    pub kind: Kind,
    /// Values are never echoed.
    pub sensitive: bool,
}

/// What a shape is made of, with its constraints.
#[derive(Debug)]
pub enum Kind {
    /// `true` or `false`.
    Boolean,
    /// Bytes.
    Blob(Length),
    /// Free-form JSON.
    Document,
    /// A 64-bit float.
    Float,
    /// A 32-bit integer.
    Integer(Range),
    /// A list; elements are called `member` in queries and XML.
    List {
        /// The elements.
        member: &'static Schema,
        /// How many elements.
        length: Length,
    },
    /// A 64-bit integer.
    Long(Range),
    /// A map; entries are called `entry`, with `key` and `value`, in queries and XML.
    Map {
        /// The keys: strings.
        key: &'static Schema,
        /// The values.
        value: &'static Schema,
        /// How many entries.
        length: Length,
    },
    /// Text.
    String {
        /// How many Unicode characters.
        length: Length,
        /// The pattern the whole text must match.
        pattern: Option<&'static Pattern>,
        /// The values of an enum, in the model's order; empty for other strings.
        values: &'static [&'static str],
    },
    /// A structure.
    Structure(&'static [Member]),
    /// A point in time: ISO 8601 in queries and XML, seconds since 1970 in JSON.
    Timestamp,
    /// A structure of which exactly one member is set.
    Union(&'static [Member]),
}

/// Bounds on a count, both included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Length {
    /// The least allowed.
    pub min: Option<u64>,
    /// The most allowed.
    pub max: Option<u64>,
}

/// Bounds on a number, both included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// The least allowed.
    pub min: Option<i64>,
    /// The most allowed.
    pub max: Option<i64>,
}

/// A member of a structure.
#[derive(Debug)]
pub struct Member {
    /// Its name in the model.
    pub name: &'static str,
    /// Its name on the wire.
    pub wire_name: &'static str,
    /// Its shape.
    pub schema: &'static Schema,
    /// Whether requests must have it and answers always have it.
    pub required: bool,
    /// Where it travels.
    pub location: Location,
}

/// Where a member travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// In the body, beside the other members.
    Body,
    /// As the header `wire_name`.
    Header,
    /// As the whole body.
    Payload,
    /// As the query parameter `wire_name`.
    Query,
    /// As the HTTP status.
    StatusCode,
    /// As the label `wire_name` of the URI template.
    Uri,
}

impl Length {
    /// No bounds.
    pub const ANY: Self = Self { min: None, max: None };

    /// At least `min`.
    pub const fn min(min: u64) -> Self {
        Self { min: Some(min), max: None }
    }

    /// At most `max`.
    pub const fn max(max: u64) -> Self {
        Self { min: None, max: Some(max) }
    }

    /// From `min` to `max`.
    pub const fn between(min: u64, max: u64) -> Self {
        Self { min: Some(min), max: Some(max) }
    }
}

impl Range {
    /// No bounds.
    pub const ANY: Self = Self { min: None, max: None };

    /// At least `min`.
    pub const fn min(min: i64) -> Self {
        Self { min: Some(min), max: None }
    }

    /// At most `max`.
    pub const fn max(max: i64) -> Self {
        Self { min: None, max: Some(max) }
    }

    /// From `min` to `max`.
    pub const fn between(min: i64, max: i64) -> Self {
        Self { min: Some(min), max: Some(max) }
    }
}

impl Schema {
    const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, sensitive: false }
    }

    /// A boolean.
    pub const fn boolean(name: &'static str) -> Self {
        Self::new(name, Kind::Boolean)
    }

    /// Bytes.
    pub const fn blob(name: &'static str, length: Length) -> Self {
        Self::new(name, Kind::Blob(length))
    }

    /// Free-form JSON.
    pub const fn document(name: &'static str) -> Self {
        Self::new(name, Kind::Document)
    }

    /// A float or double.
    pub const fn float(name: &'static str) -> Self {
        Self::new(name, Kind::Float)
    }

    /// A 32-bit integer.
    pub const fn integer(name: &'static str, range: Range) -> Self {
        Self::new(name, Kind::Integer(range))
    }

    /// A 64-bit integer.
    pub const fn long(name: &'static str, range: Range) -> Self {
        Self::new(name, Kind::Long(range))
    }

    /// Text without a pattern.
    pub const fn string(name: &'static str, length: Length) -> Self {
        Self::new(name, Kind::String { length, pattern: None, values: &[] })
    }

    /// Text that a pattern must match as a whole.
    pub const fn pattern(name: &'static str, length: Length, pattern: &'static Pattern) -> Self {
        Self::new(name, Kind::String { length, pattern: Some(pattern), values: &[] })
    }

    /// Text out of a set.
    pub const fn values(name: &'static str, length: Length, values: &'static [&'static str]) -> Self {
        Self::new(name, Kind::String { length, pattern: None, values })
    }

    /// A point in time.
    pub const fn timestamp(name: &'static str) -> Self {
        Self::new(name, Kind::Timestamp)
    }

    /// A list.
    pub const fn list(name: &'static str, member: &'static Schema, length: Length) -> Self {
        Self::new(name, Kind::List { member, length })
    }

    /// A map with string keys.
    pub const fn map(
        name: &'static str,
        key: &'static Schema,
        value: &'static Schema,
        length: Length,
    ) -> Self {
        Self::new(name, Kind::Map { key, value, length })
    }

    /// A structure; members in the order answers list them.
    pub const fn structure(name: &'static str, members: &'static [Member]) -> Self {
        Self::new(name, Kind::Structure(members))
    }

    /// A structure of which exactly one member is set.
    pub const fn union(name: &'static str, members: &'static [Member]) -> Self {
        Self::new(name, Kind::Union(members))
    }

    /// The same shape, never echoed.
    pub const fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// The members of a structure or union; none for other shapes.
    pub const fn members(&self) -> &'static [Member] {
        match self.kind {
            Kind::Structure(members) | Kind::Union(members) => members,
            _ => &[],
        }
    }
}

impl Member {
    /// A member that may be absent and travels in the body under its own name.
    pub const fn optional(name: &'static str, schema: &'static Schema) -> Self {
        Self { name, wire_name: name, schema, required: false, location: Location::Body }
    }

    /// A member that must be there and travels in the body under its own name.
    pub const fn required(name: &'static str, schema: &'static Schema) -> Self {
        Self { name, wire_name: name, schema, required: true, location: Location::Body }
    }

    /// The same member under another name on the wire.
    pub const fn named(mut self, wire_name: &'static str) -> Self {
        self.wire_name = wire_name;
        self
    }

    /// The same member in another place.
    pub const fn in_(mut self, location: Location) -> Self {
        self.location = location;
        self
    }
}
