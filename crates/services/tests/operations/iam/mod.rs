//! IAM.

mod access_key;
mod account;
mod attachment;
mod group;
mod inline_policy;
mod open_id_connect_provider;
mod policy;
mod role;
mod saml_provider;
mod server_certificate;
mod user;
