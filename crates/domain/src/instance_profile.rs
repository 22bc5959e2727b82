use crate::{AccountId, Arn, InstanceProfileName, Path, Tag, UniqueId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An instance profile: what hands a role to a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceProfile {
    /// The owning account.
    pub account_id: AccountId,
    /// `AIPA...`
    pub id: UniqueId,
    /// The name, unique in the account without case.
    pub name: InstanceProfileName,
    /// The path, part of the ARN.
    pub path: Path,
    /// When the instance profile was made.
    pub created_at: Timestamp,
    /// The role in it: one, or none.
    pub role: Option<UniqueId>,
    /// Up to 50 tags.
    pub tags: Vec<Tag>,
}

impl InstanceProfile {
    /// `arn:aws:iam::ACCOUNT:instance-profile/PATH/NAME`
    pub fn arn(&self) -> Arn {
        Arn::iam(self.account_id, format!("instance-profile{}{}", self.path, self.name))
    }
}
