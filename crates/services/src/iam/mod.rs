//! IAM.

mod access_key;
mod account;
mod attachment;
pub(crate) mod aws_managed_policy;
mod boundary;
mod credential_report;
pub(crate) mod errors;
mod group;
mod inline_policy;
mod login_profile;
mod mfa_device;
mod names;
mod owner;
mod page;
mod password_policy;
mod policy;
mod policy_document;
mod quotas;
pub(crate) mod role;
mod service_specific_credential;
mod signing_certificate;
mod ssh_public_key;
mod status;
mod tags;
mod user;
