//! Verifying a password for a sign-in.

use crate::{Plane, Result};
use domain::{AccessKeyOwner, AccountId, LastUsed, LoginProfile, PasswordHash, PasswordPolicy};
use jiff::Timestamp;
use store::last_used::UsedKind;

/// What a password at a sign-in comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordVerdict {
    /// It is right.
    Accepted,
    /// It is right, and has expired: another one must be set before the sign-in goes on.
    Expired,
    /// It is right, and has expired where only an administrator can set another one.
    HardExpired,
    /// It is right, and good for this one time: another one must be set before the sign-in goes on.
    ResetRequired,
    /// It is wrong, or there is none.
    Wrong,
}

/// A hash of no password, of the strength of all others: looked at where there is no password, so that who asks does not
/// learn from the time it takes.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Verifies the password of a user or of a root user; `None` for somebody who is not there. A password that opens the
/// door is noted as used, for the service's name and Region that are given. Sign-in pages will call it; they bring the limits
/// on how often and how long a password may be given.
pub async fn verify(
    plane: &Plane,
    account: AccountId,
    owner: Option<&AccessKeyOwner>,
    password: &str,
    now: Timestamp,
    region: &str,
) -> Result<PasswordVerdict> {
    let mut tx = plane.store.read();
    let policy = store::password_policy::find(&mut tx, account).await?;
    let found = match owner {
        Some(owner) => {
            store::login_profile::find_with_passwords(&mut tx, &plane.sealer, account, owner).await?
        }
        None => None,
    };
    drop(tx);
    let (profile, hash) = match found {
        Some((profile, passwords)) => (Some(profile), passwords.current.clone()),
        None => (None, PasswordHash::new(NOBODYS.to_owned())),
    };
    let right = plane.passwords.is_one_of(account, password, vec![hash]).await?;
    let Some(profile) = profile.filter(|_| right) else { return Ok(PasswordVerdict::Wrong) };
    let verdict = standing(&profile, policy.as_ref(), now);
    if verdict != PasswordVerdict::HardExpired {
        let id = used_as(account, &profile.owner);
        let used = || LastUsed { at: now, service: "signin".to_owned(), region: region.to_owned() };
        plane.last_uses.note(account, UsedKind::Password, &id, used);
    }
    Ok(verdict)
}

/// The id under which uses of the owner's password are noted.
pub(crate) fn used_as(account: AccountId, owner: &AccessKeyOwner) -> String {
    match owner {
        AccessKeyOwner::Root => account.to_string(),
        AccessKeyOwner::User(id) => id.to_string(),
    }
}

/// How a password that is right stands. An account's policy does not speak of its root user.
fn standing(profile: &LoginProfile, policy: Option<&PasswordPolicy>, now: Timestamp) -> PasswordVerdict {
    let policy = policy.filter(|_| profile.owner != AccessKeyOwner::Root);
    let expired = profile.expires_at(policy).is_some_and(|at| at <= now);
    match (expired, policy.and_then(|policy| policy.hard_expiry).unwrap_or(false)) {
        (true, true) => PasswordVerdict::HardExpired,
        (true, false) => PasswordVerdict::Expired,
        (false, _) if profile.password_reset_required => PasswordVerdict::ResetRequired,
        (false, _) => PasswordVerdict::Accepted,
    }
}
