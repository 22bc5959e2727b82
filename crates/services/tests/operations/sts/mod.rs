//! STS.

mod assume_role;
mod caller;
mod get_session_token;
