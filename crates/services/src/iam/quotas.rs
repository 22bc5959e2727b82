//! The quotas of an account, as AWS sets them by default.

use super::errors;
use crate::Result;

/// Access keys of one user, or of the root user.
pub(crate) const ACCESS_KEYS: u64 = 2;
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

/// A count or limit as IAM's answers hold it.
pub(crate) fn number(count: impl TryInto<i32>) -> i32 {
    count.try_into().unwrap_or(i32::MAX)
}
