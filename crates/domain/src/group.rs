use crate::{AccountId, Arn, GroupName, Path, UniqueId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An IAM group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The owning account.
    pub account_id: AccountId,
    /// `AGPA...`, kept through renames.
    pub id: UniqueId,
    /// The name, unique in the account without case.
    pub name: GroupName,
    /// The path, part of the ARN.
    pub path: Path,
    /// When the group was made.
    pub created_at: Timestamp,
}

impl Group {
    /// `arn:aws:iam::ACCOUNT:group/PATH/NAME`
    pub fn arn(&self) -> Arn {
        Arn::iam(self.account_id, format!("group{}{}", self.path, self.name))
    }
}
