//! IAM.

mod access_key;
mod access_report;
mod account;
mod attachment;
mod group;
mod inline_policy;
mod policy;
mod role;
mod simulation;
mod user;
