//! IAM.

mod access_key;
mod access_report;
mod account;
mod attachment;
pub(crate) mod aws_managed_policy;
mod boundary;
mod credential_report;
mod delegation_request;
mod entity;
pub(crate) mod errors;
mod group;
mod inline_policy;
mod instance_profile;
mod login_profile;
mod mfa_device;
mod names;
mod open_id_connect_provider;
mod organization;
mod owner;
mod page;
mod password_policy;
mod policy;
mod policy_document;
mod quotas;
pub(crate) mod role;
mod role_template;
mod saml_provider;
mod server_certificate;
mod service_linked_role;
mod service_specific_credential;
mod signing_certificate;
mod simulation;
mod ssh_public_key;
mod status;
mod tags;
mod template;
mod user;
mod x509;

pub use mfa_device::{
    NewSeed,
    provision::{ProvisionError, TokenFile, remove_tokens},
};
pub use role_template::{RoleTemplateError, RoleTemplates};

use domain::Random;

/// A random UUID (version 4).
fn uuid(random: &dyn Random) -> uuid::Uuid {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
