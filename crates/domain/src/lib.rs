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
mod account_settings;
mod arn;
mod caller;
mod delegation_request;
mod error;
mod group;
mod imported_policy;
mod inline_policy;
mod instance_profile;
mod last_used;
mod login_profile;
mod managed_policy;
mod mfa_device;
mod name;
mod open_id_connect_provider;
mod password_policy;
mod path;
mod provider_url;
mod random;
mod role;
mod role_deletion;
mod saml_provider;
mod secret_access_key;
mod server_certificate;
mod service_specific_credential;
mod session;
mod signing_certificate;
mod ssh_public_key;
mod tag;
mod unique_id;
mod user;
mod wrong_guesses;

pub use access_key::{AccessKey, AccessKeyOwner, AccessKeyStatus};
pub use access_key_id::AccessKeyId;
pub use access_report::{AccessReport, AccessReportSubject};
pub use account::Account;
pub use account_id::AccountId;
pub use account_settings::{AccountSettings, TokenVersion};
pub use arn::Arn;
pub use caller::{Caller, Principal};
pub use delegation_request::{
    DelegationParameter, DelegationRequest, DelegationStage, DelegationState, DelegationStateError,
};
pub use error::ParseError;
pub use group::Group;
pub use imported_policy::ImportedPolicy;
pub use inline_policy::{InlinePolicy, PolicyOwner};
pub use instance_profile::InstanceProfile;
pub use last_used::LastUsed;
pub use login_profile::{LoginProfile, PasswordHash, Passwords};
pub use managed_policy::{ManagedPolicy, ManagedPolicyVersion, PolicyVersionId};
pub use mfa_device::{MfaAssignment, MfaDevice, MfaDeviceKind, TotpClock};
pub use name::{
    AccountAlias, GroupName, InstanceProfileName, MfaDeviceName, PolicyName, RoleName, RoleSessionName,
    SamlProviderName, ServerCertificateName, UserName,
};
pub use open_id_connect_provider::OpenIdConnectProvider;
pub use password_policy::{PasswordPolicy, PasswordPolicyViolation};
pub use path::Path;
pub use provider_url::ProviderUrl;
pub use random::Random;
pub use role::{Role, SourceRoleTemplate};
pub use role_deletion::RoleDeletion;
pub use saml_provider::{AssertionEncryptionMode, SamlPrivateKey, SamlProvider};
pub use secret_access_key::SecretAccessKey;
pub use server_certificate::ServerCertificate;
pub use service_specific_credential::ServiceSpecificCredential;
pub use session::{Session, SessionPrincipal};
pub use signing_certificate::SigningCertificate;
pub use ssh_public_key::SshPublicKey;
pub use tag::{Tag, tag_key_eq};
pub use unique_id::{IdKind, UniqueId};
pub use user::{PermissionsBoundary, User};
pub use wrong_guesses::WrongGuesses;
