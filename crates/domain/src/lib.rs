//! The words of the business and their invariants. Pure: no clock, disk, network or environment; time and randomness
//! are arguments.
//!
//! Values ([`AccountId`], [`Arn`], [`UserName`] ...) can only be made by parsing, so holding one means it is valid.
//! Records ([`User`], [`Role`] ...) are what the store keeps: one JSON document each.

mod access_key;
mod access_key_id;
mod access_report;
mod account;
mod account_id;
mod arn;
mod caller;
mod error;
mod group;
mod imported_policy;
mod inline_policy;
mod last_used;
mod managed_policy;
mod name;
mod path;
mod random;
mod role;
mod secret_access_key;
mod session;
mod tag;
mod unique_id;
mod user;

pub use access_key::{AccessKey, AccessKeyOwner, AccessKeyStatus};
pub use access_key_id::AccessKeyId;
pub use access_report::{AccessReport, AccessReportSubject};
pub use account::Account;
pub use account_id::AccountId;
pub use arn::Arn;
pub use caller::{Caller, Principal};
pub use error::ParseError;
pub use group::Group;
pub use imported_policy::ImportedPolicy;
pub use inline_policy::{InlinePolicy, PolicyOwner};
pub use last_used::LastUsed;
pub use managed_policy::{ManagedPolicy, ManagedPolicyVersion, PolicyVersionId};
pub use name::{AccountAlias, GroupName, PolicyName, RoleName, RoleSessionName, UserName};
pub use path::Path;
pub use random::Random;
pub use role::Role;
pub use secret_access_key::SecretAccessKey;
pub use session::{Session, SessionPrincipal};
pub use tag::{Tag, tag_key_eq};
pub use unique_id::{IdKind, UniqueId};
pub use user::{PermissionsBoundary, User};
