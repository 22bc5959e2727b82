//! STS.

mod assume_role;
mod credentials;
pub(crate) mod errors;
mod get_access_key_info;
mod get_caller_identity;
mod get_session_token;
mod session_policy;
mod session_tags;
