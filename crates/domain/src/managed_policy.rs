use crate::{AccountId, Arn, ParseError, Path, PolicyName, Tag, UniqueId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A customer-managed policy; its documents are [`ManagedPolicyVersion`]s.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedPolicy {
    /// The owning account.
    pub account_id: AccountId,
    /// `ANPA...`
    pub id: UniqueId,
    /// The name, unique in the account without case.
    pub name: PolicyName,
    /// The path, part of the ARN.
    pub path: Path,
    /// When the policy was made.
    pub created_at: Timestamp,
    /// When a version was last made or the default changed.
    pub updated_at: Timestamp,
    /// Free text, up to 1000 characters.
    pub description: Option<String>,
    /// The version in force.
    pub default_version: PolicyVersionId,
    /// The number the next version gets; version ids are never used again.
    pub next_version: u32,
    /// Up to 50 tags.
    pub tags: Vec<Tag>,
}

impl ManagedPolicy {
    /// `arn:aws:iam::ACCOUNT:policy/PATH/NAME`
    pub fn arn(&self) -> Arn {
        Arn::iam(self.account_id, format!("policy{}{}", self.path, self.name))
    }
}

/// One version of a managed policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedPolicyVersion {
    /// `v1`, `v2` ...
    pub id: PolicyVersionId,
    /// The document as submitted.
    pub document: String,
    /// When the version was made.
    pub created_at: Timestamp,
}

/// A policy version id: `v` and a positive number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PolicyVersionId(u32);

impl PolicyVersionId {
    /// `v1`, the version a new policy starts with.
    pub const FIRST: Self = Self(1);

    /// The version of that number, 1 or more.
    pub fn from_number(number: u32) -> Option<Self> {
        (number > 0).then_some(Self(number))
    }

    /// Reads `v1`, `v2` ... as IAM's pattern `v[1-9][0-9]*`.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        const ERROR: ParseError = ParseError::new("policy version id");
        let digits = text.strip_prefix('v').filter(|d| !d.starts_with(['0', '+'])).ok_or(ERROR)?;
        digits.parse().ok().and_then(Self::from_number).ok_or(ERROR)
    }

    /// The number behind the `v`.
    pub fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for PolicyVersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

impl TryFrom<String> for PolicyVersionId {
    type Error = ParseError;
    fn try_from(text: String) -> Result<Self, ParseError> {
        Self::parse(&text)
    }
}

impl From<PolicyVersionId> for String {
    fn from(id: PolicyVersionId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_ids_have_one_spelling() {
        assert_eq!(PolicyVersionId::parse("v12").unwrap().to_string(), "v12");
        for text in ["v0", "v01", "v", "12", "v+1", "V1", "v99999999999"] {
            assert!(PolicyVersionId::parse(text).is_err(), "{text}");
        }
    }
}
