//! The words of the business and their invariants. Pure: no clock, disk, network or environment; time and randomness
//! are arguments.
//!
//! Values ([`AccountId`], [`Arn`], [`UserName`] ...) can only be made by parsing, so holding one means it is valid.
//! Records ([`User`], [`Role`] ...) are what the store keeps: one JSON document each.

mod access_key;
mod access_key_id;
mod account;
mod account_id;
mod arn;
mod caller;
mod error;
mod group;
mod inline_policy;
mod last_used;
mod managed_policy;
mod name;
mod open_id_connect_provider;
mod path;
mod provider_url;
mod random;
mod role;
mod saml_provider;
mod secret_access_key;
mod server_certificate;
mod session;
mod tag;
mod unique_id;
mod user;

pub use access_key::{AccessKey, AccessKeyOwner, AccessKeyStatus};
pub use access_key_id::AccessKeyId;
pub use account::Account;
pub use account_id::AccountId;
pub use arn::Arn;
pub use caller::{Caller, Principal};
pub use error::ParseError;
pub use group::Group;
pub use inline_policy::{InlinePolicy, PolicyOwner};
pub use last_used::LastUsed;
pub use managed_policy::{ManagedPolicy, ManagedPolicyVersion, PolicyVersionId};
pub use name::{
    AccountAlias, GroupName, PolicyName, RoleName, RoleSessionName, SamlProviderName, ServerCertificateName,
    UserName,
};
pub use open_id_connect_provider::OpenIdConnectProvider;
pub use path::Path;
pub use provider_url::ProviderUrl;
pub use random::Random;
pub use role::Role;
pub use saml_provider::{AssertionEncryptionMode, SamlPrivateKey, SamlProvider};
pub use secret_access_key::SecretAccessKey;
pub use server_certificate::ServerCertificate;
pub use session::{Session, SessionPrincipal};
pub use tag::{Tag, tag_key_eq};
pub use unique_id::{IdKind, UniqueId};
pub use user::{PermissionsBoundary, User};
