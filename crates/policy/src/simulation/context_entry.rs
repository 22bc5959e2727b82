//! The context that comes with a simulation.

use crate::request::context::ContextValue;

/// A context key with its values. They are not held against the type: what a condition cannot read counts against the
/// request when it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextEntry {
    /// `ContextKeyName`.
    pub name: String,
    /// `ContextKeyValues`.
    pub values: Vec<String>,
    /// `ContextKeyType`.
    pub key_type: ContextKeyType,
}

/// Whether a key has one value or a list, and of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the API's")]
pub enum ContextKeyType {
    Binary,
    BinaryList,
    Boolean,
    BooleanList,
    Date,
    DateList,
    Ip,
    IpList,
    Numeric,
    NumericList,
    String,
    StringList,
}

impl ContextEntry {
    /// A list for the types that end in `List`, and also where another type has not just one value.
    pub(crate) fn value(&self) -> ContextValue {
        match &*self.values {
            [value] if !self.key_type.is_list() => ContextValue::One(value.clone()),
            values => ContextValue::Many(values.to_vec()),
        }
    }
}

impl ContextKeyType {
    /// Reads the API's name, for example `stringList`.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "binary" => Self::Binary,
            "binaryList" => Self::BinaryList,
            "boolean" => Self::Boolean,
            "booleanList" => Self::BooleanList,
            "date" => Self::Date,
            "dateList" => Self::DateList,
            "ip" => Self::Ip,
            "ipList" => Self::IpList,
            "numeric" => Self::Numeric,
            "numericList" => Self::NumericList,
            "string" => Self::String,
            "stringList" => Self::StringList,
            _ => return None,
        })
    }

    fn is_list(self) -> bool {
        matches!(
            self,
            Self::BinaryList
                | Self::BooleanList
                | Self::DateList
                | Self::IpList
                | Self::NumericList
                | Self::StringList
        )
    }
}
