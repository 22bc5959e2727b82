//! What a case calls itself.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The id of a case: a text or a number, given back as it came.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(untagged, expecting = "an id must be a string or a number")]
pub enum Id {
    /// A number.
    Number(serde_json::Number),
    /// A text.
    Text(String),
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}
