use serde::{Deserialize, Serialize};

/// A tag: key 1 to 128 characters, value up to 256. Limits are checked where tags come in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Tag {
    /// The key as written; IAM compares keys without case.
    pub key: String,
    /// The value, compared with case.
    pub value: String,
}

/// Whether two tag keys are the same key: users, roles and sessions compare keys without case.
pub fn tag_key_eq(a: &str, b: &str) -> bool {
    a == b || a.to_lowercase() == b.to_lowercase()
}
