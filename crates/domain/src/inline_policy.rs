use crate::{PolicyName, UniqueId};
use serde::{Deserialize, Serialize};

/// What a policy can be put on: inline or attached.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PolicyOwner {
    /// A group, by its unique id.
    Group(UniqueId),
    /// A role, by its unique id.
    Role(UniqueId),
    /// A user, by its unique id.
    User(UniqueId),
}

impl PolicyOwner {
    /// `group`, `role` or `user`: how the store tells them apart.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Group(_) => "group",
            Self::Role(_) => "role",
            Self::User(_) => "user",
        }
    }

    /// The unique id, whatever the kind.
    pub fn id(&self) -> &UniqueId {
        match self {
            Self::Group(id) | Self::Role(id) | Self::User(id) => id,
        }
    }
}

/// A policy embedded in one user, group or role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InlinePolicy {
    /// The name, unique on its owner without case.
    pub name: PolicyName,
    /// The document as submitted.
    pub document: String,
}
