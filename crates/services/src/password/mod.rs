//! Passwords: hashing them, choosing new ones, and verifying them for a sign-in.

mod new_password;
mod pool;
mod verify;

pub use new_password::NewPassword;
pub use pool::PasswordPool;
pub use verify::{PasswordVerdict, verify};
