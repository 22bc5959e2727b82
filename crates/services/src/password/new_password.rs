//! A password on its way to being set: held against the account's policy, and hashed.

use crate::{Plane, Result, iam::errors};
use domain::{AccountId, PasswordHash, PasswordPolicy, PasswordPolicyViolation, Passwords};
use store::Transaction;

/// A password that may be set.
#[derive(Clone, Debug)]
pub struct NewPassword {
    hash: PasswordHash,
    /// The password in use when this one was checked.
    in_place_of: Option<PasswordHash>,
}

impl NewPassword {
    /// Checks a user's new password and hashes it. `PasswordPolicyViolation` for one that the account's policy refuses.
    pub(crate) async fn checked(
        plane: &Plane,
        account: AccountId,
        password: &str,
        present: Option<&Passwords>,
    ) -> Result<Self> {
        let mut tx = plane.store.read();
        let policy = store::password_policy::find(&mut tx, account).await?;
        check(&mut tx, account, policy.as_ref(), password).await?;
        // Not kept open while passwords are hashed.
        drop(tx);
        let prevented = policy.and_then(|policy| policy.password_reuse_prevention).unwrap_or(0);
        if let Some(present) = present.filter(|_| prevented > 0) {
            let latest = present.latest(usize::try_from(prevented).unwrap_or(usize::MAX)).cloned().collect();
            if plane.passwords.is_one_of(password, latest).await? {
                return Err(errors::password_policy_violation(PasswordPolicyViolation::Reused));
            }
        }
        let hash = plane.passwords.hash(password, &*plane.random).await?;
        Ok(Self { hash, in_place_of: present.map(|present| present.current.clone()) })
    }

    /// The passwords with this one in use; `EntityTemporarilyUnmodifiable` when another one was set since this one was
    /// checked.
    pub(crate) fn put_on(&self, present: Option<Passwords>) -> Result<Passwords> {
        if present.as_ref().map(|present| &present.current) != self.in_place_of.as_ref() {
            return Err(errors::password_changed_meanwhile());
        }
        Ok(match present {
            Some(present) => present.followed_by(self.hash.clone()),
            None => Passwords::first(self.hash.clone()),
        })
    }
}

async fn check(
    tx: &mut Transaction,
    account: AccountId,
    policy: Option<&PasswordPolicy>,
    password: &str,
) -> Result<()> {
    let checked = if let Some(policy) = policy {
        policy.check(password)
    } else {
        let account = store::account::get(tx, account).await?;
        PasswordPolicy::check_default(password, &account.name, &account.email)
    };
    checked.map_err(errors::password_policy_violation)
}
