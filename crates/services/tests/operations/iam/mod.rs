//! IAM.

mod access_key;
mod account;
mod attachment;
mod group;
mod inline_policy;
mod login_profile;
mod mfa_device;
mod other_credentials;
mod policy;
mod role;
mod user;
