use crate::{AccessKeyOwner, AccountId, PasswordPolicy, WrongGuesses};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// That a user, or the root user, signs in with a password. The hashes are stored sealed beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginProfile {
    /// The owning account.
    pub account_id: AccountId,
    /// Whose password it is.
    pub owner: AccessKeyOwner,
    /// When the profile was made.
    pub created_at: Timestamp,
    /// When the password was set the last time.
    pub password_changed_at: Timestamp,
    /// Whether the next sign-in must set another password.
    pub password_reset_required: bool,
    /// The wrong passwords given of late to change this one.
    #[serde(default)]
    pub wrong_passwords: WrongGuesses,
}

impl LoginProfile {
    /// When the password expires under that policy.
    pub fn expires_at(&self, policy: Option<&PasswordPolicy>) -> Option<Timestamp> {
        let days = policy?.max_password_age?;
        self.password_changed_at.checked_add(SignedDuration::from_hours(24 * i64::from(days))).ok()
    }
}

/// An Argon2id hash with its parameters and salt, in the PHC string format. Redacted in `Debug`, wiped on drop.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes a text in the PHC string format.
    pub fn new(phc: String) -> Self {
        Self(phc)
    }

    /// The text. Only for verifying and sealing.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(redacted)")
    }
}

/// The password that is in use and those before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passwords {
    /// The one in use.
    pub current: PasswordHash,
    /// Those before, the latest first.
    pub previous: Vec<PasswordHash>,
}

impl Passwords {
    /// The most that reuse prevention can look at, the one in use among them.
    pub const REMEMBERED: usize = 24;

    /// The first password of a profile.
    pub fn first(hash: PasswordHash) -> Self {
        Self { current: hash, previous: Vec::new() }
    }

    /// The same with another password in use.
    #[must_use]
    pub fn followed_by(mut self, hash: PasswordHash) -> Self {
        self.previous.insert(0, std::mem::replace(&mut self.current, hash));
        self.previous.truncate(Self::REMEMBERED - 1);
        self
    }

    /// The latest `count` passwords, the one in use among them.
    pub fn latest(&self, count: usize) -> impl Iterator<Item = &PasswordHash> {
        std::iter::once(&self.current).chain(&self.previous).take(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(text: &str) -> PasswordHash {
        PasswordHash::new(text.to_owned())
    }

    #[test]
    fn as_many_passwords_are_remembered_as_can_be_asked_for() {
        let mut passwords = Passwords::first(hash("0"));
        for number in 1..40 {
            passwords = passwords.followed_by(hash(&number.to_string()));
        }
        assert_eq!(passwords.current, hash("39"));
        let latest: Vec<_> = passwords.latest(usize::MAX).map(PasswordHash::expose).collect();
        assert_eq!(latest.len(), Passwords::REMEMBERED);
        assert_eq!((latest[0], latest[1], latest[23]), ("39", "38", "16"));
        assert_eq!(passwords.latest(1).count(), 1);
        assert_eq!(format!("{passwords:?}").matches("redacted").count(), 24);
    }
}
