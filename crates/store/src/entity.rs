use std::fmt;

use domain::{AccessKeyId, AccessKeyOwner, AccountId, PolicyOwner, UniqueId};

/// Something that memory is built from, by the name under which the change log tells other nodes of it.
///
/// The functions of an aggregate say which entities they read and which they write, side by side in one file. Whoever
/// keeps what it read is told when one of these is written: see [`Transaction::noting`](crate::Transaction::noting) and
/// [`Store::on_change`](crate::Store::on_change).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Entity {
    /// The account, as in the tables.
    pub(crate) account: String,
    /// The kind, as the change log spells it.
    pub(crate) kind: String,
    /// The id within account and kind.
    pub(crate) id: String,
}

impl Entity {
    /// One access key.
    pub fn access_key(account: AccountId, id: &AccessKeyId) -> Self {
        Self::of(account, "access_key", id.as_str())
    }

    /// A group with its policies. Who is in it belongs to its users.
    pub fn group(account: AccountId, id: &UniqueId) -> Self {
        Self::of(account, "group", id.as_str())
    }

    /// Whether a user, or the root user, has a password.
    pub fn login_profile(account: AccountId, owner: &AccessKeyOwner) -> Self {
        Self::of(account, "login_profile", owner.as_str())
    }

    /// A group, role or user.
    pub fn owner(account: AccountId, owner: &PolicyOwner) -> Self {
        Self::of(account, owner.kind(), owner.id().as_str())
    }

    /// The managed policy of that ARN that an operator has imported, or that there is none.
    pub fn imported_policy(arn: &str) -> Self {
        Self { account: "aws".to_owned(), kind: "imported_policy".to_owned(), id: arn.to_owned() }
    }

    /// A managed policy with its versions.
    pub fn policy(account: AccountId, id: &UniqueId) -> Self {
        Self::of(account, "policy", id.as_str())
    }

    /// Which managed policy has that ARN.
    pub fn policy_arn(account: AccountId, arn: &str) -> Self {
        Self::of(account, "policy_arn", arn)
    }

    /// A role with its policies.
    pub fn role(account: AccountId, id: &UniqueId) -> Self {
        Self::of(account, "role", id.as_str())
    }

    /// Which role has that name, given in lower case.
    pub fn role_name(account: AccountId, name_key: &str) -> Self {
        Self::of(account, "role_name", name_key)
    }

    /// A user with its policies and memberships.
    pub fn user(account: AccountId, id: &UniqueId) -> Self {
        Self::of(account, "user", id.as_str())
    }

    /// Which user has that name, given in lower case.
    pub fn user_name(account: AccountId, name_key: &str) -> Self {
        Self::of(account, "user_name", name_key)
    }

    fn of(account: AccountId, kind: &str, id: &str) -> Self {
        Self { account: account.to_string(), kind: kind.to_owned(), id: id.to_owned() }
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.account, self.kind, self.id)
    }
}
