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
mod page;
mod policy;
mod policy_document;
mod quotas;
pub(crate) mod role;
mod tags;
mod user;
