use crate::{Path, PolicyName, PolicyVersionId, UniqueId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A managed policy that an operator has added to those that AWS manages: read-only, the same in every account. Its
/// document is kept beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedPolicy {
    /// `ANPA...`
    pub id: UniqueId,
    /// The name, unique among imported policies without case.
    pub name: PolicyName,
    /// The path, part of the ARN.
    pub path: Path,
    /// Free text, up to 1000 characters.
    pub description: Option<String>,
    /// The one version.
    pub version: PolicyVersionId,
    /// When the policy was first imported, or made according to what was imported.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl ImportedPolicy {
    /// `arn:aws:iam::aws:policy/PATH/NAME`
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::aws:policy{}{}", self.path, self.name)
    }
}
