use crate::{AccessKeyId, AccountId, UniqueId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A long-term access key without its secret; the secret is stored sealed beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessKey {
    /// The owning account.
    pub account_id: AccountId,
    /// `AKIA...`
    pub id: AccessKeyId,
    /// Whose key it is.
    pub owner: AccessKeyOwner,
    /// Whether the key may be used.
    pub status: AccessKeyStatus,
    /// When the key was made.
    pub created_at: Timestamp,
}

/// Whose long-term credential it is: an access key, a password, an MFA device, a signing certificate.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AccessKeyOwner {
    /// The account's root user.
    Root,
    /// An IAM user, by unique id.
    User(UniqueId),
}

impl AccessKeyOwner {
    /// How the store names the owner: the user's id, or `root`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Root => "root",
            Self::User(id) => id.as_str(),
        }
    }
}

/// Whether a long-term key may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AccessKeyStatus {
    /// The key works.
    Active,
    /// The key is kept, and refused.
    Inactive,
}

impl AccessKeyStatus {
    /// AWS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
        }
    }
}
