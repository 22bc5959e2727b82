use crate::{AccountId, Arn, Path, PermissionsBoundary, RoleName, Tag, UniqueId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An IAM role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// The owning account.
    pub account_id: AccountId,
    /// `AROA...`
    pub id: UniqueId,
    /// The name, unique in the account without case.
    pub name: RoleName,
    /// The path, part of the ARN.
    pub path: Path,
    /// When the role was made.
    pub created_at: Timestamp,
    /// The trust policy as submitted.
    pub trust_policy: String,
    /// The trust policy's principals, resolved to unique ids when the policy was saved: what a deleted and recreated
    /// namesake must not match. Pairs of ARN and unique id.
    #[serde(default)]
    pub trusted_principals: Vec<(String, UniqueId)>,
    /// Free text, up to 1000 characters.
    pub description: Option<String>,
    /// The longest session that may be asked for, in seconds: 3600 to 43200.
    pub max_session_duration: u32,
    /// The managed policy that limits the role.
    pub permissions_boundary: Option<PermissionsBoundary>,
    /// Up to 50 tags.
    pub tags: Vec<Tag>,
    /// What the role was made from, where it was made from a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_template: Option<SourceRoleTemplate>,
}

/// The version of a role template that a role was made from, with what was put into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRoleTemplate {
    /// The ARN of the template, with its major version.
    pub arn: String,
    /// The minor version.
    pub minor_version: i32,
    /// The values by the names of the parameters, as they were given.
    pub values: BTreeMap<String, Vec<String>>,
}

impl Role {
    /// `arn:aws:iam::ACCOUNT:role/PATH/NAME`
    pub fn arn(&self) -> Arn {
        Arn::iam(self.account_id, format!("role{}{}", self.path, self.name))
    }
}
