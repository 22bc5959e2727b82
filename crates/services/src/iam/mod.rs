//! IAM.

mod access_key;
mod account;
mod attachment;
pub(crate) mod aws_managed_policy;
mod boundary;
mod errors;
mod group;
mod inline_policy;
mod names;
mod open_id_connect_provider;
mod page;
mod policy;
mod policy_document;
mod quotas;
pub(crate) mod role;
mod saml_provider;
mod server_certificate;
mod tags;
mod user;
mod x509;
