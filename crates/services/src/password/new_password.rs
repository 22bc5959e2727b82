//! A password on its way to being set: held against the account's policy, and hashed.

use crate::{Cx, Plane, Result, iam::errors};
use domain::{AccountId, PasswordHash, PasswordPolicy, PasswordPolicyViolation, Passwords};
use store::Transaction;

/// A password that may be set.
#[derive(Clone, Debug)]
pub struct NewPassword {
    hash: PasswordHash,
    /// The password in use when this one was checked.
    in_place_of: Option<PasswordHash>,
    /// The policy that it was held against.
    policy: Option<PasswordPolicy>,
}

impl NewPassword {
    /// Checks a user's new password and hashes it. `PasswordPolicyViolation` for one that the account's policy refuses.
    pub(crate) async fn checked(
        plane: &Plane,
        account: AccountId,
        password: &str,
        present: Option<&Passwords>,
    ) -> Result<Self> {
        let policy = policy_for(plane, account, password).await?;
        let prevented = policy.as_ref().and_then(|policy| policy.password_reuse_prevention).unwrap_or(0);
        if let Some(present) = present.filter(|_| prevented > 0) {
            let latest = present.latest(usize::try_from(prevented).unwrap_or(usize::MAX)).cloned().collect();
            if plane.passwords.is_one_of(account, password, latest).await? {
                return Err(errors::password_policy_violation(PasswordPolicyViolation::Reused));
            }
        }
        let hash = plane.passwords.hash(account, password, &*plane.random).await?;
        Ok(Self { hash, in_place_of: present.map(|present| present.current.clone()), policy })
    }

    /// The passwords with this one in use; `EntityTemporarilyUnmodifiable` when another password or policy was set since this
    /// one was checked.
    pub(crate) async fn put_on(
        &self,
        cx: &Cx,
        tx: &mut Transaction,
        present: Option<Passwords>,
    ) -> Result<Passwords> {
        let replaced = present.as_ref().map(|present| &present.current) != self.in_place_of.as_ref();
        if replaced || store::password_policy::find(tx, cx.account()).await? != self.policy {
            return Err(errors::password_changed_meanwhile());
        }
        Ok(match present {
            Some(present) => present.followed_by(self.hash.clone()),
            None => Passwords::first(self.hash.clone()),
        })
    }
}

/// The account's policy, which must take the password but for what was used before; `None` for AWS's own.
pub(crate) async fn policy_for(
    plane: &Plane,
    account: AccountId,
    password: &str,
) -> Result<Option<PasswordPolicy>> {
    let mut tx = plane.store.read();
    let policy = store::password_policy::find(&mut tx, account).await?;
    let checked = if let Some(policy) = &policy {
        policy.check(password)
    } else {
        let account = store::account::get(&mut tx, account).await?;
        PasswordPolicy::check_default(password, &account.name, &account.email)
    };
    checked.map_err(errors::password_policy_violation)?;
    Ok(policy)
}
