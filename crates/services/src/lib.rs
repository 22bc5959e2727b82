//! The operations, one file each, grouped by service and by the thing they act on, and the one way in which they run:
//! [`dispatch`] finds the operation, then authorise, handle, audit and commit follow in that order.

mod audit;
mod authorize;
mod cx;
mod directory;
mod dispatch;
mod error;
pub mod iam;
mod last_used;
mod operation;
mod plane;
mod run;
pub mod session_token;
pub mod sts;
pub mod unimplemented;

pub use cx::Cx;
pub use directory::{CallerPolicies, Directory, KeyEntry, RoleEntry, UserEntry};
pub use dispatch::dispatch;
pub use error::{Code, Common, Error, Result};
pub use last_used::{LastUses, Used};
pub use operation::{Access, Condition, Effect, Operation, Permission, Values};
pub use plane::Plane;

use wire::{OperationDescription, Service};

/// The answer of an operation that exists and is not built yet.
pub fn not_implemented(service: &Service, operation: &OperationDescription) -> Error {
    let message = format!("{}:{} is not implemented.", service.signing_name, operation.name);
    Error::common(Common::NotImplemented, message)
}
