//! Passwords: hashing them, choosing new ones, and verifying them for a sign-in.

mod new_password;
mod pool;
mod verify;

pub use new_password::NewPassword;
pub(crate) use new_password::policy_for;
pub use pool::PasswordPool;
pub(crate) use verify::used_as;
pub use verify::{PasswordVerdict, verify};
