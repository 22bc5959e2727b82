//! What is kept for each thing.

use super::{PrincipalPolicies, ResourcePolicy, shared::Piece};
use domain::{AccessKey, AccountId, Role, SecretAccessKey, User};
use jiff::Timestamp;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// A long-term access key with its secret, and whose it is.
#[derive(Debug)]
pub struct KeyEntry {
    /// The key's record.
    pub key: AccessKey,
    /// The opened secret.
    pub secret: SecretAccessKey,
    /// The user that it belongs to; none of a root user's key, or when there is no such user.
    pub user: Option<UserEntry>,
    /// When its use was last noted.
    pub noted: Noted,
}

/// A user as it shows itself.
#[derive(Clone, Debug)]
pub(crate) struct KnownUser {
    /// The user's record.
    pub(crate) user: Arc<User>,
    /// Whether it has a password: only then may one have been used.
    pub(crate) has_password: bool,
}

/// A user and what applies to it.
#[derive(Debug)]
pub struct UserEntry {
    /// The user's record.
    pub user: Arc<User>,
    /// Whether it has a password.
    pub(crate) has_password: bool,
    /// Its own policies, those of its groups, its boundary.
    pub policies: Arc<PrincipalPolicies>,
}

/// A role and what applies to its sessions.
#[derive(Debug)]
pub struct RoleEntry {
    /// The role's record.
    pub role: Arc<Role>,
    /// Its policies and boundary.
    pub policies: Arc<PrincipalPolicies>,
    /// Who may assume it; names of users and roles are unique ids.
    pub trust: Arc<ResourcePolicy>,
    /// When its use was last noted.
    pub noted: Noted,
}

/// The default version of a managed policy.
#[derive(Clone, Debug)]
pub(crate) struct ManagedEntry {
    /// The account whose policies it was looked up among.
    pub(super) account: AccountId,
    pub(super) piece: Piece,
}

/// The second in which a use was last noted, so that a busy key is noted once a second and not with every request.
#[derive(Debug, Default)]
pub struct Noted(AtomicI64);

impl Noted {
    /// Whether this is the first use in its second.
    pub fn is_first(&self, now: Timestamp) -> bool {
        let second = now.as_second();
        self.0.load(Ordering::Relaxed) != second && self.0.swap(second, Ordering::Relaxed) != second
    }
}
