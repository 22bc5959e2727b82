use crate::{AccountId, Arn, Path, Tag, UniqueId, UserName};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An IAM user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The owning account.
    pub account_id: AccountId,
    /// `AIDA...`, kept through renames.
    pub id: UniqueId,
    /// The name, unique in the account without case.
    pub name: UserName,
    /// The path, part of the ARN.
    pub path: Path,
    /// When the user was made.
    pub created_at: Timestamp,
    /// The managed policy that limits the user.
    pub permissions_boundary: Option<PermissionsBoundary>,
    /// Up to 50 tags.
    pub tags: Vec<Tag>,
}

/// The managed policy that bounds what a user's or role's identity policies can grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionsBoundary {
    /// The managed policy's ARN.
    pub policy_arn: String,
}

impl User {
    /// `arn:aws:iam::ACCOUNT:user/PATH/NAME`
    pub fn arn(&self) -> Arn {
        Arn::iam(self.account_id, format!("user{}{}", self.path, self.name))
    }
}
