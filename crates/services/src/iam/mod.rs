//! IAM.

mod access_key;
mod access_report;
mod account;
mod attachment;
pub(crate) mod aws_managed_policy;
mod boundary;
mod entity;
mod errors;
mod group;
mod inline_policy;
mod names;
mod page;
mod policy;
mod policy_document;
mod quotas;
pub(crate) mod role;
mod simulation;
mod tags;
mod user;
