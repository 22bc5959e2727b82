//! IAM.

mod access_key;
mod account;
mod attachment;
mod group;
mod inline_policy;
mod policy;
mod role;
mod user;
