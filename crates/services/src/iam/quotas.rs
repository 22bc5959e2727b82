//! The quotas of an account, as AWS sets them by default.

use super::errors;
use crate::{Cx, Result};
use std::time::Instant;
use store::{StoreError, Transaction};

/// Access keys of one user, or of the root user.
pub(crate) const ACCESS_KEYS: u64 = 2;
/// MFA devices of one user, or of the root user.
pub(crate) const MFA_DEVICES: u64 = 8;
/// Virtual MFA devices in an account, whether they are anybody's or not: as many as users.
pub(crate) const VIRTUAL_MFA_DEVICES: u64 = USERS;
/// Credentials of one user for one service.
pub(crate) const SERVICE_SPECIFIC_CREDENTIALS: usize = 2;
/// SSH public keys of one user.
pub(crate) const SSH_PUBLIC_KEYS: usize = 5;
/// Requests for temporary access that one account has made and that are still kept.
pub(crate) const DELEGATION_REQUESTS: u64 = 1000;
/// Client ids of one OpenID Connect provider.
pub(crate) const CLIENT_IDS_OF_PROVIDER: u64 = 100;
/// Groups in an account.
pub(crate) const GROUPS: u64 = 300;
/// Groups that one user is in.
pub(crate) const GROUPS_OF_USER: u64 = 10;
/// Managed policies on one user, group or role.
pub(crate) const ATTACHED_POLICIES: u64 = 10;
/// Characters of all inline policies of one group together, without white space.
pub(crate) const INLINE_POLICIES_OF_GROUP: usize = 5120;
/// Characters of all inline policies of one role together, without white space.
pub(crate) const INLINE_POLICIES_OF_ROLE: usize = 10_240;
/// Characters of all inline policies of one user together, without white space.
pub(crate) const INLINE_POLICIES_OF_USER: usize = 2048;
/// Instance profiles in an account.
pub(crate) const INSTANCE_PROFILES: u64 = 1000;
/// OpenID Connect providers in an account.
pub(crate) const OPEN_ID_CONNECT_PROVIDERS: u64 = 100;
/// Managed policies of an account's own.
pub(crate) const POLICIES: u64 = 1500;
/// Versions of one managed policy.
pub(crate) const POLICY_VERSIONS: usize = 5;
/// Characters of a managed policy, without white space.
pub(crate) const POLICY_SIZE: usize = 6144;
/// Versions of all managed policies of an account together.
pub(crate) const POLICY_VERSIONS_IN_USE: u64 = 10_000;
/// Private keys of one SAML provider.
pub(crate) const PRIVATE_KEYS_OF_SAML_PROVIDER: u64 = 2;
/// Roles in an account.
pub(crate) const ROLES: u64 = 1000;
/// Roles in one instance profile.
pub(crate) const ROLES_OF_INSTANCE_PROFILE: u64 = 1;
/// SAML providers in an account.
pub(crate) const SAML_PROVIDERS: u64 = 100;
/// Server certificates in an account.
pub(crate) const SERVER_CERTIFICATES: u64 = 20;
/// Signing certificates of one user.
pub(crate) const SIGNING_CERTIFICATES: u64 = 2;
/// Characters of a trust policy, without white space.
pub(crate) const TRUST_POLICY_SIZE: usize = 2048;
/// Users in an account.
pub(crate) const USERS: u64 = 5000;

/// Refuses one more when `present` has reached the limit.
pub(crate) fn check(name: &str, limit: u64, present: u64) -> Result<()> {
    if present >= limit { Err(errors::quota(name, limit)) } else { Ok(()) }
}

/// Refuses one more record of the account when the limit has been reached. They are counted only when it may have been.
pub(crate) async fn one_more(
    cx: &Cx,
    tx: &mut Transaction,
    name: &'static str,
    limit: u64,
    count: impl AsyncFnOnce(&mut Transaction) -> std::result::Result<u64, StoreError>,
) -> Result<()> {
    let (counts, account, now) = (cx.plane.directory.counts(), cx.account(), Instant::now());
    let begun = counts.begin();
    if counts.is_below(account, name, limit, begun, cx.plane.store.engine(), now) {
        return Ok(());
    }
    let present = count(tx).await?;
    check(name, limit, present)?;
    let counts = counts.clone();
    tx.when_committed(move || counts.learn(account, name, present, begun, now));
    Ok(())
}

/// A count or limit as IAM's answers hold it.
pub(crate) fn number(count: impl TryInto<i32>) -> i32 {
    count.try_into().unwrap_or(i32::MAX)
}
