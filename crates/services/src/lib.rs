//! The operations, one file each, grouped by service and by the thing they act on, and the one way in which they run:
//! [`dispatch`] finds the operation, then authorise, handle, audit and commit follow in that order.

mod audit;
mod authorize;
pub mod cloudtrail;
mod cx;
mod directory;
mod dispatch;
mod error;
pub mod follow;
pub mod iam;
mod last_used;
mod marker;
mod mfa;
mod operation;
mod outbound;
pub mod password;
mod plane;
mod run;
mod service_accesses;
pub mod session_token;
pub mod sts;
mod totp;
pub mod unimplemented;

pub use audit::{Audit, AuditSettings, Deed, Flush, Operator};
pub use cx::{Cx, Prepared, TlsDetails};
pub use directory::{
    CallerPolicies, Directory, DirectoryLimits, DirectoryStatistics, KeyEntry, Noted, PrincipalPolicies,
    ResourcePolicy, RoleEntry, SessionPolicies, UserEntry,
};
pub use dispatch::dispatch;
pub use error::{Code, Common, Error, Result};
pub use follow::Following;
pub use iam::aws_managed_policy::import::{ImportError, ImportFile, Imported};
pub use iam::{NewSeed, ProvisionError, RoleTemplateError, RoleTemplates, TokenFile, remove_tokens};
pub use last_used::LastUses;
pub use operation::{Access, Condition, Effect, Operation, Permission, Values};
pub use outbound::{Outbound, OutboundSettings};
pub use password::PasswordPool;
pub use plane::Plane;

use wire::{OperationDescription, Service};

/// Records a call that got no further than being understood: it is not built, or its input is not valid.
pub fn refused(cx: &Cx, service: &'static Service, operation: &'static OperationDescription, error: &Error) {
    audit::refused(cx, service, operation, error);
}

/// Refuses an operation that is not built yet. Asked before its input is looked at: what is wrong with the input of such
/// an operation is nobody's concern.
pub fn check_built(service: &Service, operation: &OperationDescription) -> Result<()> {
    let missing = unimplemented::UNIMPLEMENTED.iter().find(|(id, _)| *id == service.id);
    match missing.and_then(|(_, names)| names.binary_search(&operation.name).ok()) {
        Some(_) => Err(not_implemented(service, operation)),
        None => Ok(()),
    }
}

/// The answer of an operation that exists and is not built yet.
pub fn not_implemented(service: &Service, operation: &OperationDescription) -> Error {
    let message = format!("{}:{} is not implemented.", service.signing_name, operation.name);
    Error::common(Common::NotImplemented, message)
}
