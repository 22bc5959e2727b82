//! IAM.

mod access_key;
mod account;
mod account_settings;
mod attachment;
mod delegation_request;
mod group;
mod inline_policy;
mod instance_profile;
mod organization;
mod policy;
mod role;
mod role_template;
mod service_linked_role;
mod user;
