//! IAM.

mod access_key;
mod account;
mod attachment;
pub(crate) mod aws_managed_policy;
mod boundary;
mod delegation_request;
mod errors;
mod group;
mod inline_policy;
mod instance_profile;
mod names;
mod organization;
mod page;
mod policy;
mod policy_document;
mod quotas;
pub(crate) mod role;
mod role_template;
mod service_linked_role;
mod tags;
mod template;
mod user;

pub use role_template::{RoleTemplateError, RoleTemplates};

use domain::Random;

/// A random UUID (version 4).
fn uuid(random: &dyn Random) -> uuid::Uuid {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
