//! Condition keys.

use crate::name::is_filled_in;

/// A condition key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConditionKey {
    /// As AWS spells it; `${...}` stands for what policies complete, as in `aws:RequestTag/${TagKey}`.
    pub name: &'static str,
    /// What its values are.
    pub value_type: ValueType,
    /// Whether a request may have several values of it, which only ForAllValues and ForAnyValue compare.
    pub multi_valued: bool,
}

/// What the values of a condition key are, and so which operators compare them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueType {
    /// Amazon Resource Names.
    Arn,
    /// Base64.
    Binary,
    /// `true` or `false`.
    Bool,
    /// Dates and times.
    Date,
    /// Addresses and CIDR blocks.
    IpAddress,
    /// Numbers.
    Numeric,
    /// Text.
    String,
}

impl ConditionKey {
    /// Reads the columns behind `k` or `global`.
    pub(crate) fn parse(columns: &'static str) -> Option<Self> {
        let (name, value_type) = columns.split_once('\t')?;
        let element = value_type.strip_prefix("ArrayOf");
        let value_type = ValueType::parse(element.unwrap_or(value_type))?;
        Some(Self { name, value_type, multi_valued: element.is_some() })
    }

    /// Whether policies complete the name.
    pub fn is_template(&self) -> bool {
        self.name.contains("${")
    }

    pub(crate) fn matches(&self, name: &str) -> bool {
        is_filled_in(self.name, name)
    }
}

impl ValueType {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "ARN" => Self::Arn,
            "Binary" => Self::Binary,
            "Bool" => Self::Bool,
            "Date" => Self::Date,
            "IPAddress" => Self::IpAddress,
            "Numeric" => Self::Numeric,
            "String" => Self::String,
            _ => return None,
        })
    }
}
