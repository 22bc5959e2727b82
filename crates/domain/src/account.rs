use crate::{AccountAlias, AccountId, Arn};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An account and its root user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The twelve digits.
    pub id: AccountId,
    /// The account's display name.
    pub name: String,
    /// The root user's email address, unique among all accounts without case.
    pub email: String,
    /// The sign-in alias, unique among all accounts.
    pub alias: Option<AccountAlias>,
    /// When the account was made.
    pub created_at: Timestamp,
}

impl Account {
    /// `arn:aws:iam::ACCOUNT:root`
    pub fn root_arn(&self) -> Arn {
        Arn::iam(self.id, "root")
    }
}
